//! What stands between the declared and the live schema.

use std::fmt;

use super::DuplicateKey;

/// Why the declared schema cannot be planned or applied.
///
/// You get one from [`Error::schema`](super::Error::schema).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SchemaError {
    /// No database can be what the models declare. Everything that is wrong is listed; nothing was sent.
    Declared(Vec<DeclaredProblem>),
    /// The name of a model's collection belongs to something that can have no indexes.
    #[non_exhaustive]
    NotACollection {
        /// The name.
        collection: String,
        /// What has it, `view`.
        found: String,
    },
    /// Since the plan was made, someone created the index differently. Nothing was changed about it.
    #[non_exhaustive]
    Conflict {
        /// The collection.
        collection: String,
        /// The name of the declared index.
        index: String,
        /// What differs, in words.
        differences: String,
    },
    /// A unique index cannot be created: some documents have the same key.
    #[non_exhaustive]
    DuplicateKeys {
        /// The collection.
        collection: String,
        /// The index, and a key that several documents have.
        key: DuplicateKey,
    },
}

/// One thing wrong with what the models declare.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeclaredProblem {
    /// Two models name one collection.
    #[non_exhaustive]
    SharedCollection {
        /// The collection.
        collection: String,
        /// The Rust names of the models.
        models: [&'static str; 2],
    },
    /// The server would refuse an index.
    #[non_exhaustive]
    Index {
        /// The Rust name of the model.
        model: &'static str,
        /// The name of the index.
        index: String,
        /// Why, in words that follow the name.
        problem: String,
    },
}

impl fmt::Display for DeclaredProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SharedCollection { collection, models: [one, other] } => {
                write!(f, "`{one}` and `{other}` both say that their collection is `{collection}`")
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
            Self::Conflict { collection, index, differences } => {
                write!(f, "`{collection}` has the index `{index}` otherwise: {differences}")
            }
            Self::DuplicateKeys { collection, key } => write!(
                f,
                "the unique index `{}` cannot be created: several documents of `{collection}` have the same key",
                key.index(),
            ),
        }
    }
}
