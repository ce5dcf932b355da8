//! Filters that are evaluated in this process, compared with the server: generated filters and documents.
//!
//! `ODM_MATCHER_PAIRS` sets how many pairs are compared; `ODM_MATCHER_SEED` sets where they begin.

mod generated;

use std::{collections::BTreeSet, env};

use futures_util::TryStreamExt;
use odm::{
    Database, Filter, Model,
    bson::{Bson, Document, RawDocumentBuf, doc, serialize_to_raw_document_buf},
};

use odm_test::Server;

use self::generated::Random;

#[derive(Model)]
#[odm(collection = "any")]
struct Any {
    #[allow(dead_code)]
    id: i32,
}

/// How many documents each filter is evaluated for.
const DOCUMENTS: i32 = 100;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |number| number.parse().unwrap())
}

#[odm_test::test]
async fn generated_filters_select_the_same_documents_as_on_the_server(db: Database, server: Server) {
    let pairs = number("ODM_MATCHER_PAIRS", 100_000);
    let rounds_decimals = server.version() == "6.0.5";
    let mut random = Random::new(number("ODM_MATCHER_SEED", 1));
    let collection = db.driver().collection::<RawDocumentBuf>("any");
    let (mut compared, mut selected, mut refused) = (0, 0, 0);
    while compared < pairs {
        collection.delete_many(doc! {}).await.unwrap();
        let documents: Vec<RawDocumentBuf> = (0..DOCUMENTS)
            .map(|id| {
                let mut document = doc! { "_id": id };
                document.extend(random.document());
                serialize_to_raw_document_buf(&document).unwrap()
            })
            .collect();
        collection.insert_many(&documents).await.unwrap();
        for _ in 0..20 {
            let filter = random.filter(2);
            match compare(&db, &documents, &filter, rounds_decimals).await {
                Some(count) => {
                    compared += u64::try_from(documents.len()).unwrap();
                    selected += count;
                }
                None => refused += 1,
            }
        }
    }
    println!("{compared} pairs agree, {selected} of them match; both refuse {refused} filters");
    assert!(selected > 0 && refused > 0, "{selected} {refused}");
}

/// Returns how many documents both select, or `None` if both refuse the filter. Unless the server `rounds_decimals`, it
/// may select other documents by the bits of their decimals.
async fn compare(
    db: &Database,
    documents: &[RawDocumentBuf],
    filter: &Document,
    rounds_decimals: bool,
) -> Option<usize> {
    let found = async {
        let collection = db.driver().collection::<Document>("any");
        let find = collection.find(filter.clone()).projection(doc! { "_id": 1 });
        find.await?.try_collect::<Vec<_>>().await
    };
    let found = match found.await {
        Ok(found) => found,
        Err(error) => {
            let own = Filter::<Any>::raw(filter.clone()).matcher();
            assert!(own.is_err(), "the server refuses {filter}: {error}");
            return None;
        }
    };
    let filter_here = match Filter::<Any>::raw(filter.clone()).matcher() {
        Ok(compiled) => compiled,
        Err(error) => panic!("{error}: {filter}"),
    };
    let found: BTreeSet<i32> = found.iter().map(|document| document.get_i32("_id").unwrap()).collect();
    for document in documents {
        let id = document.get_i32("_id").unwrap();
        let is_match = filter_here.matches_raw(document).unwrap();
        let document = Bson::Document(Document::try_from(document.clone()).unwrap());
        let may_differ = !rounds_decimals && has_bits(filter) && has_decimal(&document);
        assert!(is_match == found.contains(&id) || may_differ, "{is_match} {filter:?}\n{document:?}");
    }
    Some(found.len())
}

fn has_bits(filter: &Document) -> bool {
    filter.to_string().contains("\"$bits")
}

/// Returns whether a value contains a decimal that is not written as a 64-bit integer.
fn has_decimal(value: &Bson) -> bool {
    match value {
        Bson::Decimal128(decimal) => decimal.to_string().parse::<i64>().is_err(),
        Bson::Document(fields) => fields.values().any(has_decimal),
        Bson::Array(items) => items.iter().any(has_decimal),
        _ => false,
    }
}
