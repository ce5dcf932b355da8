//! `Group`: the partitions that one instance delivers, as many as its share is.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::{pending, poll_fn},
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use futures_core::future::BoxFuture;
use mongodb::bson::oid::ObjectId;
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use super::{
    monitor::{Monitor, Phase},
    partition::{Key, Partition},
    raw_subscription::RawSubscription,
    run::Limits,
    runner::{Runner, Work},
    setup::Setup,
    start::passes,
    store::{MongoPositions, name_of},
};
use crate::{
    error::{Error, Result},
    value::OwnedRow,
};

/// How often an instance looks for the others, at least.
const LOOK: Duration = Duration::from_secs(1);

/// The changes of a run: those of one stream, or those of several partitions.
pub(super) enum RawSubscriptions {
    One(Box<RawSubscription>),
    Partitions(Box<Group>),
}

/// The partitions of a subscription.
#[derive(Debug)]
pub(super) struct Group {
    /// What each partition is opened with, apart from its name.
    pub(super) template: Setup,
    pub(super) count: u32,
    pub(super) key: Key,
    pub(super) monitor: Monitor,
}

impl RawSubscriptions {
    /// Handles changes until the end, and stores the positions.
    pub(super) async fn run<Row, E, W>(self, limits: Limits<'_>, work: &W) -> Result<(), E>
    where
        Row: OwnedRow + Send,
        E: From<Error> + fmt::Display + Send,
        W: Work<Row, E>,
    {
        match self {
            Self::One(raw) => Runner::new(*raw, limits).run::<Row, E, W>(work).await,
            Self::Partitions(group) => group.run::<Row, E, W>(limits, work).await,
        }
    }
}

/// The monitor of a run that was dropped, or whose task has panicked or was aborted, shows its end.
impl Drop for Group {
    fn drop(&mut self) {
        self.monitor.set_phase(Phase::Ended);
    }
}

/// A partition that is delivered, or that ends.
struct Running<'w, E> {
    run: BoxFuture<'w, Result<(), E>>,
    /// Dropped to end the run. `None` if that was done.
    stop: Option<oneshot::Sender<()>>,
}

/// What happens next.
enum Step<E> {
    Stopped,
    Ended(u32, Result<(), E>),
    Met(Result<Vec<String>>),
}

impl Group {
    async fn run<Row, E, W>(self, mut limits: Limits<'_>, work: &W) -> Result<(), E>
    where
        Row: OwnedRow + Send,
        E: From<Error> + fmt::Display + Send,
        W: Work<Row, E>,
    {
        let store = self.template.mongo()?.clone();
        let mut until = limits.until.take().unwrap_or_else(|| Box::pin(pending()));
        let mut running: BTreeMap<u32, Running<'_, E>> = BTreeMap::new();
        // Those that have ended by themselves, because their collection was dropped.
        let (mut finished, mut share) = (BTreeSet::new(), Vec::new());
        let mut meeting = self.meet(&store, Duration::ZERO);
        // Since when the other instances are not known.
        let mut outage: Option<Instant> = None;
        let outcome = loop {
            let step = poll_fn(|cx| {
                if until.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Step::Stopped);
                }
                for (number, partition) in &mut running {
                    if let Poll::Ready(outcome) = partition.run.as_mut().poll(cx) {
                        return Poll::Ready(Step::Ended(*number, outcome));
                    }
                }
                meeting.as_mut().poll(cx).map(Step::Met)
            })
            .await;
            match step {
                Step::Stopped => break Ok(()),
                Step::Ended(number, outcome) => {
                    let ended = running.remove(&number);
                    if let Err(error) = outcome {
                        break Err(error);
                    }
                    if ended.is_some_and(|ended| ended.stop.is_some()) {
                        finished.insert(number);
                    }
                    if running.is_empty() && !share.is_empty() && share.iter().all(|it| finished.contains(it))
                    {
                        break Ok(());
                    }
                }
                Step::Met(met) => {
                    match met {
                        Ok(members) => {
                            outage = None;
                            share = share_of(&members, &self.template.owner, self.count);
                            for (number, partition) in &mut running {
                                if !share.contains(number) {
                                    partition.stop = None;
                                }
                            }
                            for &number in share.iter().filter(|number| !finished.contains(number)) {
                                running
                                    .entry(number)
                                    .or_insert_with(|| self.start::<Row, E, W>(number, &limits, work));
                            }
                        }
                        Err(error) if !self.passes(&error, *outage.get_or_insert_with(Instant::now)) => {
                            break Err(E::from(error));
                        }
                        Err(error) => tracing::warn!(
                            subscription = self.template.name,
                            error = %error,
                            "the other instances of the subscription are not known",
                        ),
                    }
                    meeting = self.meet(&store, self.interval());
                }
            }
        };
        let outcome = stop(running, outcome).await;
        self.monitor.set_phase(Phase::Ended);
        // The others notice it at the end of the lease, too.
        timeout(LOOK, store.leave(&self.template.name, &self.template.owner)).await.ok();
        outcome
    }

    fn lease(&self) -> Duration {
        self.template.settings.lease.unwrap_or(LOOK)
    }

    fn interval(&self) -> Duration {
        (self.lease() / 3).min(LOOK)
    }

    /// Returns whether the instances may be known later, within the time of an outage.
    fn passes(&self, error: &Error, since: Instant) -> bool {
        passes(error) && self.template.settings.max_outage.is_none_or(|most| since.elapsed() < most)
    }

    /// Waits, and returns the instances that are alive.
    fn meet(&self, store: &MongoPositions, after: Duration) -> BoxFuture<'static, Result<Vec<String>>> {
        let (store, lease) = (store.clone(), self.lease());
        let (name, owner) = (self.template.name.clone(), self.template.owner.clone());
        Box::pin(async move {
            sleep(after).await;
            store.meet(&name, &owner, lease).await
        })
    }

    /// Starts a partition. It waits until another instance has ended it.
    fn start<'w, Row, E, W>(&self, number: u32, limits: &Limits<'_>, work: &'w W) -> Running<'w, E>
    where
        Row: OwnedRow + Send + 'w,
        E: From<Error> + fmt::Display + Send + 'w,
        W: Work<Row, E>,
    {
        let name = self.template.name.clone();
        let setup = Setup {
            name: name_of(&name, number),
            owner: ObjectId::new().to_hex(),
            partition: Some(Arc::new(Partition::new(name, number, self.count, self.key.clone()))),
            ..self.template.clone()
        };
        let raw = RawSubscription::new(setup, self.monitor.part(number), true);
        let (stop, stopped) = oneshot::channel::<()>();
        let limits = Limits {
            retries: limits.retries,
            backoff: limits.backoff,
            dead_letters: limits.dead_letters.clone(),
            until: Some(Box::pin(async move {
                stopped.await.ok();
            })),
            grace: limits.grace,
        };
        let run = Box::pin(async move { Runner::new(raw, limits).run::<Row, E, W>(work).await });
        Running { run, stop: Some(stop) }
    }
}

/// Ends all partitions. Returns the first error.
async fn stop<E>(mut running: BTreeMap<u32, Running<'_, E>>, mut outcome: Result<(), E>) -> Result<(), E> {
    for partition in running.values_mut() {
        partition.stop = None;
    }
    poll_fn(|cx| {
        running.retain(|_, partition| match partition.run.as_mut().poll(cx) {
            Poll::Ready(ended) => {
                if outcome.is_ok() {
                    outcome = ended;
                }
                false
            }
            Poll::Pending => true,
        });
        if running.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outcome
}

/// Returns the partitions of an instance. All instances see the same members in the same order, so each partition is in
/// one share. If they do not for a moment, the lease of the partition determines it.
fn share_of(members: &[String], owner: &str, count: u32) -> Vec<u32> {
    let all = u32::try_from(members.len()).unwrap_or(u32::MAX);
    let Some(rank) = members.iter().position(|member| member == owner) else { return Vec::new() };
    let rank = u32::try_from(rank).unwrap_or(u32::MAX);
    (0..count).filter(|number| number % all.max(1) == rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_is_in_one_share() {
        let members: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(share_of(&members, "a", 8), [0, 3, 6]);
        assert_eq!(share_of(&members, "b", 8), [1, 4, 7]);
        assert_eq!(share_of(&members, "c", 8), [2, 5]);
        assert_eq!(share_of(&members, "d", 8), [0; 0]);
        assert_eq!(share_of(&members[..1], "a", 2), [0, 1]);
        assert_eq!(share_of(&members, "c", 2), [0; 0]);
    }
}
