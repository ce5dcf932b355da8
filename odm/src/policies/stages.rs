//! The scope of a collection as part of a pipeline.

use mongodb::bson::{Bson, Document, doc};

use super::Scope;
use crate::{
    error::codec::{CodecError, CodecResult},
    model::PolicyFields,
};

/// The stages that read the state of the server, and no documents of a collection.
pub(crate) const STATE_OF_SERVER: [&str; 13] = [
    "$collStats",
    "$currentOp",
    "$indexStats",
    "$listCatalog",
    "$listClusterCatalog",
    "$listLocalSessions",
    "$listSampledQueries",
    "$listSearchIndexes",
    "$listSessions",
    "$planCacheStats",
    "$querySettings",
    "$queryStats",
    "$shardedDataDistribution",
];

/// The stages that read a search index.
pub(crate) const SEARCHES: [&str; 5] =
    ["$rankFusion", "$scoreFusion", "$search", "$searchMeta", "$vectorSearch"];

/// Returns the stages of a pipeline over a collection with a condition on its documents: a `$match` in front of them,
/// or a part of the first stage if nothing may precede that stage.
///
/// # Errors
///
/// Returns an error if the program has not specified the tenant, or if the first stage reads documents in a way that
/// no condition can limit.
pub(crate) fn scoped_stages(
    scope: &Scope,
    fields: &PolicyFields,
    mut stages: Vec<Document>,
) -> CodecResult<Vec<Document>> {
    let mut filter = Document::new();
    scope.add_to(fields, &mut filter)?;
    if filter.is_empty() {
        return Ok(stages);
    }
    let first = stages.first_mut().and_then(|stage| stage.iter_mut().next());
    match first.map(|(name, argument)| (name.as_str(), argument)) {
        // A text search must stay in the first stage.
        Some(("$match", Bson::Document(given))) => scope.add_to(fields, given)?,
        Some(("$geoNear", Bson::Document(near))) => match near.get_mut("query") {
            Some(Bson::Document(given)) => scope.add_to(fields, given)?,
            _ => {
                near.insert("query", filter);
            }
        },
        Some(("$search" | "$vectorSearch", _)) => stages.insert(1, doc! { "$match": filter }),
        Some((name @ ("$searchMeta" | "$rankFusion" | "$scoreFusion"), _)) => {
            return Err(CodecError::new(
                "a stage that a condition can limit, or a handle of all documents (`.with_deleted()`, `.all_tenants()`)",
                format!("`{name}`, which would find documents that are deleted or belong to other tenants"),
            ));
        }
        // These stages do not read the documents of the collection.
        Some(("$changeStream" | "$documents", _)) => {}
        Some((name, _)) if STATE_OF_SERVER.contains(&name) => {}
        _ => stages.insert(0, doc! { "$match": filter }),
    }
    Ok(stages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::Deleted;

    const FIELDS: PolicyFields =
        PolicyFields::NONE.with_deleted_at::<Option<mongodb::bson::DateTime>>("gone");

    fn scoped(stages: Vec<Document>) -> Vec<Document> {
        scoped_stages(&Scope::default(), &FIELDS, stages).unwrap()
    }

    #[test]
    fn the_condition_precedes_every_stage_that_reads() {
        let condition = || doc! { "gone": { "$eq": null } };
        assert_eq!(scoped(vec![]), [doc! { "$match": condition() }]);
        let count = doc! { "$count": "n" };
        assert_eq!(scoped(vec![count.clone()]), [doc! { "$match": condition() }, count.clone()]);
        assert_eq!(
            scoped(vec![doc! { "$match": { "$text": { "$search": "a" } } }, count.clone()]),
            [doc! { "$match": { "$text": { "$search": "a" }, "gone": { "$eq": null } } }, count.clone()]
        );
        assert_eq!(
            scoped(vec![doc! { "$geoNear": { "near": [0, 0] } }]),
            [doc! { "$geoNear": { "near": [0, 0], "query": condition() } }]
        );
        assert_eq!(
            scoped(vec![doc! { "$geoNear": { "near": [0, 0], "query": { "a": 1 } } }]),
            [doc! { "$geoNear": { "near": [0, 0], "query": { "a": 1, "gone": { "$eq": null } } } }]
        );
        assert_eq!(
            scoped(vec![doc! { "$search": {} }, count.clone()]),
            [doc! { "$search": {} }, doc! { "$match": condition() }, count]
        );
        let statistics = doc! { "$collStats": { "count": {} } };
        assert_eq!(scoped(vec![statistics.clone()]), [statistics]);
    }

    #[test]
    fn a_search_that_nothing_can_limit_is_refused() {
        let stages = vec![doc! { "$searchMeta": {} }];
        let error = scoped_stages(&Scope::default(), &FIELDS, stages.clone()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a stage that a condition can limit, or a handle of all documents (`.with_deleted()`, \
             `.all_tenants()`), found `$searchMeta`, which would find documents that are deleted or belong to other \
             tenants"
        );
        let included = Scope { deleted: Deleted::Included, ..Scope::default() };
        assert_eq!(scoped_stages(&included, &FIELDS, stages.clone()).unwrap(), stages);
    }
}
