//! `Error`: why no server is available, and how to fix it.

use std::{fmt, sync::Arc};

/// An error of starting, reaching or stopping a server.
///
/// Its [`Display`](fmt::Display) lists the sources that were tried, why each of them failed, and how to fix it. It is
/// cheap to clone, because every test of a binary without a server reports the same error.
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

/// Prints the same text as [`Display`](fmt::Display), because the test harness prints the `Debug` output of an error
/// that a test returns.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Adds context to an error: `file.read(..).or_error("cannot read X")?`.
pub(crate) trait OrError<T> {
    fn or_error(self, doing: impl fmt::Display) -> Result<T, Error>;
}

impl<T, E: fmt::Display> OrError<T> for Result<T, E> {
    fn or_error(self, doing: impl fmt::Display) -> Result<T, Error> {
        self.map_err(|error| Error::new(format!("{doing}: {error}")))
    }
}
