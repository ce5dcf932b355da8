//! What a change does, and who may make it.

use std::fmt;

use super::SchemaChange;

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
    /// [`Schema::scan`]: crate::schema::Schema::scan
    Narrowing,
    /// The change drops an index, so queries are slow and a unique index refuses nothing until it is built again; or it
    /// lets the server delete documents, or replaces or drops a validator of another program. `apply` makes such a change only if the caller allows it.
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

    /// Returns whether the server may refuse writes after this change that it accepts now. `apply` makes such a change
    /// only if the caller allows narrowing changes.
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

    /// Records that the collection contains no documents, which the change could delete.
    pub(in crate::schema) fn without_documents(&mut self) {
        if let Self::CreateIndex { impact, .. }
        | Self::ModifyIndex { impact, .. }
        | Self::ModifyCollection { impact, .. } = self
        {
            *impact = Impact::Safe;
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
                | Self::CreateValidator { .. }
                | Self::ModifyValidator { .. }
                | Self::CreateIndex { .. }
                | Self::ModifyIndex { .. }
                | Self::RebuildIndex { .. }
        )
    }
}
