//! What the closure of `for_each` may return.

use std::future::{Future, Ready, ready};

use crate::error::{Error, Result};

/// What the closure of `for_each` may return: nothing, a `Result<(), E>`, or a future of such a `Result`.
///
/// `K` is a marker that inference fills in.
#[diagnostic::on_unimplemented(
    message = "the closure of `for_each` returns `{Self}`",
    label = "nothing, a `Result<(), E>` or a future of such a `Result` was expected",
    note = "`E` is your own error, with `From<odm::Error>`"
)]
pub trait Step<K> {
    /// What ends the walk.
    type Error: From<Error>;
    /// What is awaited before the next row.
    type Done: Future<Output = Result<(), Self::Error>>;

    /// What is awaited before the next row.
    fn into_done(self) -> Self::Done;
}

/// Markers of [`Step`]; inference fills them in.
pub mod steps {
    /// Done when the closure returns.
    #[derive(Debug)]
    pub enum Now {}
    /// Done when a future is.
    #[derive(Debug)]
    pub enum Later {}
}
use steps::{Later, Now};

impl Step<Now> for () {
    type Error = Error;
    type Done = Ready<Result<()>>;

    fn into_done(self) -> Self::Done {
        ready(Ok(()))
    }
}

impl<E: From<Error>> Step<Now> for Result<(), E> {
    type Error = E;
    type Done = Ready<Self>;

    fn into_done(self) -> Self::Done {
        ready(self)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), E>>, E: From<Error>> Step<Later> for F {
    type Error = E;
    type Done = Self;

    fn into_done(self) -> Self {
        self
    }
}
