//! The joins of a pipeline that read a whole collection, as the plan shows them.

use odm::bson::{Bson, Document, doc};

use super::index::indexes_for;

/// A `$lookup` without an index.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Join {
    /// The collection that is joined.
    pub(super) collection: String,
    /// The keys of the index that it needs. `None` if no index helps.
    pub(super) index: Option<Document>,
}

/// Returns the joins that read the whole collection, from the reply to `explain`.
pub(super) fn scanned(reply: &Document) -> Vec<Join> {
    let mut joins = Vec::new();
    walk(reply, &mut joins);
    joins
}

fn walk(part: &Document, joins: &mut Vec<Join>) {
    let join = of_stage(part).or_else(|| of_plan(part));
    joins.extend(join.filter(|join| !joins.contains(join)));
    for (name, below) in part {
        match below {
            Bson::Document(below) if name != "command" => walk(below, joins),
            Bson::Array(items) if name != "rejectedPlans" => {
                items.iter().filter_map(Bson::as_document).for_each(|below| walk(below, joins));
            }
            _ => {}
        }
    }
}

/// A stage of the pipeline: `{ $lookup: { from: .., .. }, collectionScans: 5, .. }`.
fn of_stage(stage: &Document) -> Option<Join> {
    let lookup = stage.get_document("$lookup").ok()?;
    let scans =
        stage.get("collectionScans").and_then(|scans| scans.as_i64().or(scans.as_i32().map(Into::into)));
    if scans.unwrap_or_default() == 0 {
        return None;
    }
    let collection = match lookup.get("from")? {
        Bson::Document(from) => from.get_str("coll").ok()?.to_owned(),
        from => from.as_str()?.to_owned(),
    };
    let mut filter = Document::new();
    if let Ok(field) = lookup.get_str("foreignField") {
        filter.insert(field, 1);
    }
    let first = lookup.get_array("pipeline").ok().and_then(|stages| stages.first()?.as_document());
    let matched = first.and_then(|stage| stage.get_document("$match").ok());
    if let Some(matched) = matched {
        filter = doc! { "$and": [filter, matched.clone()] };
    }
    // A join with all documents of a collection reads all of it.
    if filter.is_empty() {
        return None;
    }
    Some(Join { collection, index: indexes_for(&filter, &Document::new()).into_iter().next() })
}

/// A stage of the plan: `{ stage: "EQ_LOOKUP", foreignCollection: "shop.products", foreignField: "sku", .. }`.
fn of_plan(stage: &Document) -> Option<Join> {
    let is_join = stage.get_str("stage").is_ok_and(|name| name == "EQ_LOOKUP");
    let is_empty = stage.get_str("strategy").is_ok_and(|strategy| strategy == "NonExistentForeignCollection");
    if !is_join || is_empty || stage.contains_key("indexName") {
        return None;
    }
    let (_, collection) = stage.get_str("foreignCollection").ok()?.split_once('.')?;
    Some(Join {
        collection: collection.to_owned(),
        index: Some(doc! { stage.get_str("foreignField").ok()?: 1 }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_of_both_engines_are_found() {
        let classic = doc! { "command": { "pipeline": [{ "$lookup": { "from": "other" } }] }, "stages": [
            { "$cursor": { "queryPlanner": { "rejectedPlans": [] } } },
            { "$lookup": { "from": "products", "localField": "sku", "foreignField": "sku", "as": "found" }, "collectionScans": 3_i64 },
            { "$lookup": { "from": "stock", "let": { "s": "$sku" }, "as": "in", "pipeline": [
                { "$match": { "$expr": { "$eq": ["$of", "$$s"] }, "count": { "$gt": 1 } } },
            ] }, "collectionScans": 3_i64 },
            { "$lookup": { "from": "settings", "as": "all", "pipeline": [] }, "collectionScans": 1_i64 },
            { "$lookup": { "from": "makers", "localField": "a", "foreignField": "_id", "as": "b" }, "collectionScans": 0_i64 },
        ] };
        let join = |collection: &str, index| Join { collection: collection.to_owned(), index: Some(index) };
        assert_eq!(
            scanned(&classic),
            [join("products", doc! { "sku": 1 }), join("stock", doc! { "of": 1, "count": 1 })]
        );
        let stage =
            doc! { "stage": "EQ_LOOKUP", "foreignCollection": "shop.the.products", "foreignField": "sku" };
        let mut newer = doc! { "queryPlanner": { "winningPlan": { "queryPlan": { "stage": "SORT", "inputStage": stage.clone() } } } };
        assert_eq!(scanned(&newer), [join("the.products", doc! { "sku": 1 })]);
        for (name, value) in [("indexName", "sku_1"), ("strategy", "NonExistentForeignCollection")] {
            let mut stage = stage.clone();
            stage.insert(name, value);
            newer.insert("queryPlanner", stage);
            assert_eq!(scanned(&newer), []);
        }
    }
}
