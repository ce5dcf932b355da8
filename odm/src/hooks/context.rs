//! `HookContext`: what a hook knows about the write, and the session that it shares with it.

use std::{fmt, future::Future};

use mongodb::ClientSession;

use crate::{
    collection::{Collection, Target},
    database::Database,
    error::{Error, Result},
    exec,
    model::Model,
    operation::Verb,
    session::{AsSession, BorrowedSession, ExplicitSession, Observer, sealed},
};

/// What a hook knows about the write that it belongs to.
///
/// It is also the session of the write: pass it to `.session(context)` of an action, which then belongs to the same
/// transaction. See [the module](crate::hooks#the-session).
pub struct HookContext<'s> {
    target: Target,
    verb: Verb,
    lent: BorrowedSession<'s>,
}

impl<'s> HookContext<'s> {
    /// Creates the context of a write in the session of the caller, or else in a session that is stored in `own`.
    pub(super) async fn new(
        target: Target,
        verb: Verb,
        lent: Option<BorrowedSession<'s>>,
        own: &'s mut Option<ClientSession>,
    ) -> Result<Self> {
        let lent = match lent {
            Some(lent) => lent,
            None => {
                let started =
                    exec::run(target.operation(verb), target.database().client().start_session()).await?;
                BorrowedSession { driver: own.insert(started), observer: Observer::default() }
            }
        };
        Ok(Self { target, verb, lent })
    }

    /// Returns the database of the write.
    pub fn database(&self) -> &Database {
        self.target.database()
    }

    /// Returns the collection of a model in the database of the write, for the same tenant.
    pub fn collection<M: Model>(&self) -> Collection<M> {
        let advice = "specify it with `.tenant(..)` of the collection, or call `.all_tenants()` of it if that is intended";
        self.database().collection().for_tenant(&self.target.policies().scope.tenant, advice)
    }

    /// Returns the name of the method that writes, such as `insert_one`.
    pub fn operation(&self) -> &'static str {
        self.verb.name
    }

    /// Returns whether the write is known to belong to a transaction. A session of the driver does not show it.
    pub fn in_transaction(&self) -> bool {
        self.lent.observer.in_transaction()
    }

    /// Makes a call of the write itself in the session, and records its outcome.
    pub(crate) async fn observe<'a, T, F>(
        &'a mut self,
        call: impl FnOnce(Option<&'a mut ClientSession>) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let observer = self.lent.observer.clone();
        observer.observe(call(Some(&mut *self.lent.driver))).await
    }

    /// Continues with a write to another collection.
    pub(super) fn switch(&mut self, target: Target) {
        self.target = target;
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Attaches the operation to the error of a hook.
    pub(super) fn failed(&self, error: Error) -> Error {
        let error = error.during(&self.target.operation(self.verb));
        if self.in_transaction() { error.in_transaction() } else { error }
    }
}

impl AsSession for HookContext<'_> {}

impl sealed::Sealed for HookContext<'_> {
    fn lend(&mut self) -> ExplicitSession<'_> {
        self.lent.lend()
    }
}

impl fmt::Debug for HookContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookContext")
            .field("on", &self.target)
            .field("operation", &self.verb.name)
            .finish_non_exhaustive()
    }
}
