//! Documents that share a key of a unique index.

use mongodb::{
    bson::{Bson, Document, doc},
    options::Collation,
};

use super::{Finding, Problem, SAMPLES, Sample};
use crate::{
    Database,
    error::Result,
    exec,
    index::Index,
    operation::{Operation, Verb},
};

const AGGREGATE: Verb = Verb::new("scan", "aggregate").reading();

/// Finds the documents that have the same key as another. Returns `None` for an index whose keys are computed, such as
/// a text index.
pub(super) async fn duplicates(
    db: &Database,
    collection: &str,
    index: &Index,
    default: Option<&Document>,
) -> Result<Option<Finding>> {
    let declared = index.to_document();
    let Some(pipeline) = pipeline(&declared) else { return Ok(None) };
    let collation = declared.get_document("collation").ok().or(default);
    let collation: Option<Collation> =
        collation.and_then(|collation| mongodb::bson::deserialize_from_document(collation.clone()).ok());
    let operation = Operation::new(AGGREGATE, db.name(), Some(collection));
    let driver = db.driver().collection::<Document>(collection);
    let mut finding = Finding::new(Problem::DuplicateKey { index: index.name() });
    exec::run(operation, async move {
        let mut aggregate = driver.aggregate(pipeline).allow_disk_use(true);
        if let Some(collation) = collation {
            aggregate = aggregate.collation(collation);
        }
        let mut cursor = aggregate.await?;
        while cursor.advance().await? {
            let group = cursor.deserialize_current()?;
            let count =
                group.get_i64("count").or_else(|_| group.get_i32("count").map(i64::from)).unwrap_or(0);
            finding.count += count.unsigned_abs();
            for id in group.get_array("ids").into_iter().flatten() {
                if finding.samples.len() < SAMPLES {
                    let reason = format!("{count} documents have this key");
                    finding.samples.push(Sample { id: id.clone(), reason });
                }
            }
        }
        Ok(Some(finding))
    })
    .await
}

/// Returns the pipeline that groups the documents by the key of the index. An array has a key for each element, a missing
/// field has the key null, and an array without elements has a key of its own, unless a field below it is indexed.
fn pipeline(index: &Document) -> Option<Vec<Document>> {
    let keys = index.get_document("key").ok()?;
    if keys.values().any(|direction| direction.as_str().is_some())
        || keys.keys().any(|name| name.contains('$'))
    {
        return None;
    }
    let mut stages = Vec::new();
    if let Ok(partial) = index.get_document("partialFilterExpression") {
        stages.push(doc! { "$match": partial.clone() });
    }
    if index.get_bool("sparse").unwrap_or(false) {
        let any: Vec<Document> = keys.keys().map(|name| doc! { name: { "$exists": true } }).collect();
        stages.push(doc! { "$match": { "$or": any } });
    }
    let (mut values, mut key, mut unwound) = (Document::new(), Document::new(), Vec::new());
    for (position, name) in keys.keys().enumerate() {
        let (field, empty) = (format!("k{position}"), format!("e{position}"));
        values.insert(&field, format!("${name}"));
        // Of an array of documents without the field, the path has no elements either.
        let above = name.rsplit_once('.').map_or_else(
            || doc! { "$literal": false },
            |(above, _)| doc! { "$isArray": format!("${above}") },
        );
        values.insert(&empty, above);
        key.insert(&field, doc! { "$ifNull": [format!("${field}"), Bson::Null] });
        key.insert(&empty, format!("${empty}"));
        // A path through several arrays has an array for each.
        for level in 0..=name.matches('.').count() {
            let is_empty = doc! { "$eq": [format!("${field}"), []] };
            let is_empty = match level {
                0 => doc! { "$and": [is_empty, { "$not": [format!("${empty}")] }] },
                _ => doc! { "$or": [format!("${empty}"), is_empty] },
            };
            let mut found = Document::new();
            found.insert(&empty, is_empty);
            unwound.push(doc! { "$set": found });
            unwound.push(
                doc! { "$unwind": { "path": format!("${field}"), "preserveNullAndEmptyArrays": true } },
            );
        }
    }
    stages.push(doc! { "$project": values });
    stages.extend(unwound);
    let mut own = doc! { "document": "$_id" };
    own.extend(key);
    // One document may have a key twice.
    stages.push(doc! { "$group": { "_id": own } });
    let parts = (0..keys.len()).flat_map(|position| [format!("k{position}"), format!("e{position}")]);
    let key: Document = parts.map(|part| (part.clone(), Bson::from(format!("$_id.{part}")))).collect();
    let ids = doc! { "$firstN": { "input": "$_id.document", "n": 2 } };
    stages.push(doc! { "$group": { "_id": key, "count": { "$sum": 1 }, "ids": ids } });
    stages.push(doc! { "$match": { "count": { "$gt": 1 } } });
    stages.push(doc! { "$project": { "_id": 0, "count": 1, "ids": 1 } });
    Some(stages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_keys_are_not_grouped() {
        assert_eq!(pipeline(&doc! { "key": { "a": "text" } }), None);
        assert_eq!(pipeline(&doc! { "key": { "$**": 1 } }), None);
        assert!(pipeline(&doc! { "key": { "a": 1, "b.c": -1 }, "sparse": true }).is_some());
    }
}
