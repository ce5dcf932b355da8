//! Changes: the elements of a plan.

mod display;

use std::{borrow::Cow, fmt};

pub(super) use self::display::join;

use super::validator::ModelValidator;
use crate::index::Index;

/// What a change does to the data and to the programs that use the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Impact {
    /// The change is fast, and can be undone.
    Safe,
    /// The server reads the whole collection. Reads and writes continue.
    Slow,
    /// The server refuses writes that it accepts now. Stored documents do not change; [`Schema::scan`] counts those that
    /// would be refused. `apply` makes such a change only if the caller allows it.
    ///
    /// [`Schema::scan`]: super::Schema::scan
    Narrowing,
    /// The change drops an index, so queries are slow and a unique index refuses nothing until it is built again; or it
    /// lets the server delete documents, or replaces or drops a validator of another program. `apply` makes such a change only if the caller allows it.
    Destructive,
}

/// `safe`, `slow`, `narrowing` or `destructive`
impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Slow => "slow",
            Self::Narrowing => "narrowing",
            Self::Destructive => "destructive",
        })
    }
}

/// One difference between the declared and the live schema.
///
/// You get them by iterating over a [`Plan`](super::Plan). `Display` is one line for a terminal: `+` marks what
/// `apply` creates, `~` what it modifies in place, `-/+` an index that it drops and creates again, `-` an index that
/// it drops, `?` an index or a validator that is not declared.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SchemaChange {
    /// The collection is missing: `apply` creates it.
    #[non_exhaustive]
    CreateCollection {
        /// Its name.
        collection: String,
        /// Its validator, if the model declares one.
        validator: Option<Box<ModelValidator>>,
    },
    /// The collection has no validator: `apply` sets it with `collMod`.
    #[non_exhaustive]
    CreateValidator {
        /// The collection.
        collection: String,
        /// The validator as declared.
        validator: Box<ModelValidator>,
        /// The impact: [`Narrowing`](Impact::Narrowing), unless the collection contains no documents or the validator
        /// only warns.
        impact: Impact,
    },
    /// The validator of the collection differs: `apply` replaces it with `collMod`.
    #[non_exhaustive]
    ModifyValidator {
        /// The collection.
        collection: String,
        /// The validator as declared.
        validator: Box<ModelValidator>,
        /// What differs.
        differences: Vec<Difference>,
        /// The impact: the server may refuse more than now, or the validator was not made from a model.
        impact: Impact,
    },
    /// No model declares the validator, and it is to be dropped: if the caller allows it, `apply` does.
    #[non_exhaustive]
    DropValidator {
        /// The collection.
        collection: String,
    },
    /// No model declares the validator of the collection: `apply` does not change it.
    #[non_exhaustive]
    UndeclaredValidator {
        /// The collection.
        collection: String,
    },
    /// The index is missing: `apply` creates it.
    #[non_exhaustive]
    CreateIndex {
        /// The collection.
        collection: String,
        /// The index as declared.
        index: Index,
        /// The impact: a TTL index in a collection with documents deletes them.
        impact: Impact,
        /// The server is building the index now: `apply` waits for it.
        is_building: bool,
    },
    /// The index differs in options that the server modifies in place: `apply` does that.
    #[non_exhaustive]
    ModifyIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
        /// The index as declared.
        index: Index,
        /// What differs.
        differences: Vec<Difference>,
        /// The impact: a shorter TTL deletes documents.
        impact: Impact,
    },
    /// The index differs in something that the server does not modify: if the caller allows it, `apply` drops the
    /// index and creates it again.
    #[non_exhaustive]
    RebuildIndex {
        /// The collection.
        collection: String,
        /// The names of the live indexes that the declared one replaces.
        replaces: Vec<String>,
        /// The index as declared.
        index: Index,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// No model declares the index, and it is to be dropped: `apply` hides it first.
    #[non_exhaustive]
    HideIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
    /// No model declares the index, which is hidden already: if the caller allows it, `apply` drops it.
    #[non_exhaustive]
    DropIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
    /// No model declares the index: `apply` does not change it.
    #[non_exhaustive]
    Undeclared {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
}

/// One property in which a live index or validator differs from the declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    what: Cow<'static, str>,
    live: String,
    declared: String,
}

impl Difference {
    pub(super) fn new(what: &'static str, live: impl Into<String>, declared: impl Into<String>) -> Self {
        Self { what: Cow::Borrowed(what), live: live.into(), declared: declared.into() }
    }

    /// Returns a difference in a part of a validator.
    pub(super) fn of(what: impl Into<String>, live: impl Into<String>, declared: impl Into<String>) -> Self {
        Self { what: Cow::Owned(what.into()), live: live.into(), declared: declared.into() }
    }

    /// Returns the property: `name`, `keys`, `unique`, `sparse`, `ttl`, `hidden`, `partial filter`, `collation`,
    /// `weights` and so on; of a validator the field and the keyword, such as `` `lines.qty` minimum ``.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns the live value as a string.
    pub fn live(&self) -> &str {
        &self.live
    }

    /// Returns the declared value as a string.
    pub fn declared(&self) -> &str {
        &self.declared
    }
}

/// `ttl 30d -> 90d`: the live value, then the declared one.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.what, self.live, self.declared)
    }
}

impl SchemaChange {
    /// Returns the collection of the change.
    pub fn collection(&self) -> &str {
        match self {
            Self::CreateCollection { collection, .. }
            | Self::CreateValidator { collection, .. }
            | Self::ModifyValidator { collection, .. }
            | Self::DropValidator { collection }
            | Self::UndeclaredValidator { collection }
            | Self::CreateIndex { collection, .. }
            | Self::ModifyIndex { collection, .. }
            | Self::RebuildIndex { collection, .. }
            | Self::HideIndex { collection, .. }
            | Self::DropIndex { collection, .. }
            | Self::Undeclared { collection, .. } => collection,
        }
    }

    /// Returns the declared index, if the change is about one.
    pub fn index(&self) -> Option<&Index> {
        match self {
            Self::CreateIndex { index, .. }
            | Self::ModifyIndex { index, .. }
            | Self::RebuildIndex { index, .. } => Some(index),
            Self::CreateCollection { .. }
            | Self::CreateValidator { .. }
            | Self::ModifyValidator { .. }
            | Self::DropValidator { .. }
            | Self::UndeclaredValidator { .. }
            | Self::HideIndex { .. }
            | Self::DropIndex { .. }
            | Self::Undeclared { .. } => None,
        }
    }

    /// Returns the declared validator, if the change is about one.
    pub fn validator(&self) -> Option<&ModelValidator> {
        match self {
            Self::CreateCollection { validator, .. } => validator.as_deref(),
            Self::CreateValidator { validator, .. } | Self::ModifyValidator { validator, .. } => {
                Some(validator)
            }
            _ => None,
        }
    }

    /// Returns the impact, or `None` for a difference that `apply` never changes.
    pub fn impact(&self) -> Option<Impact> {
        match self {
            Self::CreateCollection { .. } | Self::HideIndex { .. } => Some(Impact::Safe),
            Self::CreateIndex { impact, .. }
            | Self::ModifyIndex { impact, .. }
            | Self::CreateValidator { impact, .. }
            | Self::ModifyValidator { impact, .. } => Some(*impact),
            Self::RebuildIndex { .. } | Self::DropIndex { .. } | Self::DropValidator { .. } => {
                Some(Impact::Destructive)
            }
            Self::Undeclared { .. } | Self::UndeclaredValidator { .. } => None,
        }
    }

    /// Returns whether `apply` makes this change only if the caller allows destructive changes.
    pub fn is_destructive(&self) -> bool {
        self.impact() == Some(Impact::Destructive)
    }

    /// Returns whether the server may refuse writes after this change that it accepts now. `apply` makes such a change
    /// only if the caller allows narrowing changes.
    pub fn is_narrowing(&self) -> bool {
        self.impact() == Some(Impact::Narrowing)
    }

    /// Returns whether the server may delete documents after this change.
    pub(super) fn deletes_documents(&self) -> bool {
        matches!(
            self,
            Self::CreateIndex { impact: Impact::Destructive, .. }
                | Self::ModifyIndex { impact: Impact::Destructive, .. }
        )
    }

    /// Records that the collection contains no documents, which the change could delete.
    pub(super) fn without_documents(&mut self) {
        if let Self::CreateIndex { impact, .. } | Self::ModifyIndex { impact, .. } = self {
            *impact = Impact::Safe;
        }
    }

    /// Returns whether the database lacks something that is declared.
    pub(super) fn is_behind(&self) -> bool {
        matches!(
            self,
            Self::CreateCollection { .. }
                | Self::CreateValidator { .. }
                | Self::ModifyValidator { .. }
                | Self::CreateIndex { .. }
                | Self::ModifyIndex { .. }
                | Self::RebuildIndex { .. }
        )
    }
}
