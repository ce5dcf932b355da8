//! `$geoNear`, and the stages of Atlas Search.

use odm::{
    Shape,
    bson::{Bson, doc},
    expr::variable,
    geo::Point,
    mongodb::atlas_search,
    path::Root,
    pipeline::{
        Fusion, GeoNear, NearestVectors, NestedScore, Rerank, ScoreNormalization, ScoreOptions, Search,
        VectorSearch, has_ancestor, has_root, nearest_vectors,
    },
};

use super::{Entry, Sale, rendered, sales};

pub(super) fn entries() -> Vec<Entry> {
    [near(), search()].concat()
}

fn near() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Near {
        distance: f64,
    }

    let near = |near: fn(GeoNear<Sale>, Root<Sale>) -> GeoNear<Sale>| {
        let oslo = Point::new(10.75, 59.91);
        rendered(
            sales().geo_near(|s| near(GeoNear::new(&oslo), s), |near| NearOf { distance: near.distance }),
        )
    };
    vec![
        ("pipeline/stage/geo_near::geo_near", near(|near, _| near.distance(..=500))),
        ("pipeline/stage/geo_near::new", near(|near, _| near)),
        ("pipeline/stage/geo_near::distance", near(|near, _| near.distance(100..=500))),
        ("pipeline/stage/geo_near::query", near(|near, s| near.query(s.state().eq("AL")))),
        ("pipeline/stage/geo_near::key", near(|near, s| near.key(s.place()))),
        ("pipeline/stage/geo_near::expr", near(|_, _| GeoNear::expr(variable::<_, Point>("here")))),
        ("pipeline/stage/geo_near::legacy", near(|_, _| GeoNear::legacy(10.75, 59.91))),
        ("pipeline/stage/geo_near::spherical", near(|near, _| near.spherical(true))),
        ("pipeline/stage/geo_near::distance_multiplier", near(|near, _| near.distance_multiplier(0.001))),
    ]
}

/// The stages of Atlas Search.
fn search() -> Vec<Entry> {
    let words = || atlas_search::text("title", "odm");
    let fusion = || Fusion::<Sale>::new().pipeline("words", |sales| sales.search(words()).limit(20));
    let weighted = rendered(sales().rank_fusion(fusion().weight("words", 2.0).score_details()));
    let scored = rendered(sales().score_fusion(fusion().normalization(ScoreNormalization::Sigmoid)));
    let doubled = fusion().expression(variable::<_, f64>("words") * 2);
    vec![
        ("pipeline/stage/search::search", rendered(sales().search(words()))),
        ("pipeline/stage/search::search", with_options()),
        ("pipeline/stage/search::search_meta", rendered(sales().search_meta(words()))),
        ("pipeline/stage/search::search_meta", of_metadata_with_options()),
        ("pipeline/stage/search::vector_search", vector(|it| it)),
        ("pipeline/stage/search::rank_fusion", rendered(sales().rank_fusion(fusion()))),
        ("pipeline/stage/search::score_fusion", scored.clone()),
        ("pipeline/stage/search/fusion::pipeline", rendered(sales().rank_fusion(fusion()))),
        ("pipeline/stage/search/fusion::weight", weighted.clone()),
        ("pipeline/stage/search/fusion::score_details", weighted),
        ("pipeline/stage/search/fusion::normalization", scored),
        (
            "pipeline/stage/search/fusion::average",
            rendered(sales().score_fusion(fusion().average().score_details())),
        ),
        ("pipeline/stage/search/fusion::expression", rendered(sales().score_fusion(doubled))),
    ]
    .into_iter()
    .chain(vectors())
    .chain(operators())
    .chain(scores())
    .collect()
}

/// The options of `$search`, by the builders of the driver.
fn with_options() -> Vec<Bson> {
    let search = atlas_search::search(atlas_search::text("title", "odm"))
        .highlight(doc! { "path": "title" })
        .concurrent(true)
        .count(doc! { "type": "total" })
        .search_after("token")
        .search_before("token")
        .score_details(true)
        .sort(doc! { "title": 1 });
    rendered(sales().search(search))
}

/// The options of `$searchMeta`.
fn of_metadata_with_options() -> Vec<Bson> {
    let search = atlas_search::search_meta(atlas_search::exists("title")).count(doc! { "type": "total" });
    let scoped = Search::new(atlas_search::exists("title")).index("companies");
    let scoped = scoped.return_scope("funding_rounds").return_stored_source();
    [rendered(sales().search_meta(search)), rendered(sales().search_meta(scoped))].concat()
}

fn vector(options: fn(VectorSearch<Sale>) -> VectorSearch<Sale>) -> Vec<Bson> {
    let search = VectorSearch::new("plots", |s: Root<Sale>| s.embedding(), [0.5, 0.25], 10);
    rendered(sales().vector_search(options(search)))
}

fn vectors() -> Vec<Entry> {
    let text = || VectorSearch::text("plots", |s: Root<Sale>| s.title(), "a ship in a storm", 10);
    vec![
        ("pipeline/stage/search/vector::new", vector(|it| it)),
        ("pipeline/stage/search/vector::text", rendered(sales().vector_search(text()))),
        ("pipeline/stage/search/vector::model", rendered(sales().vector_search(text().model("voyage-4")))),
        ("pipeline/stage/search/vector::num_candidates", vector(|it| it.num_candidates(100))),
        ("pipeline/stage/search/vector::exact", vector(VectorSearch::exact)),
        ("pipeline/stage/search/vector::filter", vector(|it| it.filter(|s| s.state().eq("AL")))),
        (
            "pipeline/stage/search/vector::parent_filter",
            vector(|it| it.parent_filter(|s| s.state().eq("AL"))),
        ),
        ("pipeline/stage/search/vector::nested_score", vector(|it| it.nested_score(NestedScore::Average))),
        ("pipeline/stage/search/vector::return_stored_source", vector(VectorSearch::return_stored_source)),
    ]
}

/// Operators of `$search` and their options.
fn operators() -> Vec<Entry> {
    let words = || atlas_search::text("title", "odm");
    let scoped = |options: fn(Search) -> Search| rendered(sales().search(options(Search::new(words()))));
    let nearest = |options: fn(NearestVectors) -> NearestVectors| {
        rendered(sales().search(options(nearest_vectors("embedding", [1, 2], 10))))
    };
    vec![
        (
            "pipeline/stage/search/operator::return_scope",
            scoped(|search| search.return_scope("funding_rounds")),
        ),
        ("pipeline/stage/search/operator::return_stored_source", scoped(Search::return_stored_source)),
        ("pipeline/stage/search/operator::index", scoped(|search| search.index("companies"))),
        ("pipeline/stage/search/operator::tracking", scoped(|search| search.tracking("words"))),
        ("pipeline/stage/search/operator::has_root", rendered(sales().search(has_root(words())))),
        (
            "pipeline/stage/search/operator::has_ancestor",
            rendered(sales().search(has_ancestor("funding_rounds", words()))),
        ),
        ("pipeline/stage/search/operator::nearest_vectors", nearest(|it| it)),
        ("pipeline/stage/search/operator::num_candidates", nearest(|it| it.num_candidates(100))),
        ("pipeline/stage/search/operator::exact", nearest(NearestVectors::exact)),
        ("pipeline/stage/search/operator::filter", nearest(|it| it.filter(atlas_search::exists("title")))),
        ("pipeline/stage/search/operator::score", nearest(|it| it.score(doc! { "boost": { "value": 2 } }))),
    ]
}

fn scores() -> Vec<Entry> {
    let score = |options: ScoreOptions| rendered(sales().score(options, |s| s.price() * 2));
    let plot = || Rerank::new("rerank-2.5", doc! { "text": "a ship in a storm" }, "plot", 50);
    vec![
        (
            "pipeline/stage/search/score::score",
            rendered(sales().score(ScoreNormalization::None, |s| s.price() * 2)),
        ),
        (
            "pipeline/stage/search/score::normalization",
            score(ScoreOptions::new().normalization(ScoreNormalization::Sigmoid)),
        ),
        ("pipeline/stage/search/score::weight", score(ScoreOptions::new().weight(0.5))),
        ("pipeline/stage/search/score::score_details", score(ScoreOptions::new().score_details())),
        ("pipeline/stage/search/score::rerank", rendered(sales().rerank(doc! { "model": "voyage" }))),
        ("pipeline/stage/search/score::new", rendered(sales().rerank(plot()))),
    ]
}
