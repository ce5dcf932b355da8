//! `$geoNear`, and the stages of Atlas Search.

use odm::{
    Shape,
    bson::doc,
    expr::variable,
    geo::Point,
    mongodb::atlas_search,
    path::Root,
    pipeline::{Fusion, GeoNear, ScoreNormalization, VectorSearch},
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
    let vector = || VectorSearch::new("plots", |s: Root<Sale>| s.embedding(), [0.5, 0.25], 10);
    let fusion = || Fusion::<Sale>::new().pipeline("words", |sales| sales.search(words()).limit(20));
    let weighted = rendered(sales().rank_fusion(fusion().weight("words", 2.0).score_details()));
    let scored = rendered(sales().score_fusion(fusion().normalization(ScoreNormalization::Sigmoid)));
    vec![
        ("pipeline/stage/search::search", rendered(sales().search(words()))),
        ("pipeline/stage/search::search_meta", rendered(sales().search_meta(words()))),
        ("pipeline/stage/search::vector_search", rendered(sales().vector_search(vector()))),
        ("pipeline/stage/search::new", rendered(sales().vector_search(vector()))),
        (
            "pipeline/stage/search::num_candidates",
            rendered(sales().vector_search(vector().num_candidates(100))),
        ),
        ("pipeline/stage/search::exact", rendered(sales().vector_search(vector().exact()))),
        (
            "pipeline/stage/search::filter",
            rendered(sales().vector_search(vector().filter(|s| s.state().eq("AL")))),
        ),
        ("pipeline/stage/search::rank_fusion", rendered(sales().rank_fusion(fusion()))),
        ("pipeline/stage/search::pipeline", rendered(sales().rank_fusion(fusion()))),
        ("pipeline/stage/search::weight", weighted.clone()),
        ("pipeline/stage/search::score_details", weighted),
        ("pipeline/stage/search::score_fusion", scored.clone()),
        ("pipeline/stage/search::normalization", scored),
        (
            "pipeline/stage/search::score",
            rendered(sales().score(ScoreNormalization::None, |s| s.price() * 2)),
        ),
        ("pipeline/stage/search::rerank", rendered(sales().rerank(doc! { "model": "voyage" }))),
    ]
}
