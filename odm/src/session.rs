//! Sessions: actions that belong together, in order.
//!
//! [`Database::session`](crate::Database::session) starts a [`Session`], and `.session(&mut session)` runs an action
//! in it. A session gives three things:
//!
//! - **Causal consistency** (the default): a read in the session includes the effects of the earlier actions in it,
//!   also if it is sent to another member of the replica set.
//! - **Snapshots** ([`StartSession::snapshot`]): all reads return the data of one moment.
//! - **Transactions**: [`Database::transaction`](crate::Database::transaction) runs one, and most programs need no
//!   session for it. [`Session::start_transaction`] and similar methods control one by hand.
//!
//! A session runs one action at a time: an action borrows it until its future completes, or until its cursor is
//! dropped. Sessions are cheap, so start one for each task.
//!
//! `.session(..)` also accepts a session of the driver (`db.client().start_session()`). For such a session, this crate
//! does not know whether it is in a transaction. So it cannot name the call that failed in a transaction, cannot refuse
//! what the server does not allow in one, and an error may state an outcome that only the commit determines.

pub(crate) mod lease;
mod manual;
mod options;
mod refused;
mod start;
mod state;
mod stored;
mod tracker;

use std::{fmt, sync::Arc};

use mongodb::ClientSession;
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use self::{
    manual::{AbortTransaction, CommitTransaction, StartTransaction},
    start::StartSession,
    state::{AsSession, ExplicitSession, ImplicitSession},
};
pub(crate) use self::{
    options::transaction_options,
    refused::{allowed_command, allowed_stages},
    state::{BorrowedSession, SessionState, sealed},
    stored::StoredSession,
    tracker::{Observer, TransactionTracker},
};
use crate::{
    database::Database,
    error::{Error, Result},
    operation::Verb,
};

const DRIVER: Verb = Verb::unsent("driver").reading();

/// A session of one client: see the [module](crate::session).
///
/// Awaiting [`Database::session`] returns it. A transaction that has not ended when the session is dropped is aborted.
///
/// ```compile_fail,E0499
/// # use odm::{Collection, Filter, Model, Id, session::Session};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User> }
/// # async fn f(users: Collection<User>, mut session: Session) -> odm::Result<()> {
/// let one = users.count(Filter::all()).session(&mut session);
/// let two = users.count(Filter::all()).session(&mut session); // at the same time
/// # drop((one.await?, two.await?));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ClientSession")]
pub struct Session {
    hold: Hold,
    database: Database,
}

/// The owner of the session of the driver.
enum Hold {
    /// The session, or a transaction that runs in it.
    Shared(Arc<Mutex<Inner>>),
    /// This session, which a transaction lent to its body.
    Locked(OwnedMutexGuard<Inner>),
}

/// The session of the driver, and what the driver does not show about it.
pub(crate) struct Inner {
    pub(crate) driver: ClientSession,
    pub(crate) tracker: Arc<TransactionTracker>,
    pub(crate) database: Database,
}

impl Session {
    pub(crate) fn new(database: Database, driver: ClientSession) -> Self {
        let inner = Inner { driver, tracker: Arc::default(), database: database.clone() };
        Self { hold: Hold::Shared(Arc::new(Mutex::new(inner))), database }
    }

    /// Creates the session that remains after the body of a transaction has ended it.
    pub(crate) fn locked(inner: OwnedMutexGuard<Inner>) -> Self {
        let database = inner.database.clone();
        Self { hold: Hold::Locked(inner), database }
    }

    /// Returns the driver's session, for calls of the driver, and for the times of the session.
    ///
    /// Do not start or end transactions through it: [`start_transaction`](Self::start_transaction) and its relatives
    /// record what this crate must know.
    ///
    /// # Errors
    ///
    /// Returns an error if a transaction still uses the session: its future was dropped and it is being ended, or its
    /// [`Tx`](crate::Tx) was moved out of its body.
    pub fn driver(&mut self) -> Result<&mut ClientSession> {
        self.inner_for(DRIVER).map(|inner| &mut inner.driver)
    }

    fn inner(&mut self) -> Result<&mut Inner> {
        match &mut self.hold {
            Hold::Shared(shared) => Arc::get_mut(shared).map(Mutex::get_mut).ok_or_else(in_use),
            Hold::Locked(inner) => Ok(inner),
        }
    }

    /// Returns the session for a method of it, which the error names.
    fn inner_for(&mut self, verb: Verb) -> Result<&mut Inner> {
        let database = self.database.clone();
        database.operation(verb).check(self.inner())
    }

    /// Returns the session for a transaction that starts in it.
    ///
    /// # Errors
    ///
    /// Returns an error if the session is in use, or if the body of another transaction owns it.
    pub(crate) fn share(&self) -> Result<(Arc<Mutex<Inner>>, OwnedMutexGuard<Inner>)> {
        self.check_owner()?;
        let Hold::Shared(shared) = &self.hold else { return Err(in_use()) };
        let locked = Arc::clone(shared).try_lock_owned().map_err(|_| in_use())?;
        Ok((Arc::clone(shared), locked))
    }

    /// Returns an error if the body of a transaction, which has ended, owns the session.
    fn check_owner(&self) -> Result<()> {
        match &self.hold {
            Hold::Shared(_) => Ok(()),
            Hold::Locked(_) => Err(Error::refused(
                "this session belongs to a transaction: start the next one after the body has returned",
            )),
        }
    }
}

#[cold]
pub(crate) fn in_use() -> Error {
    Error::refused(
        "the session is still in use by a transaction: its future was dropped and it is being ended, or its `Tx` was \
         moved out of its body",
    )
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
