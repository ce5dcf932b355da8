//! `StoredSession`: a session whose id is stored, so that another process can end its transaction.
//!
//! When a session of the driver is dropped, the driver keeps it for the next caller in this process. Whoever reads the
//! stored id then would end the transaction of that caller. So the session is dropped only after its id was removed.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_core::future::BoxFuture;
use tokio::{
    runtime::Handle,
    sync::{Mutex, MutexGuard},
    time::sleep,
};

use super::Session;
use crate::error::Result;

/// How long the removal is tried. The driver does not use a session again that was not used for this long, because the
/// server has forgotten it.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// The first and the longest pause between two attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(10)];

/// Removes the stored id.
type Remove = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// A session whose id is stored. When it is dropped, a task removes the id, and then drops the session.
pub(crate) struct StoredSession {
    session: Arc<Mutex<Session>>,
    remove: Remove,
    is_removed: AtomicBool,
    runtime: Option<Handle>,
}

impl StoredSession {
    /// Creates it before the id is stored. `remove` removes the id if it is the stored one.
    pub(crate) fn new(
        session: Session,
        remove: impl Fn() -> BoxFuture<'static, Result<()>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            session: Arc::new(Mutex::new(session)),
            remove: Arc::new(remove),
            is_removed: AtomicBool::new(false),
            runtime: Handle::try_current().ok(),
        }
    }

    /// Waits until nobody else uses the session, and returns it.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Session> {
        self.session.lock().await
    }

    /// Records that the id was removed.
    pub(crate) fn removed(&self) {
        self.is_removed.store(true, Ordering::SeqCst);
    }
}

impl Drop for StoredSession {
    fn drop(&mut self) {
        if !self.is_removed.load(Ordering::SeqCst)
            && let Some(runtime) = &self.runtime
        {
            let (session, remove) = (Arc::clone(&self.session), Arc::clone(&self.remove));
            runtime.spawn(async move {
                until_removed(&remove).await;
                drop(session);
            });
        }
    }
}

async fn until_removed(remove: &Remove) {
    let (began, [mut pause, longest]) = (Instant::now(), PAUSES);
    while let Err(error) = remove().await {
        if began.elapsed() > LIFETIME {
            return;
        }
        tracing::debug!(error = %error, "the id of a session was not removed; it is tried again");
        sleep(pause).await;
        pause = longest.min(pause * 2);
    }
}

impl fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession").field("is_removed", &self.is_removed).finish_non_exhaustive()
    }
}
