//! The examples, and the cases that are compared with them.

use std::{future::Future, pin::Pin};

use odm::{
    Database, Decode, Filter, Model, Pipeline, Update,
    action::Aggregate,
    bson::{Document, doc},
    mongodb::options::UpdateModifications,
    pipeline::Written,
};

use super::generate::documents;

/// One example of the manual.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) id: String,
    /// The version of the server that introduced the operator.
    pub(crate) version: (u32, u32),
    /// The fields of the documents, by the name of the collection.
    pub(crate) schema: Document,
    /// The pipeline; for an update its filter and the update.
    pub(crate) pipeline: Vec<Document>,
}

/// Reads the examples.
pub(crate) fn examples() -> Vec<Example> {
    include_str!("examples.ndjson").lines().map(example).collect()
}

fn example(line: &str) -> Example {
    let example: Document = serde_json::from_str(line).unwrap();
    let version = example.get_str("minVersion").unwrap().split_once('.').unwrap();
    let pipeline = match example.get_array("pipeline") {
        Ok(stages) => stages.iter().map(|stage| stage.as_document().unwrap().clone()).collect(),
        Err(_) => vec![
            example.get_document("filter").unwrap().clone(),
            example.get_document("update").unwrap().clone(),
        ],
    };
    Example {
        id: example.get_str("id").unwrap().to_owned(),
        version: (version.0.parse().unwrap(), version.1.split('.').next().unwrap().parse().unwrap()),
        schema: example.get_document("schema").cloned().unwrap_or_default(),
        pipeline,
    }
}

type Running = Pin<Box<dyn Future<Output = Result<usize, String>> + Send>>;

/// An example, written with the typed API.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    stages: Vec<Document>,
    run: Option<fn(Database, Vec<Document>) -> Running>,
    /// Why the case is not run on a server, if it is not.
    not_run: Option<&'static str>,
}

impl Case {
    /// A pipeline over documents of type `M`, whose rows are read as `Row`.
    pub(crate) fn pipeline<M: Model + Send, Row: Decode + Send + 'static>(
        id: &'static str,
        pipeline: Pipeline<M, Row>,
    ) -> Self {
        let stages = pipeline.into_stages().unwrap();
        Self { id, stages, run: Some(|db, stages| Box::pin(read::<M, Row>(db, stages))), not_run: None }
    }

    /// A pipeline on the database, whose first stage creates the rows. They are read as `Row`.
    pub(crate) fn on_database<Row: Decode + Send + 'static>(
        id: &'static str,
        pipeline: Pipeline<Document, Row>,
    ) -> Self {
        let stages = pipeline.into_stages().unwrap();
        Self {
            id,
            stages,
            run: Some(|db, stages| Box::pin(async move { rows::<_, Row>(db.aggregate(), stages).await })),
            not_run: None,
        }
    }

    /// A pipeline that only renders: because its rows have no type that can be read, or because it writes.
    pub(crate) fn rendered_only(id: &'static str, reason: &'static str, stages: Vec<Document>) -> Self {
        Self { id, stages, run: None, not_run: Some(reason) }
    }

    /// A pipeline that writes its rows.
    pub(crate) fn written<In, P>(id: &'static str, reason: &'static str, pipeline: Written<In, P>) -> Self {
        Self::rendered_only(id, reason, pipeline.into_stages().unwrap())
    }

    /// A filter and an update.
    pub(crate) fn update<M: Model>(id: &'static str, filter: Filter<M>, update: Update<M>) -> Self {
        let UpdateModifications::Document(update) = update.into_parts().unwrap().0 else {
            panic!("{id} is a pipeline")
        };
        let stages = vec![filter.into_document().unwrap(), update];
        Self { id, stages, run: None, not_run: Some("updates are run by the tests of updates") }
    }

    /// Says why the case is not run on a server.
    #[must_use]
    pub(crate) fn not_run(mut self, reason: &'static str) -> Self {
        self.not_run = Some(reason);
        self
    }

    pub(crate) fn rendered(&self) -> Vec<Document> {
        self.stages.clone()
    }

    /// Returns whether a server of version 6.0 can run the case, or why not.
    pub(crate) fn may_run(&self, example: &Example) -> Result<(), String> {
        match self.not_run {
            Some(reason) => Err(reason.to_owned()),
            None if example.version > (6, 0) => {
                Err(format!("it needs MongoDB {}.{}", example.version.0, example.version.1))
            }
            None => Ok(()),
        }
    }

    /// Inserts documents, runs the case and reads its rows.
    pub(crate) async fn run(&self, db: &Database, example: &Example) -> Result<usize, String> {
        for (collection, fields) in &example.schema {
            let collection = db.driver().collection::<Document>(collection);
            collection.drop().await.map_err(text)?;
            collection.insert_many(documents(fields.as_document().unwrap())).await.map_err(text)?;
        }
        self.run_alone(db).await
    }

    /// Runs the case and reads its rows.
    pub(crate) async fn run_alone(&self, db: &Database) -> Result<usize, String> {
        match &self.run {
            Some(run) => run(db.clone(), self.stages.clone()).await,
            None => Ok(0),
        }
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Runs a pipeline and reads its rows.
async fn read<M: Model + Send, Row: Decode + Send + 'static>(
    db: Database,
    stages: Vec<Document>,
) -> Result<usize, String> {
    rows::<M, Row>(db.collection::<M>().aggregate(), stages).await
}

/// Runs the stages on a collection or a database and reads the rows.
async fn rows<In: Send + 'static, Row: Decode + Send + 'static>(
    on: Aggregate<In>,
    stages: Vec<Document>,
) -> Result<usize, String> {
    let aggregate = stages.into_iter().fold(on, Pipeline::stage);
    let aggregate = aggregate.stage_as::<Row>(doc! { "$match": {} });
    let rows: Vec<Row> = aggregate.await.map_err(text)?.try_collect().await.map_err(text)?;
    Ok(rows.len())
}
