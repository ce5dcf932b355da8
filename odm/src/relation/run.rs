//! `IncludeRun`: what the hops of one include share, and the commands that they send.

use std::{fmt, ops::Range, sync::Arc, time::Duration};

use mongodb::{
    bson::{Bson, Document, RawDocumentBuf},
    options::{AggregateOptions, Collation, FindOptions, ReadConcern, SelectionCriteria},
};
use tokio::sync::Mutex;

use super::keys::Keys;
use crate::{
    action::{BorrowedSession, OperationTarget, fetch},
    collection::Target,
    database::Database,
    error::{Error, Result},
    model::Model,
    operation::Verb,
    policies::Tenant,
};

pub(super) const INCLUDE: Verb = Verb::reads("include", "find");

/// How many ids one command contains, unless the caller sets another number.
pub(super) const IDS_PER_COMMAND: usize = 10_000;

/// How many bytes of ids one command contains. Commands have at most 16 MiB, and each id some bytes around it.
const BYTES_PER_COMMAND: usize = 4 << 20;

/// The largest batch. A hop collects all documents, so that a small batch would only mean more commands.
pub(super) const WHOLE_BATCH: u32 = i32::MAX.unsigned_abs();

/// A hop, as far as it is known before anything is sent, and those inside.
#[derive(Debug, Clone)]
pub struct Hop {
    tenant: Tenant,
    check: fn(&IncludeRun<'_>) -> Result<()>,
    inside: Vec<Hop>,
}

impl Hop {
    /// Describes a hop that reads documents of `T`.
    pub(super) fn to<T: Model>(tenant: Tenant, inside: Vec<Self>) -> Self {
        Self { tenant, check: |run| IncludeRun::check_target(&run.target::<T>()), inside }
    }
}

/// What the hops of one include share.
pub struct IncludeRun<'s> {
    database: Database,
    /// The tenant of the first read, or of the reference around.
    tenant: Tenant,
    options: HopOptions,
    ids_per_command: usize,
    /// The session of the caller. Hops that could run at the same time run one after the other in it.
    session: Option<Arc<Mutex<BorrowedSession<'s>>>>,
}

/// The options of the first read that its hops have too.
#[derive(Debug, Clone, Default)]
pub(crate) struct HopOptions {
    members: Option<SelectionCriteria>,
    read_concern: Option<ReadConcern>,
    max_time: Option<Duration>,
    comment: Option<Bson>,
}

impl HopOptions {
    /// Returns the time limit of each command.
    pub(super) fn max_time_mut(&mut self) -> &mut Option<Duration> {
        &mut self.max_time
    }

    pub(crate) fn of(options: &FindOptions) -> Self {
        Self {
            members: options.selection_criteria.clone(),
            read_concern: options.read_concern.clone(),
            max_time: options.max_time,
            comment: options.comment.clone(),
        }
    }
}

impl fmt::Debug for IncludeRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncludeRun").field("on", &self.database).finish_non_exhaustive()
    }
}

impl<'s> IncludeRun<'s> {
    /// Starts an include in the documents of a collection.
    pub(crate) fn new(
        first: &Target,
        options: HopOptions,
        ids_per_command: usize,
        session: Option<BorrowedSession<'s>>,
    ) -> Self {
        let (database, tenant) = (first.database().clone(), first.policies().scope.tenant.clone());
        Self {
            database,
            tenant,
            options,
            ids_per_command,
            session: session.map(|session| Arc::new(Mutex::new(session))),
        }
    }

    /// Returns the run for a reference that specifies a tenant, and for what is included of its documents.
    pub(super) fn with_tenant(&self, tenant: Tenant) -> Self {
        let tenant = match tenant {
            Tenant::Unspecified => self.tenant.clone(),
            specified => specified,
        };
        Self {
            database: self.database.clone(),
            tenant,
            options: self.options.clone(),
            ids_per_command: self.ids_per_command,
            session: self.session.clone(),
        }
    }

    /// Returns the collection of a model: for the tenant of the run, and without deleted documents.
    pub(super) fn target<T: Model>(&self) -> Target {
        let advice = "specify it with `.tenant(..)` of the reference, or call `.all_tenants()` of it if that is \
                      intended";
        self.database.collection::<T>().for_tenant(&self.tenant, advice).untracked_target()
    }

    /// Returns an error if a hop cannot be sent, because its tenant is not known.
    pub(crate) fn check(&self, hops: &[Hop]) -> Result<()> {
        for hop in hops {
            let run = self.with_tenant(hop.tenant.clone());
            (hop.check)(&run)?;
            run.check(&hop.inside)?;
        }
        Ok(())
    }

    fn check_target(target: &Target) -> Result<()> {
        let policies = target.policies();
        let checked = policies.scope.add_to(policies.fields, &mut Document::new());
        target.operation(INCLUDE).check(checked.map_err(Error::from))
    }

    /// Splits the positions of the ids into ranges that fit into one command.
    pub(super) fn chunks(&self, keys: &Keys) -> Vec<Range<usize>> {
        keys.chunks(self.ids_per_command, BYTES_PER_COMMAND)
    }

    /// Returns all documents that match. `options` are those of the query itself.
    pub(super) async fn find(
        &self,
        target: &Target,
        filter: Document,
        options: FindOptions,
    ) -> Result<Vec<RawDocumentBuf>> {
        let HopOptions { members, read_concern, max_time, comment } = self.options.clone();
        let options = FindOptions::builder()
            .sort(options.sort)
            .projection(options.projection)
            .batch_size(WHOLE_BATCH)
            .collation(simple())
            .selection_criteria(members)
            .read_concern(read_concern)
            .max_time(max_time)
            .comment(comment)
            .build();
        self.fetch(target.clone(), INCLUDE, Ok(filter), options).await
    }

    /// Sends the query of the first read.
    pub(super) async fn fetch(
        &self,
        target: Target,
        verb: Verb,
        filter: Result<Document>,
        options: FindOptions,
    ) -> Result<Vec<RawDocumentBuf>> {
        match &self.session {
            Some(session) => {
                let mut lent = session.lock().await;
                fetch::find(target, verb, filter, options, Some(&mut *lent)).await
            }
            None => fetch::find(target, verb, filter, options, None).await,
        }
    }

    /// Returns all rows of a pipeline whose first stage makes its documents.
    pub(super) async fn aggregate(&self, stages: Vec<Document>) -> Result<Vec<RawDocumentBuf>> {
        let HopOptions { members, read_concern, max_time, comment } = self.options.clone();
        let options = AggregateOptions::builder()
            .batch_size(WHOLE_BATCH)
            .collation(simple())
            .selection_criteria(members)
            .read_concern(read_concern)
            .max_time(max_time)
            .comment(comment)
            .build();
        let on = OperationTarget::Database(self.database.clone());
        match &self.session {
            Some(session) => {
                let mut lent = session.lock().await;
                fetch::aggregate(on, stages, options, Some(&mut *lent)).await
            }
            None => fetch::aggregate(on, stages, options, None).await,
        }
    }
}

/// Returns the collation in which two strings are equal only if they are the same. With the collation of a collection,
/// the server would also find documents with other ids.
fn simple() -> Collation {
    Collation::builder().locale("simple").build()
}
