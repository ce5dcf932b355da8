//! The session of an action: `.session(..)`, and the types of actions with and without one.

use std::fmt;

use futures_core::future::BoxFuture;
use mongodb::ClientSession;

use super::{Inner, Observer, Session};
use crate::{error::Result, operation::Operation};

/// The argument of `.session(..)`: a [`Session`], the [`Tx`](crate::Tx) of a transaction, or a [`ClientSession`] of
/// the driver.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "expected `&mut` of a `Session`, a `Tx`, or a `mongodb::ClientSession`",
    note = "`Database::session` returns a `Session`, and the body of `Database::transaction` receives a `Tx`"
)]
pub trait AsSession: Send + sealed::Sealed {}

pub(crate) mod sealed {
    pub trait Sealed {
        /// Lends the session to one action.
        #[doc(hidden)]
        fn lend(&mut self) -> super::ExplicitSession<'_>;
    }
}

impl AsSession for ClientSession {}

impl sealed::Sealed for ClientSession {
    fn lend(&mut self) -> ExplicitSession<'_> {
        ExplicitSession(Ok(BorrowedSession { driver: self, observer: Observer::default() }))
    }
}

impl AsSession for Session {}

impl sealed::Sealed for Session {
    fn lend(&mut self) -> ExplicitSession<'_> {
        ExplicitSession(self.inner().map(Inner::lend))
    }
}

impl Inner {
    fn lend(&mut self) -> BorrowedSession<'_> {
        BorrowedSession { observer: Observer::new(&self.tracker), driver: &mut self.driver }
    }
}

/// The state of an action that does not run in a session of the caller.
#[derive(Debug, Clone, Copy)]
pub struct ImplicitSession;

/// The state of an action that runs in a session of the caller.
///
/// It holds the only borrow of the session, so two operations at the same time in one session do not compile. The
/// server does not support them.
pub struct ExplicitSession<'s>(Result<BorrowedSession<'s>>);

/// A session that is lent to one action.
pub(crate) struct BorrowedSession<'s> {
    pub(crate) driver: &'s mut ClientSession,
    pub(crate) observer: Observer,
}

impl<'s> ExplicitSession<'s> {
    pub(crate) fn new(session: &'s mut impl AsSession) -> Self {
        session.lend()
    }

    /// Lends the session of a transaction.
    pub(crate) fn of(inner: &'s mut Inner) -> Self {
        Self(Ok(inner.lend()))
    }

    /// Returns the session, or an error if it is in use, or if its transaction cannot continue.
    pub(crate) fn into_lent(self, operation: Operation<'_>) -> Result<BorrowedSession<'s>> {
        let lent = operation.check(self.0)?;
        lent.observer.check(&operation)?;
        Ok(lent)
    }
}

impl BorrowedSession<'_> {
    /// Lends the session to one of several actions that run one after the other.
    pub(crate) fn reborrow(&mut self) -> BorrowedSession<'_> {
        BorrowedSession { driver: &mut *self.driver, observer: self.observer.clone() }
    }
}

/// For actions of this crate that consist of several actions in the session of the caller.
impl AsSession for BorrowedSession<'_> {}

impl sealed::Sealed for BorrowedSession<'_> {
    fn lend(&mut self) -> ExplicitSession<'_> {
        ExplicitSession(Ok(self.reborrow()))
    }
}

impl fmt::Debug for ExplicitSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExplicitSession")
    }
}

/// Runs the call of an action in its session, if it has one. The default functions are those of an action without one.
pub(crate) trait SessionState<'s>: Sized {
    /// Checks that the session can run this operation, which the error names.
    fn at(self, _operation: Operation<'_>) -> Self {
        self
    }

    /// Makes a call with the session that the driver accepts.
    fn run<T: 's>(
        self,
        call: impl FnOnce(Option<&'s mut ClientSession>) -> BoxFuture<'s, Result<T>>,
    ) -> BoxFuture<'s, Result<T>> {
        call(None)
    }

    /// Makes several calls, which observe themselves, with the session of the caller, if there is one.
    fn run_with<T: 's>(
        self,
        calls: impl FnOnce(Option<BorrowedSession<'s>>) -> BoxFuture<'s, Result<T>>,
    ) -> BoxFuture<'s, Result<T>> {
        calls(None)
    }

    /// Returns whether the action is known to run in a transaction.
    fn in_transaction(&self) -> bool {
        false
    }

    /// Returns how many commands of the action may be sent at the same time.
    fn concurrency(&self) -> usize {
        1
    }
}

impl SessionState<'_> for ImplicitSession {}

impl<'s> SessionState<'s> for ExplicitSession<'s> {
    fn at(self, operation: Operation<'_>) -> Self {
        Self(self.into_lent(operation))
    }

    fn run<T: 's>(
        self,
        call: impl FnOnce(Option<&'s mut ClientSession>) -> BoxFuture<'s, Result<T>>,
    ) -> BoxFuture<'s, Result<T>> {
        match self.0 {
            Ok(BorrowedSession { driver, observer }) => {
                let call = call(Some(driver));
                Box::pin(async move { observer.observe(call).await })
            }
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }

    fn run_with<T: 's>(
        self,
        calls: impl FnOnce(Option<BorrowedSession<'s>>) -> BoxFuture<'s, Result<T>>,
    ) -> BoxFuture<'s, Result<T>> {
        match self.0 {
            Ok(lent) => calls(Some(lent)),
            Err(error) => Box::pin(async move { Err(error) }),
        }
    }

    fn in_transaction(&self) -> bool {
        self.0.as_ref().is_ok_and(|lent| lent.observer.in_transaction())
    }
}
