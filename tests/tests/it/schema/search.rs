//! Search indexes on a server without search. The comparison with live ones is tested in `odm/src/schema/search.rs`.
#![allow(clippy::duplicated_attributes, clippy::struct_field_names)] // several indexes name one field, `price`

use odm::{
    Database, Embedded, Id, Model, Value,
    bson::{Bson, DateTime, Decimal128, Uuid, doc},
    error::SchemaError,
    geo::Point,
    index::{SearchFieldType, SearchIndex, Similarity},
    models,
    schema::{Models, SchemaChange},
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "articles", index(title))]
struct Article {
    id: Id<Article>,
    title: String,
    embedding: Vec<f64>,
}

#[derive(Debug, Clone, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "films")]
#[odm(search_index(dynamic, analyzer = "lucene.english", search_analyzer = "lucene.simple"))]
#[odm(search_index(
    name = "titles",
    field(main_title),
    field(main_title, type = "autocomplete"),
    field(genre),
    field(released_in),
    field(cast.full_name, analyzer = "lucene.standard", search_analyzer = "lucene.keyword"),
    field(cast.born),
    field(reviews, type = "embeddedDocuments"),
    field(reviews.stars),
    field(places.key("oslo")),
    field(studio),
    field(remake_of),
    field(colored),
    field(scene, type = "geo"),
    field(ticket),
    field(anything, type = "token"),
    field(tags, type = "token"),
))]
#[odm(vector_search_index(
    name = "plots",
    vector(plot_embedding, num_dimensions = 3, similarity = "dotProduct"),
    vector(packed, num_dimensions = 1536, similarity = "cosine", quantization = "scalar"),
    filter(genre, cast.full_name),
    filter(released_in),
))]
struct Film {
    id: Id<Film>,
    main_title: String,
    genre: Genre,
    released_in: Option<i32>,
    cast: Vec<Actor>,
    reviews: Vec<Review>,
    places: std::collections::BTreeMap<String, i64>,
    studio: Actor,
    remake_of: Option<Id<Film>>,
    colored: bool,
    scene: Option<Point>,
    ticket: Uuid,
    anything: Bson,
    tags: Vec<String>,
    plot_embedding: Option<Vec<f32>>,
    packed: odm::bson::Binary,
}

#[derive(Debug, Clone, Value)]
enum Genre {
    Drama,
}

#[derive(Debug, Clone, Embedded)]
#[serde(rename_all = "camelCase")]
struct Actor {
    full_name: String,
    born: DateTime,
}

#[derive(Debug, Clone, Embedded)]
struct Review {
    stars: u8,
}

/// Search indexes that have nothing to find.
#[derive(Debug, Clone, Model)]
#[odm(collection = "prices")]
#[odm(search_index(field(price)))]
#[odm(search_index(name = "b", field(anything)))]
#[odm(search_index(name = "c", field(count, type = "date")))]
#[odm(search_index(name = "d", field(price, type = "number")))]
#[odm(vector_search_index(
    name = "e",
    vector(vector, num_dimensions = 2, similarity = "euclidean"),
    filter(price)
))]
struct Price {
    id: Id<Price>,
    price: Decimal128,
    anything: Bson,
    count: i64,
    vector: [f64; 2],
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
    let error = schema.verify().await.unwrap_err();
    let Some(SchemaError::Outdated { changes, .. }) = error.schema() else { panic!("{error}") };
    assert!(
        changes.len() == 2 && changes.iter().all(|change| change.starts_with("? articles: search index "))
    );
    let schema = schema.known_options::<Article>();
    assert!(schema.plan().await.unwrap().is_empty());
    schema.verify().await.unwrap();
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

#[test]
fn the_attributes_declare_the_definitions_of_the_server() {
    let indexes = Film::search_indexes();
    let definitions: Vec<_> = indexes.iter().map(SearchIndex::to_document).collect();
    let dynamic = doc! { "type": "document", "dynamic": true };
    let expected = [
        doc! { "name": "default", "type": "search", "definition": {
            "mappings": { "dynamic": true }, "analyzer": "lucene.english", "searchAnalyzer": "lucene.simple",
        } },
        doc! { "name": "titles", "type": "search", "definition": { "mappings": { "dynamic": false, "fields": {
            "mainTitle": [{ "type": "string" }, { "type": "autocomplete" }],
            "genre": { "type": "token" },
            "releasedIn": { "type": "number" },
            "cast": { "type": "document", "fields": {
                "fullName": {
                    "type": "string", "analyzer": "lucene.standard", "searchAnalyzer": "lucene.keyword",
                },
                "born": { "type": "date" },
            } },
            "reviews": { "type": "embeddedDocuments", "dynamic": true, "fields": { "stars": { "type": "number" } } },
            "places": { "type": "document", "fields": { "oslo": { "type": "number" } } },
            "studio": dynamic,
            "remakeOf": { "type": "objectId" },
            "colored": { "type": "boolean" },
            "scene": { "type": "geo" },
            "ticket": { "type": "uuid" },
            "anything": { "type": "token" },
            "tags": { "type": "token" },
        } } } },
        doc! { "name": "plots", "type": "vectorSearch", "definition": { "fields": [
            { "type": "vector", "numDimensions": 3, "similarity": "dotProduct", "path": "plotEmbedding" },
            {
                "type": "vector", "numDimensions": 1536, "similarity": "cosine", "quantization": "scalar",
                "path": "packed",
            },
            { "type": "filter", "path": "genre" },
            { "type": "filter", "path": "cast.fullName" },
            { "type": "filter", "path": "releasedIn" },
        ] } },
    ];
    assert_eq!(definitions, expected);
    assert!(indexes.iter().all(|index| index.problem().is_none()));
}

#[odm_test::test]
async fn declared_search_indexes_are_in_the_plan(db: Database) {
    let schema = db.schema(models![Film]);
    let plan = schema.plan().await.unwrap();
    let missing = "is missing: this server has no search, which Atlas and a deployment with mongot have";
    assert_eq!(
        plan.to_string(),
        format!(
            "+ films: create collection [safe]\n? films: search index default (search) {missing}\n? films: search index \
             titles (search) {missing}\n? films: search index plots (vectorSearch) {missing}"
        )
    );
    assert_eq!(plan.apply().await.unwrap().to_string(), "created collection films");
    schema.verify().await.unwrap_err();
    schema.known_options::<Film>().verify().await.unwrap();
}

#[odm_test::test]
async fn fields_that_search_cannot_find_are_errors_of_the_plan(db: Database) {
    let error = db.schema(models![Price]).plan().await.unwrap_err();
    assert!(error.is_not_sent());
    let price = "`it::schema::search::Price`";
    assert_eq!(
        error.kind().to_string(),
        format!(
            "index `default (search)` of {price} has the field `price`, which is stored as decimal: search has no type for \
             that; index `b (search)` of {price} has the field `anything` without a type, and its values may be of several: \
             write `field(anything, type = \"..\")`; index `c (search)` of {price} has the field `count` as `date`, but its \
             values are of the type number: no document would be found by it; index `d (search)` of {price} has the field \
             `price` as `number`, but its values are of the type decimal: no document would be found by it; index `e \
             (vectorSearch)` of {price} filters by `price`, whose values are of the type decimal: the server filters by none \
             of these; nothing was sent"
        )
    );
}
