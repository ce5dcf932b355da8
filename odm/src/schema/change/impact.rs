//! What a change does, and who may make it.

use std::fmt;

use super::{Difference, SchemaChange};
use crate::schema::options::IMAGES;

/// What a change does to the data and to the programs that use the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Impact {
    /// The change is fast, and can be undone.
    Safe,
    /// The server reads the whole collection. Reads and writes continue.
    ///
    /// A unique index is slow and not narrowing, although the server then refuses a second document with the same key:
    /// the server builds it only if no stored documents have the same key, else `apply` fails and the collection stays as
    /// it is.
    Slow,
    /// The change sets a validator that may refuse writes that the server accepts now. Stored documents do not change,
    /// and may violate it: [`Schema::scan`] counts those that would be refused. `apply` makes such a change only if the
    /// caller allows it.
    ///
    /// [`Schema::scan`]: crate::schema::Schema::scan
    Narrowing,
    /// The change drops an index or a search index, so queries are slow or find nothing, and a unique index refuses
    /// nothing until it is built again; or it lets the server delete documents; or it replaces or drops a validator of
    /// another program; or it turns off pre- and post-images, which a change stream may need. `apply` makes such a change
    /// only if the caller allows it.
    Destructive,
    /// The server cannot make the change, or no program should: an administrator makes it. `apply` never does.
    Manual,
}

/// `safe`, `slow`, `narrowing`, `destructive` or `manual`
impl fmt::Display for Impact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Slow => "slow",
            Self::Narrowing => "narrowing",
            Self::Destructive => "destructive",
            Self::Manual => "manual",
        })
    }
}

impl SchemaChange {
    /// Returns the impact, or `None` for a difference that is only reported.
    pub fn impact(&self) -> Option<Impact> {
        match self {
            Self::CreateCollection { .. } | Self::HideIndex { .. } => Some(Impact::Safe),
            Self::CreateIndex { impact, .. }
            | Self::ModifyIndex { impact, .. }
            | Self::ModifyCollection { impact, .. }
            | Self::ModifySearchIndex { impact, .. }
            | Self::CreateValidator { impact, .. }
            | Self::ModifyValidator { impact, .. } => Some(*impact),
            Self::CreateSearchIndex { .. } => Some(Impact::Slow),
            Self::RebuildIndex { .. }
            | Self::DropIndex { .. }
            | Self::DropValidator { .. }
            | Self::DropSearchIndex { .. } => Some(Impact::Destructive),
            Self::RecreateCollection { .. } | Self::ShardCollection { is_cluster: true, .. } => {
                Some(Impact::Manual)
            }
            Self::Undeclared { .. }
            | Self::UndeclaredValidator { .. }
            | Self::UndeclaredOption { .. }
            | Self::UndeclaredSearchIndex { .. }
            | Self::NoSearch { .. }
            | Self::ShardCollection { .. } => None,
        }
    }

    /// Returns whether `apply` makes this change only if the caller allows destructive changes.
    pub fn is_destructive(&self) -> bool {
        self.impact() == Some(Impact::Destructive)
    }

    /// Returns whether this change sets a validator that may refuse writes that the server accepts now. `apply` makes
    /// such a change only if the caller allows narrowing changes. A unique index is not narrowing: see [`Impact::Slow`].
    pub fn is_narrowing(&self) -> bool {
        self.impact() == Some(Impact::Narrowing)
    }

    /// Returns whether an administrator makes this change, and `apply` never does.
    pub fn is_manual(&self) -> bool {
        self.impact() == Some(Impact::Manual)
    }

    /// Returns whether the server may delete documents after this change.
    pub(in crate::schema) fn deletes_documents(&self) -> bool {
        matches!(
            self,
            Self::CreateIndex { impact: Impact::Destructive, .. }
                | Self::ModifyIndex { impact: Impact::Destructive, .. }
                | Self::ModifyCollection { impact: Impact::Destructive, .. }
        )
    }

    /// Records that the collection contains no documents, which the change could delete. What else is destructive stays
    /// destructive: a change stream may need the images of an empty collection.
    pub(in crate::schema) fn without_documents(&mut self) {
        match self {
            Self::ModifyCollection { differences, .. } if differences.iter().any(turns_images_off) => {}
            Self::CreateIndex { impact, .. }
            | Self::ModifyIndex { impact, .. }
            | Self::ModifyCollection { impact, .. } => *impact = Impact::Safe,
            _ => {}
        }
    }

    /// Returns whether the database lacks something that is declared.
    pub(in crate::schema) fn is_behind(&self) -> bool {
        matches!(
            self,
            Self::CreateCollection { .. }
                | Self::ModifyCollection { .. }
                | Self::RecreateCollection { .. }
                | Self::ShardCollection { is_cluster: true, .. }
                | Self::CreateSearchIndex { .. }
                | Self::ModifySearchIndex { .. }
                | Self::NoSearch { .. }
                | Self::CreateValidator { .. }
                | Self::ModifyValidator { .. }
                | Self::CreateIndex { .. }
                | Self::ModifyIndex { .. }
                | Self::RebuildIndex { .. }
        )
    }
}

fn turns_images_off(difference: &Difference) -> bool {
    difference.what() == IMAGES && difference.declared() == "off"
}
