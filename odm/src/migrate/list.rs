//! The list of migrations. The caller lists them, because there is no registry.

use super::{checksum, migration::Migration};
use crate::error::{Error, ErrorKind, MigrationError, Result};

/// A list of migrations in their order, for [`Database::migrate`](crate::Database::migrate).
///
/// Construct with [`migrations!`](crate::migrations!).
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Migrations(Vec<Named>);

/// A migration with its name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) checksum: String,
    pub(super) migration: Migration,
}

impl Migrations {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a migration at the end of the list, which must not contain the name already.
    /// [`migrations!`](crate::migrations!) calls it.
    ///
    /// `source` is a string that changes when the migration changes. The history stores its checksum, without white
    /// space.
    pub fn with(mut self, name: impl Into<String>, source: &str, migration: Migration) -> Self {
        self.0.push(Named { name: name.into(), checksum: checksum::of(source), migration });
        self
    }

    /// Returns the names in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|named| named.name.as_str())
    }

    /// Returns whether the list contains no migration.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Named> {
        self.0.iter()
    }

    /// Returns an error if the list cannot be run.
    pub(super) fn check(&self) -> Result<()> {
        for (position, named) in self.0.iter().enumerate() {
            let problem = if named.name.is_empty() {
                Some("has no name".to_owned())
            } else if self.0.iter().take(position).any(|other| other.name == named.name) {
                Some("is in the list twice".to_owned())
            } else {
                named.migration.problem().map(str::to_owned)
            };
            if let Some(problem) = problem {
                let migration = named.name.clone();
                return Err(Error::new(ErrorKind::Migration(MigrationError::Declared {
                    migration,
                    problem,
                })));
            }
        }
        Ok(())
    }
}

/// Returns a list of migrations: `migrations!["name" => Migration::rewrite(..), "other" => Migration::step(..)]`.
///
/// Names identify the migrations in the history, so do not rename one that is applied. Add new ones at the end.
///
/// The checksum of each is that of the text of its expression, without white space. So write the function as a
/// closure in the list: a change of a function elsewhere is not noticed.
///
/// ```
/// use odm::{migrate::Migration, migrations};
///
/// let list = migrations![
///     "warm-up" => Migration::step(|db| async move { db.ping().await }),
/// ];
/// assert_eq!(list.names().collect::<Vec<_>>(), ["warm-up"]);
/// ```
#[macro_export]
macro_rules! migrations {
    ($($name:expr => $migration:expr),* $(,)?) => {
        $crate::migrate::Migrations::new()$(.with($name, ::core::stringify!($migration), $migration))*
    };
}
