//! Reading the collections.

use mongodb::bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};

use super::{CollectionScan, Finding, Problem, SAMPLES, Scan, refusal, unique};
use crate::{
    Database,
    error::Result,
    exec,
    operation::{Operation, Verb},
    schema::{
        change::SchemaChange,
        compare::{Compared, Comparison},
        models::Declared,
        validator::ModelValidator,
    },
};

const FIND: Verb = Verb::new("scan", "find").reading();

/// Scans the collections of the models.
pub(super) async fn run(comparison: &Comparison) -> Result<Scan> {
    let collections = comparison.compare().await?;
    let mut scans = Vec::new();
    for (model, collection) in comparison.declared()?.iter().zip(&collections) {
        scans.push(collection_scan(comparison.database(), model, collection).await?);
    }
    Ok(Scan { collections: scans })
}

async fn collection_scan(db: &Database, model: &Declared, collection: &Compared) -> Result<CollectionScan> {
    let name = collection.name;
    let (documents, mut findings) = documents(db, model).await?;
    let refuses = |validator: &&ModelValidator| {
        let options = validator.options();
        options.action() != "warn" && options.level() != "off"
    };
    if let Some(validator) = collection.validator.as_ref().filter(refuses) {
        findings.push(refused(db, model, validator).await?);
    }
    for change in &collection.changes {
        let is_missing = matches!(
            change,
            SchemaChange::CreateIndex { .. }
                | SchemaChange::ModifyIndex { .. }
                | SchemaChange::RebuildIndex { .. }
        );
        if let Some(index) = change.index().filter(|index| is_missing && index.is_unique()) {
            findings.extend(unique::duplicates(db, name, index, collection.collation.as_ref()).await?);
        }
    }
    findings.retain(|finding| finding.count > 0);
    Ok(CollectionScan { collection: name.to_owned(), documents, findings })
}

/// Reads all documents as the model.
async fn documents(db: &Database, model: &Declared) -> Result<(u64, Vec<Finding>)> {
    let operation = operation(db, model.collection);
    let collection = db.driver().collection::<RawDocumentBuf>(model.collection);
    let read = model.read;
    exec::run(operation, async move {
        let mut cursor = collection.find(doc! {}).await?;
        let (mut count, mut unreadable, mut invalid) =
            (0, Finding::new(Problem::Unreadable), Finding::new(Problem::Rules));
        while cursor.advance().await? {
            count += 1;
            let document = cursor.current();
            if let Err((problem, reason)) = read(document.as_bytes()) {
                let finding = if problem == Problem::Rules { &mut invalid } else { &mut unreadable };
                finding.add(|| id(document), || reason);
            }
        }
        Ok((count, vec![unreadable, invalid]))
    })
    .await
}

/// Finds the documents that the validator refuses. The server does not return the reasons, so they are those for which
/// the model refuses the document, or the parts of the validator if the model accepts it.
async fn refused(db: &Database, model: &Declared, validator: &ModelValidator) -> Result<Finding> {
    let operation = operation(db, model.collection);
    let collection = db.driver().collection::<RawDocumentBuf>(model.collection);
    let filter: Document = doc! { "$nor": [validator.document().clone()] };
    let (documents, count) = exec::run(operation, async move {
        let mut cursor = collection.find(filter.clone()).limit(i64::try_from(SAMPLES).unwrap_or(1)).await?;
        let mut documents = Vec::new();
        while cursor.advance().await? {
            documents.push(cursor.current().to_owned());
        }
        let are_all = documents.len() < SAMPLES;
        let count = if are_all { None } else { Some(collection.count_documents(filter).await?) };
        Ok((documents, count))
    })
    .await?;
    let mut finding = Finding::new(Problem::Validator);
    for document in &documents {
        let reason = match (model.read)(document.as_bytes()) {
            Err((_, reason)) => reason,
            Ok(()) => refusal::reason(db, model.collection, validator, document).await?,
        };
        finding.add(|| id(document), || reason);
    }
    finding.count = count.unwrap_or(finding.count);
    Ok(finding)
}

fn operation<'o>(db: &'o Database, collection: &'o str) -> Operation<'o> {
    Operation::new(FIND, db.name(), Some(collection))
}

pub(super) fn id(document: &RawDocument) -> Bson {
    document.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok()).unwrap_or(Bson::Null)
}
