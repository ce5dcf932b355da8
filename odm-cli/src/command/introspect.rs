//! `introspect`: Rust models for the documents of collections.

use std::{fmt, process::ExitCode};

use odm::{
    Database, Error,
    bson::{RawDocumentBuf, doc},
    mongodb::Collection,
};
use serde_json::{Value, json};

use crate::{
    args,
    introspect::{
        Fields, Source,
        names::{self, Names},
    },
    output::{Failure, Output, Report},
    progress::spinner,
};

pub(crate) async fn run(
    database: &Database,
    arguments: &args::Introspect,
    output: Output,
) -> Result<ExitCode, Failure> {
    let spinner = spinner("reading documents");
    let sources = sources(database, arguments).await;
    spinner.finish_and_clear();
    Ok(output.print(&Sources(sources?)))
}

async fn sources(database: &Database, arguments: &args::Introspect) -> Result<Vec<Source>, Failure> {
    let named = !arguments.collections.is_empty();
    let mut collections = arguments.collections.clone();
    if !named {
        collections = database.driver().list_collection_names().await.map_err(Error::from_driver)?;
        collections.retain(|name| !name.starts_with("system.") && !name.starts_with("odm_"));
        collections.sort();
    }
    let mut sources = Vec::new();
    for collection in collections {
        let (fields, total) = read(&database.driver().collection(&collection), arguments.sample)
            .await
            .map_err(Error::from_driver)?;
        if fields.documents() > 0 {
            sources.push(Source::of(&collection, fields, total));
        } else if named {
            return Err(Failure::Argument(format!("the collection `{collection}` has no documents")));
        }
    }
    Ok(sources)
}

/// Reads all documents, or a sample of them if there are more. Then also returns about how many there are.
async fn read(
    collection: &Collection<RawDocumentBuf>,
    sample: u64,
) -> odm::mongodb::error::Result<(Fields, Option<u64>)> {
    let mut fields = Fields::default();
    let limit = i64::try_from(sample).unwrap_or(i64::MAX).max(1);
    let total = collection.estimated_document_count().await?;
    if total <= sample {
        let mut cursor = collection.find(doc! {}).await?;
        while cursor.advance().await? {
            fields.add(cursor.current());
        }
        Ok((fields, None))
    } else {
        let stages = [doc! { "$sample": { "size": limit } }];
        let mut cursor = collection.aggregate(stages).allow_disk_use(true).await?;
        while cursor.advance().await? {
            fields.add(cursor.current());
        }
        Ok((fields, Some(total)))
    }
}

/// One model, or a module for each of several.
struct Sources(Vec<Source>);

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [] => writeln!(f, "// the database has no documents"),
            [source] => write!(f, "{source}"),
            many => {
                let mut modules = Names::none();
                for (position, source) in many.iter().enumerate() {
                    let separator = if position > 0 { "\n" } else { "" };
                    let name = names::module(source.collection());
                    let name = modules.take(&[name.clone(), format!("{name}_")]);
                    writeln!(f, "{separator}pub mod {name} {{")?;
                    for line in source.to_string().lines() {
                        if line.is_empty() { writeln!(f)? } else { writeln!(f, "    {line}")? }
                    }
                    writeln!(f, "}}")?;
                }
                Ok(())
            }
        }
    }
}

impl Report for Sources {
    fn json(&self) -> Value {
        let models = self.0.iter().map(|source| {
            json!({
                "collection": source.collection(),
                "source": source.to_string(),
                "unsure": source.unsure(),
            })
        });
        json!({ "models": models.collect::<Vec<_>>() })
    }
}
