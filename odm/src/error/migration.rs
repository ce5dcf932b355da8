//! Why migrations cannot be run, or did not end.

use std::{error::Error as StdError, fmt};

use mongodb::bson::{Bson, DateTime};

/// The reason why migrations cannot be run, or did not end.
///
/// [`Error::migration`](super::Error::migration) returns it.
///
/// Messages contain the names of migrations, and no stored values.
#[non_exhaustive]
pub enum MigrationError {
    /// The list of migrations cannot be run. Nothing was sent.
    #[non_exhaustive]
    Declared {
        /// The name of the migration.
        migration: String,
        /// The problem, as text that follows the name.
        problem: String,
    },
    /// The history contains the migration as applied, and its declaration has changed since.
    #[non_exhaustive]
    Changed {
        /// The name of the migration.
        migration: String,
    },
    /// The history contains a migration as applied that is not in the list.
    #[non_exhaustive]
    Unknown {
        /// The name of the migration.
        migration: String,
    },
    /// The history contains a migration that began, did not end, and is not in the list. Run a program that has it in its
    /// list, or discard it: [`Migrate::discard_unfinished`](crate::migrate::Migrate::discard_unfinished).
    #[non_exhaustive]
    Unfinished {
        /// The name of the migration.
        migration: String,
    },
    /// A migration that is not applied stands in the list before one that is.
    #[non_exhaustive]
    OutOfOrder {
        /// The name of the migration that is not applied.
        migration: String,
        /// The name of the later one, which is.
        applied: String,
    },
    /// Migrations are not applied. [`Migrate::verify`](crate::migrate::Migrate::verify) returns this.
    #[non_exhaustive]
    Pending {
        /// The names of the migrations, in their order.
        migrations: Vec<String>,
    },
    /// Another runner has the lease, and this one did not wait for it, or not long enough:
    /// [`Migrate::wait_for`](crate::migrate::Migrate::wait_for).
    #[non_exhaustive]
    Busy {
        /// When its lease expires, by the clock of the server, unless it renews the lease. `None` if that is not known,
        /// because its transaction is open.
        until: Option<DateTime>,
    },
    /// Another runner has taken over the lease, because this one did not renew it in time. What this runner had not
    /// committed by then is not applied.
    LeaseLost,
    /// Documents cannot be rewritten. All others are. The migration is not applied: repair the documents or the
    /// function, and run it again.
    #[non_exhaustive]
    Refused {
        /// The name of the migration.
        migration: String,
        /// The documents.
        documents: RefusedDocuments,
    },
    /// A rewritten document still matches the filter of the documents to rewrite, so it would be rewritten for ever.
    /// The batch with the document was not applied.
    #[non_exhaustive]
    StillPending {
        /// The name of the migration.
        migration: String,
        /// The document.
        documents: RefusedDocuments,
    },
    /// Other programs write documents in the old form faster than they are rewritten.
    #[non_exhaustive]
    StillWritten {
        /// The name of the migration.
        migration: String,
    },
    /// The function of a step returned an error, which is its [`cause`](MigrationError::cause).
    #[non_exhaustive]
    Step {
        /// The name of the migration.
        migration: String,
        /// The error.
        cause: Box<dyn StdError + Send + Sync>,
    },
}

impl MigrationError {
    /// Returns the name of the migration, if the error is about one. For `Pending`, returns the first name.
    pub fn migration(&self) -> Option<&str> {
        match self {
            Self::Declared { migration, .. }
            | Self::Changed { migration }
            | Self::Unknown { migration }
            | Self::Unfinished { migration }
            | Self::OutOfOrder { migration, .. }
            | Self::Refused { migration, .. }
            | Self::StillPending { migration, .. }
            | Self::StillWritten { migration }
            | Self::Step { migration, .. } => Some(migration),
            Self::Pending { migrations } => migrations.first().map(String::as_str),
            Self::Busy { .. } | Self::LeaseLost => None,
        }
    }

    /// Returns the documents that cannot be rewritten, if that is the problem.
    pub fn documents(&self) -> Option<&RefusedDocuments> {
        match self {
            Self::Refused { documents, .. } | Self::StillPending { documents, .. } => Some(documents),
            _ => None,
        }
    }

    /// Returns the error of a step. Its text may contain stored values.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        if let Self::Step { cause, .. } = self { Some(&**cause) } else { None }
    }
}

/// Documents that cannot be rewritten: how many, and the first of them. `Debug` shows only how many, because ids and
/// reasons may contain stored values.
#[derive(Clone, Default, PartialEq)]
pub struct RefusedDocuments {
    count: u64,
    samples: Vec<RefusedDocument>,
}

impl RefusedDocuments {
    /// The number of documents that are kept, so that the memory is limited.
    const SAMPLES: usize = 100;

    pub(crate) fn push(&mut self, document: RefusedDocument) {
        self.count += 1;
        if self.samples.len() < Self::SAMPLES {
            self.samples.push(document);
        }
    }

    /// Returns how many documents there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the first 100 documents. Log them only if stored values may be logged.
    pub fn samples(&self) -> &[RefusedDocument] {
        &self.samples
    }
}

impl fmt::Debug for RefusedDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefusedDocuments({})", self.count)
    }
}

/// A document that cannot be rewritten. `Debug` shows neither the id nor the reason.
#[derive(Clone, PartialEq)]
pub struct RefusedDocument {
    id: Bson,
    reason: String,
}

impl RefusedDocument {
    pub(crate) fn new(id: Bson, reason: String) -> Self {
        Self { id, reason }
    }

    /// Returns the `_id` of the document.
    pub fn id(&self) -> &Bson {
        &self.id
    }

    /// Returns why the document cannot be rewritten: it cannot be read, the function refuses it, it violates a rule, or
    /// the server refuses the result. The text of the function may contain stored values.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Debug for RefusedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefusedDocument").finish_non_exhaustive()
    }
}

impl fmt::Debug for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MigrationError({self})")
    }
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared { migration, problem } => write!(f, "the migration `{migration}` {problem}"),
            Self::Changed { migration } => write!(
                f,
                "the migration `{migration}` has changed since it was applied; restore it and add a new one, or, if the \
                 change has no effect on documents, accept it with `accept_changed`"
            ),
            Self::Unknown { migration } => write!(
                f,
                "the migration `{migration}` was applied to this database and is not in the list: is this program older \
                 than the database?"
            ),
            Self::Unfinished { migration } => write!(
                f,
                "the migration `{migration}` began on this database, did not end, and is not in the list; run it with the \
                 program that has it, or, if its partial effect does no harm, discard it with `discard_unfinished`"
            ),
            Self::OutOfOrder { migration, applied } => write!(
                f,
                "the migration `{migration}` is not applied and stands before `{applied}`, which is: add new migrations \
                 at the end of the list"
            ),
            Self::Pending { migrations } => {
                write!(f, "migrations are not applied; run them: `{}`", migrations.join("`, `"))
            }
            Self::Busy { .. } => f.write_str(
                "another runner has the lease; wait for it with `wait_for`. The lease of a runner that was killed \
                 expires",
            ),
            Self::LeaseLost => f.write_str(
                "another runner has taken over the lease, because it was not renewed in time; what was not committed by \
                 then is not applied",
            ),
            Self::Refused { migration, documents } => write!(
                f,
                "the migration `{migration}` is not applied: {} cannot be rewritten, all others are; the ids and the \
                 reasons are in `Error::migration`",
                documents.counted(),
            ),
            Self::StillPending { migration, .. } => write!(
                f,
                "the migration `{migration}` rewrites a document so that it still matches the filter of the documents \
                 to rewrite; the id is in `Error::migration`"
            ),
            Self::StillWritten { migration } => write!(
                f,
                "the migration `{migration}` is not applied: other programs still write documents in the old form; stop \
                 them and run it again"
            ),
            Self::Step { migration, .. } => write!(
                f,
                "the step `{migration}` returned an error, which is in `Error::migration` as the `cause`"
            ),
        }
    }
}

impl RefusedDocuments {
    fn counted(&self) -> String {
        if self.count == 1 { "1 document".to_owned() } else { format!("{} documents", self.count) }
    }
}
