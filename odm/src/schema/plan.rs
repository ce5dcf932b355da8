//! `Plan`: the difference between declared and live schema, as ordered changes.

use std::{fmt, slice};

use super::{
    apply::Apply,
    change::{Impact, SchemaChange},
    compare::{Compared, Comparison},
    validator::{ModelValidator, RustOnly},
};
use crate::Database;

/// The difference between the declared and the live schema, as ordered changes.
///
/// You get one from [`Schema::plan`](super::Schema::plan). `Display` prints one line for each change, with its
/// [`Impact`](super::Impact). Iterate over the plan for its [`SchemaChange`]s. [`apply`](Self::apply) makes them.
///
/// ```text
/// ~ orders: modify index expiresAt_1: ttl 30d -> 90d [safe]
/// -/+ orders: rebuild index reference_1: sparse yes -> no [destructive]
/// + orders: create index customer_1_placedAt_-1 [slow]
/// ? orders: index by_hand_1 is not declared
/// 1 change is destructive: only `apply().allow_destructive()` makes it
/// ```
#[derive(Debug, Clone)]
#[must_use = "a plan does nothing until it is applied: `.apply().await`"]
pub struct Plan {
    pub(super) comparison: Comparison,
    pub(super) collections: Vec<Compared>,
    changes: Vec<SchemaChange>,
}

impl Plan {
    pub(super) fn new(comparison: Comparison, collections: Vec<Compared>) -> Self {
        let changes = collections.iter().flat_map(|collection| collection.changes.clone()).collect();
        Self { comparison, collections, changes }
    }

    pub(super) fn database(&self) -> &Database {
        self.comparison.database()
    }

    /// Returns whether the database is exactly as declared: there is nothing to change and nothing to report.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns whether something is to be changed: by [`apply`](Self::apply), perhaps only if narrowing or destructive
    /// changes are allowed, or by an administrator.
    pub fn is_pending(&self) -> bool {
        self.iter().any(|change| change.impact().is_some())
    }

    /// Returns whether the plan has destructive changes, which [`apply`](Self::apply) makes only with
    /// [`allow_destructive`](Apply::allow_destructive).
    pub fn is_destructive(&self) -> bool {
        self.iter().any(SchemaChange::is_destructive)
    }

    /// Returns whether the plan has validators that may refuse writes that the server accepts now.
    /// [`apply`](Self::apply) sets them only with [`allow_narrowing`](Apply::allow_narrowing). A unique index is not
    /// narrowing: see [`Impact::Slow`](super::Impact::Slow).
    pub fn is_narrowing(&self) -> bool {
        self.iter().any(SchemaChange::is_narrowing)
    }

    /// Returns what the declared validators cannot express, so that only the client checks it, with the name of the
    /// collection. It is listed whether or not the plan has changes.
    pub fn rust_only(&self) -> impl Iterator<Item = (&str, &RustOnly)> {
        self.collections.iter().flat_map(|collection| {
            let rules = collection.validator.as_ref().map(ModelValidator::rust_only).unwrap_or_default();
            rules.iter().map(|rule| (collection.name, rule))
        })
    }

    /// Returns the changes in the order in which they are made: by model as listed. A collection that does not exist is
    /// created with its validator. Of another one, the validator is set, then the options are modified, then indexes are
    /// modified in place, built, and hidden or dropped, then search indexes are created, modified or dropped. What is
    /// only reported, and what an administrator makes, stands among them.
    pub fn iter(&self) -> slice::Iter<'_, SchemaChange> {
        self.changes.iter()
    }

    /// Makes the changes of the plan that are safe or slow. `.allow_narrowing()` and `.allow_destructive()` make the
    /// others too.
    ///
    /// The indexes of a collection are built with one `createIndexes` command, so that the server reads the collection
    /// once. It builds them without blocking reads and writes for long, and replies when they are built: see [index
    /// builds](https://www.mongodb.com/docs/manual/core/index-creation/). Options are modified with `collMod`.
    ///
    /// Applying again is safe, also after a failure or from several processes at once. The database is read again
    /// first, and only the changes that are still missing are made. A change that is not in the plan is never made, and
    /// one that the plan does not show as destructive is not made if it has become so.
    ///
    /// Awaiting it returns the [`Applied`](super::Applied) changes.
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::schema`](crate::Error::schema), which contains the collection and the index,
    /// if documents violate a unique index, or if someone changed an index or a validator after the plan was made in a
    /// way that the plan does not contain. Changes before the failed one are kept: plan again to see the remaining
    /// ones.
    ///
    /// Returns an error for which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used
    /// in time, or [`is_unauthorized`](crate::Error::is_unauthorized) if the user lacks `listIndexes`,
    /// `createCollection`, `createIndex`, `collMod` or `dropIndex`, or `find` if an index has a TTL.
    #[doc(alias = "syncIndexes")]
    #[doc(alias = "sync_indexes")]
    pub fn apply(&self) -> Apply {
        Apply::new(self.clone())
    }
}

impl<'a> IntoIterator for &'a Plan {
    type Item = &'a SchemaChange;
    type IntoIter = slice::Iter<'a, SchemaChange>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Prints one line for each change, and how to allow narrowing and destructive changes if there are any.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing to change");
        }
        let mut lines: Vec<String> = self.iter().map(SchemaChange::to_string).collect();
        for impact in [Impact::Narrowing, Impact::Destructive] {
            let flag = format!("only `apply().allow_{impact}()` makes");
            match self.iter().filter(|change| change.impact() == Some(impact)).count() {
                0 => {}
                1 => lines.push(format!("1 change is {impact}: {flag} it")),
                count => lines.push(format!("{count} changes are {impact}: {flag} them")),
            }
        }
        f.write_str(&lines.join("\n"))
    }
}
