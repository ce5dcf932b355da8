//! Indexes.

use std::time::Duration;

use odm::{
    Model,
    bson::Bson,
    index::{Index, IndexType, SearchFieldType, SearchIndex, Similarity},
    model::CollectionOptions,
    mongodb::options::{Collation, CollationStrength},
    pipeline::Pipeline,
};

use super::{Entry, Number};

pub(super) fn indexes() -> Vec<Entry> {
    let on = |field: &str, index_type| Index::new().key(field, index_type);
    let (any, text) = (|| on("a", IndexType::Ascending), || on("title", IndexType::Text));
    // An option is documented alone, and the document of an index has others.
    let option = |index: Index| {
        let options = index.to_document().into_iter().filter(|(name, _)| name != "key" && name != "name");
        Bson::Document(options.collect())
    };
    let collation = Collation::builder().locale("en").strength(CollationStrength::Secondary).build();
    let compound = on("customer", IndexType::Ascending).key("placedAt", IndexType::Descending);
    let search = SearchIndex::search("default").field("title", SearchFieldType::String);
    let vectors =
        SearchIndex::vector("by_plot").vector_field("plot", 8, Similarity::Cosine).filter_field("year");
    let view = CollectionOptions::new().view_of(Pipeline::<Number>::new().matching(|n| n.field().gt(1)));
    let words =
        SearchIndex::search("words").field("title", SearchFieldType::String).search_analyzer("lucene.simple");
    vec![
        ("index::to_key_document", vec![compound.to_key_document().into()]),
        ("index::to_document", vec![any().unique().to_document().into()]),
        (
            "index::named",
            vec![Bson::Document([("name".to_owned(), any().named("a").name().into())].into_iter().collect())],
        ),
        ("index/options::unique", vec![option(any().unique())]),
        ("index/options::sparse", vec![option(any().sparse())]),
        ("index/options::hidden", vec![option(any().hidden())]),
        ("index/options::expire_after", vec![option(any().expire_after(Duration::from_secs(5)))]),
        ("index/options::collation", vec![option(any().collation(collation))]),
        ("index/options::weight", vec![option(text().weight("title", 10))]),
        ("index/options::default_language", vec![option(text().default_language("german"))]),
        ("index/options::language_override", vec![option(text().language_override("idioma"))]),
        ("index/options::bits", vec![option(on("spot", IndexType::Geo2d).bits(20))]),
        ("index/options::bounds", vec![option(on("spot", IndexType::Geo2d).bounds(-10.0, 10.0))]),
        ("index/options::include", vec![option(on("$**", IndexType::Wildcard).include("attributes"))]),
        ("index/options::exclude", vec![option(on("$**", IndexType::Wildcard).exclude("secret"))]),
        ("index/search::to_document", vec![search.to_document().into()]),
        ("index/search::field", vec![words.definition().clone().into()]),
        ("index/search::search_analyzer", vec![words.definition().clone().into()]),
        ("index/search::vector_field", vec![vectors.definition().clone().into()]),
        ("index/search::filter_field", vec![vectors.definition().clone().into()]),
        ("pipeline/view::view_of", vec![view.to_document().into()]),
        ("filter/partial::partial", vec![option(any().partial(Number::fields().field().gt(1)))]),
    ]
}
