//! Search indexes: reading the live ones, and comparing the declared ones with them.

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use super::{
    change::{Difference, Impact, SchemaChange},
    diff::UndeclaredPolicy,
    live::NAMESPACE_NOT_FOUND,
    spec::filter::number,
};
use crate::{
    Database,
    error::Result,
    exec,
    index::SearchIndex,
    operation::{Operation, Verb},
};

const LIST: Verb = Verb::new("plan", "aggregate");

/// The server's codes for search that it does not have: an unknown stage or command, search that is not configured, and
/// a stage that only Atlas has.
const NO_SEARCH: [i32; 5] = [59, 115, 31_082, 40_324, 6_047_401];
/// The status of an index that the server could not build.
const FAILED: &str = "FAILED";

/// What the server says about search indexes.
#[derive(Debug, Clone)]
pub(super) enum LiveSearch {
    /// The server has no search.
    Unavailable,
    /// The indexes of the collection, as `$listSearchIndexes` returns them.
    Indexes(Vec<Document>),
}

/// Returns the search indexes of a collection.
pub(super) async fn live(db: &Database, collection: &str) -> Result<LiveSearch> {
    let operation = Operation::new(LIST, db.name(), Some(collection));
    let driver = db.driver().collection::<Document>(collection);
    let found: Result<Vec<Document>> = exec::run(operation, async {
        driver.aggregate([doc! { "$listSearchIndexes": {} }]).await?.try_collect().await
    })
    .await;
    match found {
        Ok(found) => Ok(LiveSearch::Indexes(found)),
        Err(error) if error.code().is_some_and(|code| NO_SEARCH.contains(&code)) => {
            Ok(LiveSearch::Unavailable)
        }
        Err(error) if error.code() == Some(NAMESPACE_NOT_FOUND) => Ok(LiveSearch::Indexes(Vec::new())),
        Err(error) => Err(error),
    }
}

/// Returns the changes of the search indexes of a collection. `known` are the names of indexes that no model declares
/// and that are left out.
pub(super) fn diff(
    collection: &str,
    declared: &[SearchIndex],
    live: &LiveSearch,
    undeclared: UndeclaredPolicy,
    known: &[&str],
) -> Vec<SchemaChange> {
    let name = || collection.to_owned();
    let live = match live {
        LiveSearch::Indexes(live) => live,
        LiveSearch::Unavailable => {
            let unavailable =
                |index: &SearchIndex| SchemaChange::NoSearch { collection: name(), index: index.clone() };
            return declared.iter().map(unavailable).collect();
        }
    };
    let by_name = |wanted: &str| live.iter().find(|live| live.get_str("name").ok() == Some(wanted));
    let mut changes = Vec::new();
    for index in declared {
        let (collection, index) = (name(), index.clone());
        match by_name(index.name()) {
            None => changes.push(SchemaChange::CreateSearchIndex { collection, index }),
            Some(live) => {
                let mut differences = differences(&index, live);
                if differences.is_empty() && live.get_str("status").is_ok_and(|status| status == FAILED) {
                    differences.push(Difference::new("status", FAILED, "READY"));
                }
                if !differences.is_empty() {
                    let is_of_type = differences.iter().any(|difference| difference.what() == "type");
                    let impact = if is_of_type { Impact::Manual } else { Impact::Slow };
                    changes.push(SchemaChange::ModifySearchIndex { collection, index, differences, impact });
                }
            }
        }
    }
    let names = live.iter().filter_map(|live| live.get_str("name").ok());
    let is_declared = |name: &str| declared.iter().any(|index| index.name() == name) || known.contains(&name);
    for index in names.filter(|name| !is_declared(name)) {
        let (collection, index) = (name(), index.to_owned());
        changes.push(match undeclared {
            UndeclaredPolicy::Report => SchemaChange::UndeclaredSearchIndex { collection, name: index },
            UndeclaredPolicy::Drop => SchemaChange::DropSearchIndex { collection, name: index },
        });
    }
    changes
}

/// Returns the differences from a live index to the declared one.
fn differences(declared: &SearchIndex, live: &Document) -> Vec<Difference> {
    let kind = live.get_str("type").unwrap_or("search");
    if kind != declared.type_name() {
        return vec![Difference::new("type", kind, declared.type_name())];
    }
    let definition = live.get_document("latestDefinition").cloned().unwrap_or_default();
    if is_contained(&Bson::from(declared.definition().clone()), &Bson::from(definition.clone()), "") {
        return Vec::new();
    }
    vec![Difference::new("definition", definition.to_string(), declared.definition().to_string())]
}

/// Returns whether the live value has everything that is declared. What the server fills in is no difference, except in
/// a list of fields, which is declared as a whole.
fn is_contained(declared: &Bson, live: &Bson, name: &str) -> bool {
    match (declared, live) {
        (Bson::Document(declared), Bson::Document(live)) => {
            let is_whole = name == "fields" && declared.len() != live.len();
            !is_whole
                && declared
                    .iter()
                    .all(|(name, value)| live.get(name).is_some_and(|live| is_contained(value, live, name)))
        }
        // A field of one type may be a list of one.
        (Bson::Document(_), Bson::Array(live)) if live.len() == 1 => is_contained(declared, &live[0], name),
        (Bson::Array(declared), Bson::Array(live)) => {
            declared.len() == live.len()
                && declared.iter().all(|value| live.iter().any(|live| is_contained(value, live, "")))
        }
        (declared, live) => number(declared) == number(live),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{SearchFieldType, Similarity};

    fn lines(declared: &[SearchIndex], live: &LiveSearch) -> Vec<String> {
        let changes = diff("articles", declared, live, UndeclaredPolicy::Report, &["theirs"]);
        changes.iter().map(ToString::to_string).collect()
    }

    fn found(name: &str, kind: &str, definition: Document) -> LiveSearch {
        LiveSearch::Indexes(vec![
            doc! { "id": "1", "name": name, "type": kind, "status": "READY", "latestDefinition": definition },
        ])
    }

    fn words() -> SearchIndex {
        SearchIndex::search("words").field("title", SearchFieldType::String)
    }

    #[test]
    fn what_the_server_fills_in_is_no_difference() {
        for definition in [
            doc! { "mappings": { "dynamic": false, "fields": { "title": { "type": "string" } } } },
            doc! {
                "mappings": { "dynamic": false, "fields": {
                    "title": [{ "type": "string", "indexOptions": "offsets", "store": true }],
                } },
                "numPartitions": 1,
            },
        ] {
            assert_eq!(lines(&[words()], &found("words", "search", definition)), [""; 0]);
        }
        let vectors =
            SearchIndex::vector("v").vector_field("plot", 3, Similarity::Cosine).filter_field("year");
        let live = doc! { "fields": [
            { "type": "filter", "path": "year" },
            {
                "type": "vector", "path": "plot", "numDimensions": 3.0, "similarity": "cosine",
                "quantization": "none",
            },
        ] };
        assert_eq!(lines(&[vectors], &found("v", "vectorSearch", live)), [""; 0]);
    }

    #[test]
    fn what_differs_is_modified() {
        let live = doc! { "mappings": { "dynamic": false, "fields": {
            "title": { "type": "string" }, "body": { "type": "string" },
        } } };
        assert_eq!(
            lines(&[words()], &found("words", "search", live)),
            [
                "~ articles: modify search index words (search): definition { \"mappings\": { \"dynamic\": false, \
                 \"fields\": { \"title\": { \"type\": \"string\" }, \"body\": { \"type\": \"string\" } } } } -> { \
                 \"mappings\": { \"dynamic\": false, \"fields\": { \"title\": { \"type\": \"string\" } } } } [slow]"
            ]
        );
        assert_eq!(
            lines(&[words()], &found("words", "vectorSearch", doc! { "fields": [] })),
            [
                "! articles: search index words (search): type vectorSearch -> search: the server does not change the \
              type: give the index another name, and drop the old one [manual]"
            ]
        );
        assert_eq!(
            lines(&[words()], &found("others", "search", doc! {})),
            [
                "+ articles: create search index words (search) [slow]",
                "? articles: search index others is not declared"
            ]
        );
        assert_eq!(lines(&[], &found("theirs", "search", doc! {})), [""; 0]);
    }

    /// The server builds it again if the definition is sent again.
    #[test]
    fn an_index_that_the_server_could_not_build_is_modified() {
        let of_status = |status: &str| {
            let definition =
                doc! { "mappings": { "dynamic": false, "fields": { "title": { "type": "string" } } } };
            LiveSearch::Indexes(vec![doc! {
                "id": "1", "name": "words", "type": "search", "status": status, "queryable": status == "READY",
                "latestDefinition": definition,
            }])
        };
        assert_eq!(
            lines(&[words()], &of_status("FAILED")),
            ["~ articles: modify search index words (search): status FAILED -> READY [slow]"]
        );
        for status in ["READY", "PENDING", "BUILDING", "STALE"] {
            assert_eq!(lines(&[words()], &of_status(status)), [""; 0]);
        }
    }

    #[test]
    fn a_server_without_search_is_named() {
        assert_eq!(
            lines(&[words()], &LiveSearch::Unavailable),
            [
                "? articles: search index words (search) is missing: this server has no search, which Atlas and a \
              deployment with mongot have"
            ]
        );
    }
}
