//! `Setup`: what a subscription was opened with. It is not generic, so that it is compiled only once.

use std::{fmt, sync::Arc};

use mongodb::{
    bson::{Document, doc},
    options::ChangeStreamOptions,
};

use super::{
    partition::Partition,
    policy::Incident,
    position::{Chunks, Deployment, exclusion},
    settings::Settings,
    store::MongoPositions,
};
use crate::{
    collection::Target,
    error::{Error, Result},
    exec,
    operation::Verb,
    query::Query,
    watch::{
        document_filters::EventFilters, options::StreamOptions, raw_stream::RawStream, resume_state::Start,
    },
};

const HELLO: Verb = Verb::new("subscribe", "hello");
const CONFIGURATION: Verb = Verb::new("subscribe", "replSetGetConfig").reading();

#[derive(Clone)]
pub(super) struct Setup {
    pub(super) name: String,
    /// The name of this instance. It is different for each subscription that is opened.
    pub(super) owner: String,
    pub(super) target: Target,
    pub(super) options: ChangeStreamOptions,
    pub(super) filters: EventFilters,
    /// The stages of the caller.
    pub(super) stages: Vec<Document>,
    pub(super) settings: Settings,
    /// The part of the changes that this is, if there are partitions.
    pub(super) partition: Option<Arc<Partition>>,
}

impl Setup {
    /// Opens a change stream. With `one_by_one`, each reply contains at most one event.
    pub(super) async fn stream(&self, start: Start, overlap: &Chunks, one_by_one: bool) -> Result<RawStream> {
        let mut options = self.options.clone();
        if one_by_one {
            options.batch_size = Some(1);
        }
        let token = match (&self.partition, &start) {
            (Some(partition), Start::After(token)) => partition.common(token),
            _ => None,
        };
        let partition = self.partition.as_ref().map(|partition| partition.stage(token));
        let stages =
            exclusion(overlap).into_iter().chain(partition).chain(self.stages.iter().cloned()).collect();
        RawStream::open(self.request(stages, options)?, start, self.settings.max_outage).await
    }

    /// Returns the position of a stream at its start, without events. With a batch size of zero, the server returns
    /// the start as a token.
    pub(super) async fn probe(&self, start: Start) -> Result<Option<crate::watch::ResumeToken>> {
        let mut options = self.options.clone();
        options.batch_size = Some(0);
        let partition = self.partition.as_ref().map(|partition| partition.stage(None));
        let stages = partition.into_iter().chain(self.stages.iter().cloned()).collect();
        let request = self.request(stages, options)?;
        let stream = RawStream::open(request, start, self.settings.max_outage).await?;
        Ok(stream.token().cloned())
    }

    /// Returns the store, which has partitions and transactions.
    pub(super) fn mongo(&self) -> Result<&MongoPositions> {
        self.settings.store.as_mongo().ok_or_else(|| {
            Error::refused(
                "this store of positions has no partitions: use `MongoPositions`, or open the subscription without \
                 `partitions`",
            )
        })
    }

    fn request(&self, stages: Vec<Document>, options: ChangeStreamOptions) -> Result<StreamOptions> {
        let query = Query::new(stages, options).finish(self.target.policies())?;
        Ok(StreamOptions::new(&self.target, query)?.with_filters(self.filters.clone()))
    }

    /// Reads what identifies the deployment. The id of the replica set needs a privilege that many users do not have.
    pub(super) async fn deployment(&self) -> Result<Deployment> {
        let database = self.target.database().clone();
        exec::completed(Box::pin(async move {
            let admin = database.client().database("admin");
            let hello = exec::run(database.operation(HELLO), admin.run_command(doc! { "hello": 1 })).await?;
            let set_name = hello.get_str("setName").ok().map(Arc::from);
            let replica_set = if set_name.is_some() {
                let command = doc! { "replSetGetConfig": 1 };
                let reply =
                    exec::run(database.operation(CONFIGURATION), admin.run_command(command)).await.ok();
                let config = reply.as_ref().and_then(|reply| reply.get_document("config").ok());
                config.and_then(|config| config.get_document("settings").ok()?.get("replicaSetId").cloned())
            } else {
                None
            };
            Ok(Deployment { set_name, replica_set })
        }))
        .await
    }

    pub(super) fn report(&self, incident: &Incident) {
        incident.log(&self.name);
        if let Some(observer) = &self.settings.observer {
            observer(incident);
        }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("name", &self.name).field("on", &self.target).finish_non_exhaustive()
    }
}
