//! `Error`: why a server could not be had, in words that end with what to do.

use std::{fmt, sync::Arc};

/// Why no server could be started, reached or stopped.
///
/// Its [`Display`](fmt::Display) is the whole story: what was tried, why each try failed, what to do. It is cheap
/// to clone, because every test of a binary that found no server reports the same one.
///
/// ```no_run
/// # async fn example() {
/// if let Err(error) = odm_test::Server::shared().await {
///     eprintln!("{error}");
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error {
    message: Arc<str>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into().into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The same text as [`Display`](fmt::Display), so that a test that returns this error shows it readably.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Says what was being done when something failed: `file.read(..).or_error("cannot read X")?`.
pub(crate) trait OrError<T> {
    fn or_error(self, doing: impl fmt::Display) -> Result<T, Error>;
}

impl<T, E: fmt::Display> OrError<T> for Result<T, E> {
    fn or_error(self, doing: impl fmt::Display) -> Result<T, Error> {
        self.map_err(|error| Error::new(format!("{doing}: {error}")))
    }
}
