//! Filters and sorts.

use odm::{
    Filter, Model, Sort,
    bson::doc,
    expr::Meta,
    geo::{Area, Point, Polygon},
};

use super::{
    Entry, Grid, Holes, List, Maybe, Number, Order, Place, Tagged, Text, Untagged, expr, filter, sort,
};

pub(super) fn filters() -> Vec<Entry> {
    let mut all = of_values();
    all.extend(more_filters());
    all
}

fn of_values() -> Vec<Entry> {
    let (n, t, m, l) = (Number::fields(), Text::fields(), Maybe::fields(), List::fields());
    let (g, h) = (Grid::fields(), Holes::fields());
    vec![
        (
            "filter::any_of",
            vec![
                filter(Filter::any_of([n.field().eq(1), n.other().eq(2)])),
                filter(Filter::<Number>::any_of(Vec::<Filter<Number>>::new())),
            ],
        ),
        ("filter::bitand", vec![filter(l.field().contains(1) & l.field().contains(2))]),
        ("filter::bitor", vec![filter(n.field().eq(1) | n.other().eq(2))]),
        ("filter::not", vec![filter(!n.field().gt(1)), filter(!(n.field().eq(1) | n.other().eq(2)))]),
        ("filter/array::any", vec![filter(l.field().any(|each| each.gt(1)))]),
        ("filter/array::contains", vec![filter(l.field().contains(1)), filter(g.field().contains([1, 2]))]),
        (
            "filter/array::contains_any",
            vec![filter(l.field().contains_any([1, 2])), filter(g.field().contains_any([[1, 2]]))],
        ),
        (
            "filter/array::contains_none",
            vec![filter(l.field().contains_none([1, 2])), filter(g.field().contains_none([[1, 2]]))],
        ),
        ("filter/array::all", vec![filter(l.field().all([1, 2]))]),
        (
            "filter/array::all_any",
            vec![filter(Order::fields().field().all_any(|line| [line.qty().gt(1), line.qty().lt(5)]))],
        ),
        ("filter/array::size", vec![filter(l.field().size(2))]),
        ("filter/bitwise::bits_all_set", vec![filter(n.field().bits_all_set([0, 2]))]),
        ("filter/bitwise::bits_all_clear", vec![filter(n.field().bits_all_clear([0, 2]))]),
        ("filter/bitwise::bits_any_set", vec![filter(n.field().bits_any_set([0, 2]))]),
        ("filter/bitwise::bits_any_clear", vec![filter(n.field().bits_any_clear([0, 2]))]),
        ("filter/comparison::eq", vec![filter(n.field().eq(1))]),
        ("filter/comparison::eq_regex", vec![filter(t.field().eq_regex("pattern", "i"))]),
        ("filter/comparison::ne", vec![filter(n.field().ne(1))]),
        ("filter/comparison::gt", vec![filter(n.field().gt(1))]),
        ("filter/comparison::gte", vec![filter(n.field().gte(1))]),
        ("filter/comparison::lt", vec![filter(n.field().lt(1))]),
        ("filter/comparison::lte", vec![filter(n.field().lte(1))]),
        ("filter/comparison::in_", vec![filter(n.field().in_([1, 2]))]),
        ("filter/comparison::nin", vec![filter(n.field().nin([1, 2]))]),
        ("filter/element::exists", vec![filter(n.field().exists(true))]),
        (
            "filter/element::type_",
            vec![
                filter(n.field().type_(odm::bson::spec::ElementType::String)),
                filter(n.field().type_("number")),
                filter(
                    n.field()
                        .type_([odm::bson::spec::ElementType::Int32, odm::bson::spec::ElementType::Int64]),
                ),
            ],
        ),
        ("filter/element::is_null", vec![filter(m.field().is_null()), filter(h.field().is_null())]),
        (
            "filter/element::is_null_or_missing",
            vec![filter(m.field().is_null_or_missing()), filter(h.field().is_null_or_missing())],
        ),
        ("filter/element::is_present", vec![filter(m.field().is_present()), filter(h.field().is_present())]),
        ("filter/evaluation::starts_with", vec![filter(t.field().starts_with("prefix"))]),
        ("filter/evaluation::regex", vec![filter(t.field().regex("pattern", "i"))]),
        (
            "filter/evaluation::regex_literal",
            vec![
                filter(t.field().regex_literal("pattern", "i")),
                filter(!t.field().regex_literal("pattern", "i")),
            ],
        ),
        ("filter/evaluation::in_regex", vec![filter(t.field().in_regex([("^be", ""), ("^st", "i")]))]),
        ("filter/evaluation::mod_", vec![filter(n.field().mod_(4, 0))]),
        ("filter/evaluation::none_of", vec![filter(Filter::none_of([n.field().eq(1), n.other().eq(2)]))]),
        ("filter/evaluation::expr", vec![expr(|n| n.spent().gt(n.budget()))]),
        ("filter/evaluation::json_schema", vec![filter(Filter::<Number>::json_schema(doc! {}))]),
        ("filter/evaluation::where_", vec![filter(Filter::<Number>::where_("function"))]),
        ("filter/evaluation::sample_rate", vec![filter(Filter::<Number>::sample_rate(0.5))]),
        ("filter/evaluation::comment", vec![filter(n.field().eq(1).comment("why"))]),
        ("sort::asc", vec![sort(n.field().asc())]),
        ("expr/meta::meta", vec![sort(Sort::<Number>::meta("score", Meta::TEXT_SCORE))]),
        ("sort::desc", vec![sort(n.field().desc())]),
    ]
}

/// Filters about geometries, strings, variants and versions.
fn more_filters() -> Vec<Entry> {
    let (p, k, u) = (Place::fields(), Tagged::fields(), Untagged::fields());
    let ring = || vec![[4.0, 58.0], [12.0, 58.0], [12.0, 62.0], [4.0, 58.0]];
    let oslo = || Point::new(10.75, 59.91);
    vec![
        ("filter/geospatial::geo_within", vec![filter(p.field().geo_within(Polygon::from(vec![ring()])))]),
        (
            "filter/geospatial::geo_intersects",
            vec![filter(p.field().geo_intersects(Polygon::from(vec![ring()])))],
        ),
        ("filter/area::rectangle", vec![filter(p.field().geo_within(Area::rectangle([0, 0], [2, 2])))]),
        (
            "filter/area::polygon",
            vec![filter(p.field().geo_within(Area::polygon(&[[0, 0], [2, 0], [2, 2]])))],
        ),
        ("filter/area::circle", vec![filter(p.field().geo_within(Area::circle([0, 0], 2)))]),
        (
            "filter/area::circle_on_sphere",
            vec![filter(p.field().geo_within(Area::circle_on_sphere([0, 0], 0.5)))],
        ),
        ("filter/geospatial::near", vec![filter(p.field().near(oslo(), 100.0..=500.0))]),
        ("filter/geospatial::near_coordinates", vec![filter(p.field().near_coordinates([1, 2], 2..=10))]),
        (
            "filter/geospatial::near_sphere_coordinates",
            vec![filter(p.field().near_sphere_coordinates([10.75, 59.91], ..=0.5))],
        ),
        ("filter/geospatial::near_sphere", vec![filter(p.field().near_sphere(oslo(), ..=500.0))]),
        (
            "filter/text_search::language",
            vec![filter(Filter::<Text>::text_with("a", |text| text.language("nb")))],
        ),
        (
            "filter/text_search::case_sensitive",
            vec![filter(Filter::<Text>::text_with("a", |it| it.case_sensitive(true)))],
        ),
        (
            "filter/text_search::diacritic_sensitive",
            vec![filter(Filter::<Text>::text_with("a", |it| it.diacritic_sensitive(true)))],
        ),
        ("filter/text_search::text", vec![filter(Filter::<Text>::text("coffee -decaf"))]),
        (
            "filter/text_search::text_with",
            vec![filter(Filter::<Text>::text_with("café", |it| {
                it.language("es").diacritic_sensitive(true)
            }))],
        ),
        ("filter/text_search::text_score", vec![sort(Sort::<Text>::text_score())]),
        (
            "filter/variant::is_variant",
            vec![
                filter(k.payment().card().is_variant()),
                filter(u.payment().card().is_variant()),
                filter(u.payment().cash().is_variant()),
            ],
        ),
        ("filter/version::outdated", vec![filter(Filter::<Number>::outdated())]),
    ]
}
