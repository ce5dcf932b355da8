//! `LagWatch`: the task that compares the position with the oldest entry of the oplog.

use std::{sync::Arc, time::Duration};

use tokio::{runtime::Handle, task::JoinHandle, time::sleep};

use super::{
    monitor::Monitor, oplog::OplogWindow, policy::Incident, position::Position, setup::Setup,
    tracker::Tracker,
};

/// Without a limit of the caller, a subscription that is less behind is not in danger: a new oplog is short.
const NO_DANGER: Duration = Duration::from_secs(60);

/// The task of one term. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct LagWatch(JoinHandle<()>);

impl LagWatch {
    pub(super) fn start(
        runtime: &Handle,
        setup: Arc<Setup>,
        tracker: Arc<Tracker>,
        monitor: Monitor,
    ) -> Self {
        Self(runtime.spawn(watch(setup, tracker, monitor)))
    }
}

impl Drop for LagWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn watch(setup: Arc<Setup>, tracker: Arc<Tracker>, monitor: Monitor) {
    let mut was_behind = false;
    loop {
        sleep(setup.settings.oplog_check).await;
        if let Some(is_behind) = compare(&setup, &tracker, &monitor, was_behind).await {
            was_behind = is_behind;
        }
        monitor.log(&setup.name);
    }
}

/// Returns whether the subscription may lose history soon, if that is known, and reports it unless it was so before.
async fn compare(setup: &Setup, tracker: &Tracker, monitor: &Monitor, was_behind: bool) -> Option<bool> {
    let window = match setup.target.database().oplog_window().await {
        Ok(window) => window,
        Err(error) => {
            // A user who may not see the oplog, or a mongos, which has none.
            tracing::debug!(
                subscription = setup.name,
                error = %error,
                "the time that the oplog covers is not known",
            );
            return None;
        }
    };
    let left = left(&window, &tracker.reached())?;
    let lag = window.length().saturating_sub(left);
    let is_behind = is_behind(&window, left, setup.settings.warn_below);
    monitor.compared(window, is_behind);
    if is_behind && !was_behind {
        setup.report(&Incident::FallingBehind { lag, left });
    }
    Some(is_behind)
}

/// Returns how far the position is after the oldest entry.
fn left(window: &OplogWindow, position: &Position) -> Option<Duration> {
    let time = position.cluster_time()?;
    Some(Duration::from_secs(u64::from(time.time.saturating_sub(window.oldest.time))))
}

/// Returns whether the subscription may lose history soon.
fn is_behind(window: &OplogWindow, left: Duration, limit: Option<Duration>) -> bool {
    match limit {
        Some(limit) => left < limit,
        None => left < window.length() / 4 && window.length().saturating_sub(left) >= NO_DANGER,
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::Timestamp;

    use super::*;

    #[test]
    fn a_subscription_is_behind_when_little_of_the_oplog_is_left() {
        let at = |time| Timestamp { time, increment: 1 };
        let hour = OplogWindow { oldest: at(1000), newest: at(4600) };
        let seconds = Duration::from_secs;
        assert!(!is_behind(&hour, seconds(900), None));
        assert!(is_behind(&hour, seconds(899), None));
        let minute = OplogWindow { oldest: at(1000), newest: at(1059) };
        assert!(!is_behind(&minute, seconds(0), None), "the oplog of a new deployment");
        assert!(is_behind(&minute, seconds(58), Some(seconds(59))));
        assert!(!is_behind(&minute, seconds(59), Some(seconds(59))));
    }
}
