//! The BSON that each operator renders, if its documentation contains a BSON snippet.
#![allow(clippy::many_single_char_names, reason = "fields are named by their types")]

use std::collections::HashMap;

use odm::{
    Embedded, Filter, Id, Model, Pipeline, Shape, Sort, Update, Value,
    bson::{Bson, Document, doc},
    expr::Exprs,
    geo::{Point, Polygon},
    mongodb::options::UpdateModifications,
    pipeline::{avg, cond, count, divide, rand, root, sum, switch, text_score},
    update::IntoUpdate,
};

#[derive(Debug, Model)]
#[odm(collection = "numbers", schema_version = 3, upgrade(1 = same, 2 = same))]
struct Number {
    id: Id<Number>,
    field: i32,
    other: i32,
    spent: i32,
    budget: i32,
}

#[allow(clippy::trivially_copy_pass_by_ref, clippy::ptr_arg)]
fn same(_: &mut Document) {}

#[derive(Debug, Model)]
#[odm(collection = "texts")]
struct Text {
    id: Id<Text>,
    field: String,
}

#[derive(Debug, Model)]
#[odm(collection = "maybes")]
struct Maybe {
    id: Id<Maybe>,
    field: Option<i32>,
    other: Option<i32>,
}

#[derive(Debug, Model)]
#[odm(collection = "lists")]
struct List {
    id: Id<List>,
    field: Vec<i32>,
    lines: Vec<Line>,
}

/// Arrays of arrays.
#[derive(Debug, Model)]
#[odm(collection = "grids")]
struct Grid {
    id: Id<Grid>,
    field: Vec<Vec<i32>>,
}

/// An array that may contain null.
#[derive(Debug, Model)]
#[odm(collection = "holes")]
struct Holes {
    id: Id<Holes>,
    field: Option<Vec<Option<i32>>>,
}

#[derive(Debug, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    field: Vec<Line>,
    customer: String,
    price: f64,
    lines: Vec<Line>,
}

#[derive(Debug, Embedded)]
struct Line {
    qty: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "dates")]
struct Times {
    id: Id<Times>,
    field: odm::bson::DateTime,
}

#[derive(Debug, Model)]
#[odm(collection = "stamps")]
struct Stamped {
    id: Id<Stamped>,
    field: odm::bson::Timestamp,
}

#[derive(Debug, Model)]
#[odm(collection = "places")]
struct Place {
    id: Id<Place>,
    field: Point,
}

#[derive(Debug, Model)]
#[odm(collection = "documents")]
struct Loose {
    id: Id<Loose>,
    field: Vec<Document>,
}

#[derive(Debug, Model)]
#[odm(collection = "sales")]
struct Tagged {
    id: Id<Tagged>,
    payment: ByKind,
}

#[derive(Debug, Value)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum ByKind {
    Card { last4: String },
}

#[derive(Debug, Model)]
#[odm(collection = "sales")]
struct Untagged {
    id: Id<Untagged>,
    payment: ByKey,
}

#[derive(Debug, Value)]
#[serde(rename_all = "lowercase")]
enum ByKey {
    Card { last4: String },
    Cash,
}

#[derive(Debug, Shape)]
struct Total {
    #[odm(id)]
    customer: String,
    total: f64,
}

#[derive(Debug, Shape)]
struct Numbers {
    sum: i64,
    avg: f64,
    count: i64,
}

fn filter<M>(filter: Filter<M>) -> Bson {
    filter.into_document().unwrap().into()
}

fn expr<X>(condition: impl FnOnce(Exprs<Number>) -> X) -> Bson
where
    X: odm::pipeline::Expression<Number>,
    X::T: odm::expr::Truth,
{
    filter(Filter::<Number>::expr(condition))
}

/// Returns the operators and the array filters, or the stages.
fn update<M>(update: impl IntoUpdate<M>) -> Bson {
    let (update, filters) = update.into_update().into_parts().unwrap();
    match update {
        UpdateModifications::Document(operators) => {
            Bson::Array(std::iter::once(operators).chain(filters).map(Bson::Document).collect())
        }
        UpdateModifications::Pipeline(stages) => stages.into(),
        other => panic!("not an update: {other:?}"),
    }
}

fn sort<M>(sort: Sort<M>) -> Bson {
    sort.into_document().unwrap().into()
}

fn stages<In, Row>(pipeline: Pipeline<In, Row>) -> Bson {
    pipeline.into_stages().unwrap().into()
}

/// Returns what each function renders, by `file::function`.
pub(super) fn rendered() -> HashMap<&'static str, Vec<Bson>> {
    filters().into_iter().chain(more_filters()).chain(updates()).chain(pipelines()).collect()
}

type Entry = (&'static str, Vec<Bson>);

fn filters() -> Vec<Entry> {
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
        ("filter/array::size", vec![filter(l.field().size(2))]),
        ("filter/bitwise::bits_all_set", vec![filter(n.field().bits_all_set([0, 2]))]),
        ("filter/bitwise::bits_all_clear", vec![filter(n.field().bits_all_clear([0, 2]))]),
        ("filter/bitwise::bits_any_set", vec![filter(n.field().bits_any_set([0, 2]))]),
        ("filter/bitwise::bits_any_clear", vec![filter(n.field().bits_any_clear([0, 2]))]),
        ("filter/comparison::eq", vec![filter(n.field().eq(1))]),
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
        ("filter/evaluation::in_regex", vec![filter(t.field().in_regex([("^be", ""), ("^st", "i")]))]),
        ("filter/evaluation::mod_", vec![filter(n.field().mod_(4, 0))]),
        ("filter/evaluation::none_of", vec![filter(Filter::none_of([n.field().eq(1), n.other().eq(2)]))]),
        ("filter/evaluation::expr", vec![expr(|n| n.spent().gt(n.budget()))]),
        ("filter/evaluation::json_schema", vec![filter(Filter::<Number>::json_schema(doc! {}))]),
        ("filter/evaluation::where_", vec![filter(Filter::<Number>::where_("function"))]),
        ("filter/evaluation::sample_rate", vec![filter(Filter::<Number>::sample_rate(0.5))]),
        ("filter/evaluation::comment", vec![filter(n.field().eq(1).comment("why"))]),
        ("sort::asc", vec![sort(n.field().asc())]),
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
        ("filter/geospatial::near", vec![filter(p.field().near(oslo(), 100.0..=500.0))]),
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

fn updates() -> Vec<Entry> {
    let (n, m, l) = (Number::fields(), Maybe::fields(), List::fields());
    let (o, d, s) = (Order::fields(), Loose::fields(), Times::fields());
    vec![
        ("update/array::push", vec![update(l.field().push(1))]),
        ("update/array::add_to_set", vec![update(l.field().add_to_set(1))]),
        ("update/array::push_each", vec![update(l.field().push_each([1, 2]))]),
        (
            "update/array::push_each_with",
            vec![update(o.field().push_each_with([Line { qty: 1 }], |it| {
                it.position(0).sort(|line| line.qty().desc()).slice(10)
            }))],
        ),
        ("update/array::add_to_set_each", vec![update(l.field().add_to_set_each([1, 2]))]),
        ("update/array::pop_first", vec![update(l.field().pop_first())]),
        ("update/array::pop_last", vec![update(l.field().pop_last())]),
        ("update/array::pull_all", vec![update(l.field().pull_all([1, 2]))]),
        ("update/array::pull", vec![update(l.field().pull(1)), update(d.field().pull(doc! { "$a": 1 }))]),
        ("update/array::pull_where", vec![update(o.field().pull_where(|line| line.qty().lt(1)))]),
        ("update/bitwise::bit_and", vec![update(n.field().bit_and(1))]),
        ("update/bitwise::bit_or", vec![update(n.field().bit_or(1))]),
        ("update/bitwise::bit_xor", vec![update(n.field().bit_xor(1))]),
        ("update/field::set", vec![update(n.field().set(1))]),
        ("update/field::set_null", vec![update(m.field().set_null())]),
        ("update/field::unset", vec![update(m.field().unset())]),
        ("update/field::inc", vec![update(n.field().inc(1))]),
        ("update/field::mul", vec![update(n.field().mul(2))]),
        ("update/field::min", vec![update(n.field().min(1))]),
        ("update/field::max", vec![update(n.field().max(1))]),
        ("update/field::set_on_insert", vec![update(n.field().set_on_insert(1))]),
        ("update/field::current_date", vec![update(s.field().current_date())]),
        ("update/field::current_timestamp", vec![update(Stamped::fields().field().current_timestamp())]),
        ("update/field::rename", vec![update(m.field().rename(m.other()))]),
        (
            "update/positional::each_where",
            vec![update(l.lines().each_where(|line| line.qty().lt(1)).qty().set(1))],
        ),
        ("update/push::position", vec![update(l.field().push_each_with([1], |it| it.position(0)))]),
        ("update/push::slice", vec![update(l.field().push_each_with([1], |it| it.slice(-5)))]),
        (
            "update/push::sort",
            vec![update(o.field().push_each_with([Line { qty: 1 }], |it| it.sort(|line| line.qty().desc())))],
        ),
        (
            "update/push::sort_asc",
            vec![update(l.field().push_each_with([1], odm::update::PushEach::sort_asc))],
        ),
        (
            "update/push::sort_desc",
            vec![update(l.field().push_each_with([1], odm::update::PushEach::sort_desc))],
        ),
        ("update/stages::set", vec![update(Update::stages().set(n.field(), |n| n.other()))]),
        (
            "update/stages::and_set",
            vec![update(Update::stages().set(n.field(), |n| n.other()).and_set(n.other(), |n| n.field()))],
        ),
        ("update/stages::unset", vec![update(Update::stages().unset(m.field()))]),
        ("update/stages::replace_with", vec![update(Update::<Text>::stages().replace_with(|_| root()))]),
    ]
}

fn pipelines() -> Vec<Entry> {
    let numbers = || {
        stages(Pipeline::<Number>::new().group(|n| NumbersOf {
            sum: sum(n.field()),
            avg: avg(n.field()),
            count: count(),
        }))
    };
    let rows = Pipeline::<Number>::new;
    vec![
        ("accumulator::sum", vec![numbers()]),
        ("accumulator::avg", vec![numbers()]),
        ("accumulator::count", vec![numbers()]),
        ("expr/arithmetic::round", vec![expr(|n| n.field().round(1).gt(1))]),
        ("expr/arithmetic::divide", vec![expr(|n| divide(n.field(), n.other()).gt(1))]),
        ("expr/comparison::eq", vec![expr(|n| n.field().eq(n.other()))]),
        ("expr/comparison::ne", vec![expr(|n| n.field().ne(n.other()))]),
        ("expr/comparison::gt", vec![expr(|n| n.field().gt(n.other()))]),
        ("expr/comparison::gte", vec![expr(|n| n.field().gte(n.other()))]),
        ("expr/comparison::lt", vec![expr(|n| n.field().lt(n.other()))]),
        ("expr/comparison::lte", vec![expr(|n| n.field().lte(n.other()))]),
        ("expr/comparison::cmp", vec![expr(|n| n.field().cmp(n.other()).eq(0))]),
        ("expr/conditional::cond", vec![expr(|n| cond(n.field().gt(1), 1, 2).eq(1))]),
        ("expr/conditional::if_null", vec![filter(Filter::<Maybe>::expr(|m| m.field().if_null(1).eq(1)))]),
        ("expr/conditional::switch", vec![expr(|n| switch(n.field().gt(1), 1).default(2).eq(1))]),
        ("expr/random::rand", vec![expr(|_| rand().lt(0.5))]),
        ("expr/text_score::text_score", vec![expr(|_| text_score().gt(1.0))]),
        (
            "pipeline/stage/group::group",
            vec![stages(
                Pipeline::<Order>::new().group(|o| TotalOf { customer: o.customer(), total: sum(o.price()) }),
            )],
        ),
        ("pipeline/stage/matching::matching", vec![stages(rows().matching(|n| n.field().eq(1)))]),
        (
            "pipeline/stage/matching::matching_expr",
            vec![stages(rows().matching_expr(|n| n.field().eq(n.other())))],
        ),
        ("pipeline/stage/order::sort", vec![stages(rows().sort(|n| n.field().desc()))]),
        ("pipeline/stage/order::skip", vec![stages(rows().skip(1))]),
        ("pipeline/stage/order::limit", vec![stages(rows().limit(1))]),
        ("pipeline/stage/unwind::unwind", vec![stages(Pipeline::<Order>::new().unwind(|o| o.lines()))]),
    ]
}
