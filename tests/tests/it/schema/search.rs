//! Search indexes on a server without search. The comparison with live ones is tested in `odm/src/schema/search.rs`.

use odm::{
    Database, Id, Model,
    index::{SearchFieldType, SearchIndex, Similarity},
    schema::{Models, SchemaChange},
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "articles", index(title))]
struct Article {
    id: Id<Article>,
    title: String,
    embedding: Vec<f64>,
}

// --- models end here

fn models() -> Models {
    let words = SearchIndex::search("words").field("title", SearchFieldType::String);
    let near = SearchIndex::vector("near").vector_field("embedding", 3, Similarity::Cosine);
    Models::new().with_search_indexes::<Article>([words, near])
}

#[odm_test::test]
async fn a_server_without_search_is_named_and_gets_the_other_indexes(db: Database) {
    let schema = db.schema(models());
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "\
+ articles: create collection [safe]
+ articles: create index title_1 [safe]
? articles: search index words (search) is missing: this server has no search, which Atlas and a deployment with \
         mongot have
? articles: search index near (vectorSearch) is missing: this server has no search, which Atlas and a deployment with \
         mongot have"
    );
    let applied = plan.apply().await.unwrap();
    assert_eq!(applied.to_string(), "created collection articles\ncreated index articles.title_1");
    let again = schema.plan().await.unwrap();
    assert!(again.iter().all(|change| matches!(change, SchemaChange::NoSearch { .. })), "{again}");
    assert!(!again.is_pending());
    schema.verify().await.unwrap();
    assert!(schema.known_options::<Article>().plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn search_indexes_that_no_server_can_have_are_refused(db: Database) {
    let empty = SearchIndex::search("words");
    let models = models().with_search_indexes::<Article>([empty, SearchIndex::vector("far")]);
    let error = db.schema(models).plan().await.unwrap_err();
    assert!(error.is_not_sent());
    let text = error.to_string();
    assert!(
        text.contains(
            "index `words (search)` of `it::schema::search::Article` has no fields and is not dynamic; index `far \
             (vectorSearch)` of `it::schema::search::Article` has no field with vectors"
        ),
        "{text}"
    );
}
