//! Errors of planning and applying a declared schema.

use std::fmt;

use mongodb::bson::Bson;

use super::DuplicateKey;

/// The reason why the declared schema cannot be planned or applied.
///
/// [`Error::schema`](super::Error::schema) returns it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SchemaError {
    /// The declarations of the models are not valid. The list contains every problem. Nothing was sent.
    Declared(Vec<DeclaredProblem>),
    /// A model's collection is something that cannot have indexes, such as a view.
    #[non_exhaustive]
    NotACollection {
        /// The name of the collection.
        collection: String,
        /// The type that the server reports, such as `view`.
        found: String,
    },
    /// A model declares a validator, and its collection is a time series, which can have none.
    #[non_exhaustive]
    TimeSeries {
        /// The name of the collection.
        collection: String,
    },
    /// The server refuses the collation of an index.
    #[non_exhaustive]
    Collation {
        /// The collection.
        collection: String,
        /// The name of the index.
        index: String,
    },
    /// After the plan was made, someone changed the index in a way that the plan does not contain, created it with other
    /// keys or options, or stored documents that it would delete. The index was not changed. Plan again.
    #[non_exhaustive]
    Conflict {
        /// The collection.
        collection: String,
        /// The name of the declared index.
        index: String,
        /// A description of the differences.
        differences: String,
    },
    /// After the plan was made, someone changed the validator of the collection in a way that the plan does not contain,
    /// or removed it while documents were stored. The validator was not changed. Plan again.
    #[non_exhaustive]
    ValidatorConflict {
        /// The collection.
        collection: String,
        /// A description of the differences.
        differences: String,
    },
    /// After the plan was made, someone created the collection with other options, or changed an option in a way that the
    /// plan does not contain. The collection was not changed. Plan again.
    #[non_exhaustive]
    CollectionConflict {
        /// The collection.
        collection: String,
        /// A description of the differences.
        differences: String,
    },
    /// The server refuses the default collation of a collection.
    #[non_exhaustive]
    CollectionCollation {
        /// The collection.
        collection: String,
    },
    /// A unique index cannot be created, because some documents have the same key.
    #[non_exhaustive]
    DuplicateKeys {
        /// The collection.
        collection: String,
        /// The index, and a key that several documents have.
        key: DuplicateKey,
    },
    /// An index was dropped to be built again, and could be neither built nor restored. Plan and apply again to build it.
    #[non_exhaustive]
    NotRestored {
        /// The collection.
        collection: String,
        /// The names of the indexes that are missing now, or of which it is not known.
        indexes: Vec<String>,
        /// The error that prevented building the index, as text.
        cause: String,
    },
    /// An index cannot become unique, because some documents have the same key. The index is as before.
    #[non_exhaustive]
    NotUnique {
        /// The collection.
        collection: String,
        /// The name of the index.
        index: String,
        /// The documents that have the same key as another.
        ids: DocumentIds,
    },
    /// The database lags behind the declarations of the models. [`Schema::verify`](crate::schema::Schema::verify)
    /// returns this.
    #[non_exhaustive]
    Outdated {
        /// The missing changes, as the plan displays them.
        changes: Vec<String>,
    },
}

/// The ids of documents. `Debug` shows only how many, because ids are stored values.
#[derive(Clone, Default, PartialEq)]
pub struct DocumentIds(Vec<Bson>);

impl DocumentIds {
    pub(crate) fn new(ids: Vec<Bson>) -> Self {
        Self(ids)
    }

    /// Returns the ids. Log them only if stored values may be logged.
    pub fn as_slice(&self) -> &[Bson] {
        &self.0
    }
}

impl fmt::Debug for DocumentIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentIds({})", self.0.len())
    }
}

/// One problem in the declarations of the models.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeclaredProblem {
    /// Two models declare the same collection.
    #[non_exhaustive]
    SharedCollection {
        /// The collection.
        collection: String,
        /// The Rust names of the models.
        models: [&'static str; 2],
    },
    /// The server would refuse the options of a collection.
    #[non_exhaustive]
    Collection {
        /// The Rust name of the model.
        model: &'static str,
        /// The collection.
        collection: String,
        /// The problem, as text that follows the name.
        problem: String,
    },
    /// The server would refuse an index, or it would be useless.
    #[non_exhaustive]
    Index {
        /// The Rust name of the model.
        model: &'static str,
        /// The name of the index.
        index: String,
        /// The problem, as text that follows the name.
        problem: String,
    },
}

impl fmt::Display for DeclaredProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SharedCollection { collection, models: [one, other] } => {
                write!(f, "`{one}` and `{other}` both declare the collection `{collection}`")
            }
            Self::Collection { model, collection, problem } => {
                write!(f, "the collection `{collection}` of `{model}` {problem}")
            }
            Self::Index { model, index, problem } if index.is_empty() => {
                write!(f, "an index of `{model}` {problem}")
            }
            Self::Index { model, index, problem } => write!(f, "index `{index}` of `{model}` {problem}"),
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared(problems) => {
                for (position, problem) in problems.iter().enumerate() {
                    write!(f, "{}{problem}", if position == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
            Self::NotACollection { collection, found } => {
                write!(f, "`{collection}` is a {found}, which can have no indexes")
            }
            Self::TimeSeries { collection } => {
                write!(
                    f,
                    "`{collection}` is a time series, which can have no validator: remove it from the model"
                )
            }
            Self::Collation { collection, index } => write!(
                f,
                "the server refuses the collation of the index `{index}` of `{collection}`; its message is in \
                 `server_message()`"
            ),
            Self::Conflict { collection, index, differences } => {
                write!(
                    f,
                    "the index `{index}` of `{collection}` differs from the declared one: {differences}"
                )
            }
            Self::ValidatorConflict { collection, differences } => {
                write!(f, "the validator of `{collection}` differs from the declared one: {differences}")
            }
            Self::CollectionConflict { collection, differences } => {
                write!(f, "the collection `{collection}` differs from the declared one: {differences}")
            }
            Self::CollectionCollation { collection } => write!(
                f,
                "the server refuses the collation of the collection `{collection}`; its message is in `server_message()`"
            ),
            Self::DuplicateKeys { collection, key } => write!(
                f,
                "the unique index `{}` cannot be created: several documents of `{collection}` have the same key",
                key.index(),
            ),
            Self::NotRestored { collection, indexes, cause } => write!(
                f,
                "dropped indexes of `{collection}` could not be built again or restored: `{}`; plan and apply again; the \
                 cause was: {cause}",
                indexes.join("`, `"),
            ),
            Self::NotUnique { collection, index, ids } => write!(
                f,
                "the index `{index}` cannot become unique: {} documents of `{collection}` have the same key as another",
                ids.0.len(),
            ),
            Self::Outdated { changes } => {
                write!(
                    f,
                    "the database lags behind the declared schema; plan and apply: {}",
                    changes.join("; ")
                )
            }
        }
    }
}
