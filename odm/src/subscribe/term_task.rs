//! `TermTask`: the task that saves the position of a term, and renews its lease.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};
use tokio::{
    runtime::Handle,
    sync::OwnedMutexGuard,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{policy::Cadence, setup::Setup, store::Term, tracker::Tracker};
use crate::{
    error::{Error, ErrorKind, Result},
    random::roll,
    watch::resume_state::pause,
};

/// The longest sleep of the task.
const IDLE: Duration = Duration::from_secs(3600);

/// The task of one term. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct TermTask(JoinHandle<()>);

impl TermTask {
    /// Starts the task. The lease, if there is one, is valid since `renewed`.
    pub(super) fn start(
        runtime: &Handle,
        setup: Arc<Setup>,
        term: Term,
        tracker: Arc<Tracker>,
        renewed: Instant,
    ) -> Self {
        Self(runtime.spawn(keep(setup, term, tracker, renewed)))
    }
}

impl Drop for TermTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Saves the position, and ends the term. No renewal follows, which would make another instance wait.
pub(super) async fn save_last(setup: &Setup, term: &Term, tracker: &Tracker) -> Result<()> {
    let saving = Arc::clone(&tracker.saving).lock_owned().await;
    let saved = save_locked(setup, term, tracker, &saving).await.map(drop);
    tracker.lose();
    drop(saving);
    saved
}

/// Saves the position of a source that has begun, as often as it fails for a reason that passes.
pub(super) async fn save_beginning(setup: Arc<Setup>, term: Term, tracker: Arc<Tracker>) -> Result<()> {
    let mut failures = 0_u32;
    loop {
        match save(&setup, &term, &tracker).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_superseded() => return Err(error),
            Err(_) => failures = failures.saturating_add(1),
        }
        sleep(pause(failures.saturating_add(1), roll())).await;
    }
}

/// Saves the position. Returns when this began.
pub(super) async fn save(setup: &Setup, term: &Term, tracker: &Tracker) -> Result<Instant> {
    let saving = Arc::clone(&tracker.saving).lock_owned().await;
    save_locked(setup, term, tracker, &saving).await
}

async fn save_locked(
    setup: &Setup,
    term: &Term,
    tracker: &Tracker,
    _saving: &OwnedMutexGuard<()>,
) -> Result<Instant> {
    let sent = Instant::now();
    if tracker.is_lost() {
        return Err(super::store::superseded());
    }
    let (position, written) = tracker.to_save();
    let saved = setup.settings.store.save(&setup.name, &position, term).await;
    match &saved {
        Ok(()) => tracker.saved(written),
        Err(error) if matches!(error.kind(), ErrorKind::Superseded) => tracker.lose(),
        Err(_) => {}
    }
    saved.map(|()| sent)
}

/// Saves the position. If a transaction changes it for so long that the lease must be renewed, renews only that, so that
/// a slow handler keeps the lease. Returns when this began.
async fn renew(setup: &Setup, term: &Term, tracker: &Tracker, renewed: Instant) -> Result<Instant> {
    let store = setup.settings.store.as_mongo().filter(|_| setup.settings.is_transactional);
    let (Some(store), Some(lease)) = (store, term.lease()) else { return save(setup, term, tracker).await };
    let saving = pin!(Arc::clone(&tracker.saving).lock_owned());
    let wait = (renewed + lease / 3).saturating_duration_since(Instant::now());
    if let Either::Left((saving, _)) = select(saving, pin!(sleep(wait))).await {
        return save_locked(setup, term, tracker, &saving).await;
    }
    let sent = Instant::now();
    let alive = store.renew_in_transaction(&setup.name, term).await;
    if alive.as_ref().is_err_and(Error::is_superseded) {
        tracker.lose();
    }
    alive.map(|()| sent)
}

/// Saves and renews like [`renew`], and waits for that only as long as the lease is valid: the driver waits for a server
/// that does not reply without a limit.
async fn within_lease(
    setup: &Arc<Setup>,
    term: &Term,
    tracker: &Arc<Tracker>,
    renewed: Instant,
) -> Result<Instant> {
    let Some(lease) = term.lease() else { return renew(setup, term, tracker, renewed).await };
    let (setup, term, tracker) = (Arc::clone(setup), term.clone(), Arc::clone(tracker));
    // A task of its own, because the future of a driver's call must not be dropped.
    let renewal = tokio::spawn(async move { renew(&setup, &term, &tracker, renewed).await });
    let left = (renewed + lease).saturating_duration_since(Instant::now());
    match timeout(left, renewal).await {
        Ok(Ok(renewed)) => renewed,
        Ok(Err(_)) | Err(_) => {
            Err(Error::new(ErrorKind::Timeout("the server did not reply before the lease ended".into())))
        }
    }
}

/// Saves and renews until the term ends.
async fn keep(setup: Arc<Setup>, term: Term, tracker: Arc<Tracker>, mut renewed: Instant) {
    let mut failures = 0_u32;
    loop {
        let now = Instant::now();
        let renewal = term.lease().map(|lease| renewed + lease / 3);
        let due = match (due(&tracker, setup.settings.cadence, now), renewal) {
            (Some(save), Some(renewal)) => Some(save.min(renewal)),
            (save, renewal) => save.or(renewal),
        };
        let pause = if failures > 0 { pause(failures.saturating_add(1), roll()) } else { Duration::ZERO };
        let left = term.lease().map(|lease| (renewed + lease).saturating_duration_since(now));
        let wait = wait(due.map(|due| due.saturating_duration_since(now)), pause, left);
        if !wait.is_zero() {
            // An acknowledgement can make the next save due earlier, except after a failure.
            let woken = pin!(tracker.changed.notified());
            if failures > 0 {
                sleep(wait).await;
            } else {
                select(woken, pin!(sleep(wait))).await;
                if due.is_none_or(|due| due > Instant::now()) {
                    continue;
                }
            }
        }
        match within_lease(&setup, &term, &tracker, renewed).await {
            Ok(sent) => {
                failures = 0;
                renewed = sent;
            }
            Err(error) if error.is_superseded() => return,
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::warn!(
                    subscription = setup.name,
                    error = %error,
                    failures,
                    "the position of the subscription was not saved",
                );
            }
        }
        // The clock of this process is used, from before the renewal was sent: the lease cannot end earlier.
        if term.lease().is_some_and(|lease| renewed.elapsed() >= lease) {
            tracing::warn!(subscription = setup.name, "the lease of the subscription could not be renewed");
            tracker.lose();
            return;
        }
    }
}

/// Returns how long the task waits: until the next save is due, and as long as the pause after a failure, but no longer
/// than what is left of the lease, because the term must end before another instance begins one.
fn wait(due: Option<Duration>, pause: Duration, left: Option<Duration>) -> Duration {
    let wait = due.unwrap_or(IDLE).max(pause);
    left.map_or(wait, |left| wait.min(left))
}

/// Returns when the position must be saved.
fn due(tracker: &Tracker, cadence: Cadence, now: Instant) -> Option<Instant> {
    let unsaved = tracker.unsaved()?;
    if unsaved.acknowledged >= cadence.every {
        return Some(now);
    }
    let quiet = unsaved.changed_since + cadence.quiet;
    Some(unsaved.acknowledged_since.map_or(quiet, |since| quiet.min(since + cadence.interval)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_ends_with_the_lease() {
        let seconds = |seconds| Duration::from_secs(seconds);
        assert_eq!(wait(None, seconds(0), None), IDLE);
        assert_eq!(wait(Some(seconds(2)), seconds(0), Some(seconds(5))), seconds(2));
        assert_eq!(wait(Some(seconds(2)), seconds(3), Some(seconds(5))), seconds(3));
        // After failures, the pauses become longer than the rest of the lease.
        assert_eq!(wait(Some(seconds(0)), seconds(10), Some(seconds(1))), seconds(1));
        assert_eq!(wait(None, seconds(10), Some(seconds(0))), seconds(0));
    }
}
