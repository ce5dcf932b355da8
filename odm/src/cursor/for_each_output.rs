//! The return types of the closure of `for_each`.

use std::future::{Future, Ready};

use super::futures::Step;
use crate::error::{Error, Result};

/// A return type of the closure of `for_each`: `()`, a `Result<(), E>`, or a future of a `Result<(), E>`.
///
/// `K` is a marker that type inference determines. It keeps the implementations for `Result` and for futures apart,
/// which would overlap otherwise.
#[diagnostic::on_unimplemented(
    message = "the closure of `for_each` returns `{Self}`",
    label = "expected `()`, a `Result<(), E>` or a future of a `Result<(), E>`",
    note = "`E` is your own error, with `From<odm::Error>`"
)]
pub trait ForEachOutput<K> {
    /// The error type of `for_each`.
    type Error: From<Error>;
    /// The future that is awaited before the next row.
    type Done: Future<Output = Result<(), Self::Error>>;

    /// Returns whether the closure is done with the row, or the future that is awaited before the next row.
    fn into_step(self) -> Step<Self::Done, Self::Error>;
}

/// Markers of [`ForEachOutput`], which type inference determines.
pub(crate) mod steps {
    /// The step is complete when the closure returns.
    #[derive(Debug)]
    pub enum Now {}
    /// The step is complete when the returned future is.
    #[derive(Debug)]
    pub enum Later {}
}
use steps::{Later, Now};

impl ForEachOutput<Now> for () {
    type Error = Error;
    type Done = Ready<Result<()>>;

    fn into_step(self) -> Step<Self::Done, Error> {
        Step::Complete(Ok(()))
    }
}

impl<E: From<Error>> ForEachOutput<Now> for Result<(), E> {
    type Error = E;
    type Done = Ready<Self>;

    fn into_step(self) -> Step<Self::Done, E> {
        Step::Complete(self)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future<Output = Result<(), E>>, E: From<Error>> ForEachOutput<Later> for F {
    type Error = E;
    type Done = Self;

    fn into_step(self) -> Step<Self, E> {
        Step::Pending(self)
    }
}
