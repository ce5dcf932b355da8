//! `Source`: the four sources of a server, and the variable that selects one.

use std::{env, fmt, str::FromStr};

use crate::error::Error;

/// Where a server comes from. The variants are in the order in which the sources are tried.
///
/// ```
/// use odm_test::Source;
///
/// assert_eq!("wheel".parse::<Source>()?, Source::Wheel);
/// assert_eq!(Source::Docker.to_string(), "docker");
/// # Ok::<(), odm_test::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A running server, whose connection string is in `ODM_MONGODB_URI`.
    Uri,
    /// A container, started through `testcontainers`.
    Docker,
    /// A `mongod` of this machine, from `ODM_MONGOD` or `PATH`.
    Mongod,
    /// The `mongod` inside a wheel of the Python package index (Linux x86-64).
    Wheel,
}

impl Source {
    /// All sources, in the order in which they are tried.
    pub(crate) const ALL: [Self; 4] = [Self::Uri, Self::Docker, Self::Mongod, Self::Wheel];

    /// Returns the source that `ODM_MONGODB_SOURCE` selects.
    pub(crate) fn selected() -> Result<Option<Self>, Error> {
        match env::var("ODM_MONGODB_SOURCE") {
            Ok(word) if !word.is_empty() => match word.parse() {
                Ok(source) => Ok(Some(source)),
                Err(error) => Err(Error::new(format!("ODM_MONGODB_SOURCE: {error}"))),
            },
            _ => Ok(None),
        }
    }

    /// Returns the name of this source in `ODM_MONGODB_SOURCE` and in the log.
    fn word(self) -> &'static str {
        match self {
            Self::Uri => "uri",
            Self::Docker => "docker",
            Self::Mongod => "mongod",
            Self::Wheel => "wheel",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Source {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|source| source.word() == word).ok_or_else(|| {
            Error::new(format!(
                "`{word}` is not a source of servers; the sources are `uri`, `docker`, `mongod` and `wheel`"
            ))
        })
    }
}
