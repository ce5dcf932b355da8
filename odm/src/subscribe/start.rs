//! The start of a term, and of the source of its changes.

use std::{future::Future, pin::pin, sync::Arc, time::Instant};

use futures_util::future::{Either, select};
use mongodb::bson::Bson;
use tokio::time::sleep;

use super::{
    copy::Copy,
    policy::Beginning,
    position::{Chunks, Deployment, Place, Position},
    setup::Setup,
    store::{Claim, NOT_REPLICATED, Term, superseded},
};
use crate::{
    error::{Error, ErrorKind, Result},
    random::roll,
    watch::{
        ResumeToken,
        classify::{Classification, classify},
        raw_stream::RawStream,
        resume_state::{Start, pause},
    },
};

/// Where the source begins.
#[derive(Debug, Clone)]
pub(super) enum Restart {
    /// At the stored position.
    Load,
    /// Now.
    Now,
    /// With the existing documents.
    Existing,
    /// At this position.
    From { position: Position, batches: Batches },
}

/// How many events a reply contains.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Batches {
    /// As many as the options of the change stream set.
    Configured,
    /// At most one, until the event with this token, which was too large.
    OneByOne { through: ResumeToken },
}

impl Restart {
    /// Continues at this position.
    pub(super) fn from(position: Position) -> Self {
        Self::From { position, batches: Batches::Configured }
    }

    /// Returns how many events the replies will contain.
    pub(super) fn batches(&self) -> Batches {
        match self {
            Self::From { batches, .. } => batches.clone(),
            Self::Load | Self::Now | Self::Existing => Batches::Configured,
        }
    }
}

/// What has started.
pub(super) struct Started {
    pub(super) term: Term,
    /// When the lease was last known to be valid.
    pub(super) renewed: Instant,
    pub(super) position: Position,
    pub(super) source: Source,
}

/// Where the changes come from.
pub(super) enum Source {
    Copy(Copy),
    Stream {
        stream: RawStream,
        overlap: Chunks,
    },
    /// The server cannot continue from the position. A policy determines what follows.
    Failed(Error),
}

/// How often a claim is made again that was not replicated in time.
const REPLICATION_ATTEMPTS: u32 = 3;

/// Starts the source. Without a term, begins one first. A patient start tries again after errors that pass, within the
/// time of an outage.
pub(super) async fn start(
    setup: Arc<Setup>,
    restart: Restart,
    held: Option<Term>,
    is_patient: bool,
) -> Result<Started> {
    let (mut failures, began) = (0_u32, Instant::now());
    loop {
        let error = match attempt(&setup, restart.clone(), held.clone()).await {
            Ok(started) => return Ok(started),
            Err(error) => error,
        };
        let passes = passes(&error);
        // The claim was made. A new replica set, or one with a new primary, may need longer to replicate it.
        let is_slow = error.code() == Some(NOT_REPLICATED) && failures < REPLICATION_ATTEMPTS;
        let is_patient =
            (is_patient || is_slow) && setup.settings.max_outage.is_none_or(|most| began.elapsed() < most);
        // Another instance has begun a term in the meantime. This one waits for the next.
        let waits = error.is_superseded() && setup.settings.lease.is_some() && held.is_none();
        if !(is_patient && passes || waits) {
            return Err(error);
        }
        failures = failures.saturating_add(1);
        tracing::warn!(
            subscription = setup.name,
            error = %error,
            failures,
            "the subscription could not start and tries again",
        );
        sleep(pause(failures.saturating_add(1), roll())).await;
    }
}

/// Returns whether the same call may succeed later.
pub(super) fn passes(error: &Error) -> bool {
    matches!(classify(error), Classification::Broken | Classification::Away)
        || error.is_retryable()
        || matches!(error.kind(), ErrorKind::WriteConcern(_))
        || error.code() == Some(NOT_REPLICATED)
}

async fn attempt(setup: &Arc<Setup>, restart: Restart, held: Option<Term>) -> Result<Started> {
    let (term, mut renewed, is_new) = match held {
        Some(term) => (term, Instant::now(), false),
        None => {
            let (term, renewed) = claim(setup).await?;
            (term, renewed, true)
        }
    };
    let term = match setup.settings.store.as_mongo() {
        Some(store) if setup.settings.is_transactional && term.version().is_none() => {
            // The operation time of the session must not delay a transaction after a failover.
            let mut session = setup.target.database().session().causal_consistency(false).await?;
            let id = session.driver()?.id().get("id").cloned().unwrap_or(Bson::Null);
            let (session, version) = store.begin_transactions(&setup.name, &term, session, id).await?;
            term.with_transactions(version, session)
        }
        _ => term,
    };
    let opening = open(setup, restart, &term);
    let (position, source) =
        if is_new { while_renewing(setup, &term, &mut renewed, opening).await? } else { opening.await? };
    Ok(Started { term, renewed, position, source })
}

/// Renews the lease of a new term until its source is open: the server may search a long part of the oplog for that.
async fn while_renewing<T>(
    setup: &Setup,
    term: &Term,
    renewed: &mut Instant,
    opening: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(lease) = term.lease() else { return opening.await };
    let mut opening = pin!(opening);
    loop {
        match select(opening.as_mut(), pin!(sleep(lease / 3))).await {
            Either::Left((opened, _)) => return opened,
            Either::Right(_) => {}
        }
        let sent = Instant::now();
        // A claim of the owner itself renews its lease. After the lease, it begins another term.
        match setup.settings.store.claim(&setup.name, &setup.owner, Some(lease)).await {
            Ok(Claim::Granted(same)) if same.fence() == term.fence() => *renewed = sent,
            Ok(_) => return Err(superseded()),
            Err(error) if renewed.elapsed() >= lease => return Err(error),
            // Until the lease ends, another attempt may succeed.
            Err(_) => {}
        }
    }
}

/// Opens the source of a term, and returns it with its position, which is then stored.
async fn open(setup: &Arc<Setup>, restart: Restart, term: &Term) -> Result<(Position, Source)> {
    let deployment = setup.deployment().await?;
    let one_by_one = matches!(restart.batches(), Batches::OneByOne { .. });
    let (position, is_stored) = match restart {
        Restart::Load => match stored(setup, &deployment).await? {
            Some((position, is_stored)) => {
                if !position.deployment.may_be(&deployment) {
                    return Ok((position, Source::Failed(Error::new(ErrorKind::InvalidResumeToken))));
                }
                (position, is_stored)
            }
            None => (beginning(setup, deployment).await?, false),
        },
        Restart::Now => (now(setup, deployment).await?, false),
        Restart::Existing => {
            let place = Place::Copy(Chunks::default());
            (Position { place, deployment }, false)
        }
        Restart::From { position, .. } => (position, true),
    };
    let source = match position.place.clone() {
        Place::Copy(copied) => Source::Copy(Copy::start(Arc::clone(setup), copied)),
        Place::At(time, overlap) => stream(setup, Start::AtTime(time), overlap, one_by_one).await?,
        Place::After(token, overlap) => stream(setup, Start::After(token), overlap, one_by_one).await?,
    };
    if !is_stored {
        setup.settings.store.save(&setup.name, &position, term).await?;
    }
    Ok((position, source))
}

/// Returns the stored position, or the one at which all partitions begin, and whether it is that of the name itself.
async fn stored(setup: &Setup, deployment: &Deployment) -> Result<Option<(Position, bool)>> {
    let common = match &setup.partition {
        Some(partition) => Some(partition.begin(setup, deployment).await?),
        None => None,
    };
    let own = setup.settings.store.load(&setup.name).await?;
    Ok(own.map(|position| (position, true)).or(common.map(|position| (position, false))))
}

async fn stream(setup: &Setup, start: Start, overlap: Chunks, one_by_one: bool) -> Result<Source> {
    match setup.stream(start, &overlap, one_by_one).await {
        Ok(stream) => Ok(Source::Stream { stream, overlap }),
        Err(error) => match error.kind() {
            ErrorKind::HistoryLost | ErrorKind::InvalidResumeToken | ErrorKind::EventTooLarge => {
                Ok(Source::Failed(error))
            }
            _ => Err(error),
        },
    }
}

/// Waits until the term of this instance begins.
async fn claim(setup: &Setup) -> Result<(Term, Instant)> {
    loop {
        let sent = Instant::now();
        match setup.settings.store.claim(&setup.name, &setup.owner, setup.settings.lease).await? {
            // A claim that waited for another instance can return a lease that is nearly over.
            Claim::Granted(term) if term.lease().is_none_or(|lease| sent.elapsed() < lease / 2) => {
                return Ok((term, sent));
            }
            Claim::Granted(_) => {}
            Claim::Refused => {
                let wait = setup.settings.lease.unwrap_or_default() / 5;
                sleep(wait / 2 + (wait / 2).mul_f64(f64::from(roll()) / f64::from(u32::MAX))).await;
            }
        }
    }
}

/// Returns where a new subscription begins.
pub(super) async fn beginning(setup: &Setup, deployment: Deployment) -> Result<Position> {
    let place = match &setup.settings.beginning {
        Beginning::Now => return now(setup, deployment).await,
        Beginning::At(time) => Place::At(*time, Chunks::default()),
        Beginning::After(token) => Place::After(token.clone(), Chunks::default()),
        Beginning::ExistingDocuments => Place::Copy(Chunks::default()),
    };
    Ok(Position { place, deployment })
}

/// Returns the current position of the stream.
async fn now(setup: &Setup, deployment: Deployment) -> Result<Position> {
    let token = setup
        .probe(Start::Now)
        .await?
        .ok_or_else(|| Error::new(ErrorKind::Driver("the server's answer has no resume token".into())))?;
    Ok(Position { place: Place::After(token, Chunks::default()), deployment })
}
