//! Stages.

#[path = "stages/gaps.rs"]
mod gaps;
#[path = "stages/joins.rs"]
mod joins;
#[path = "stages/options.rs"]
mod options;
#[path = "stages/search.rs"]
mod search;

use odm::{
    Embedded, Id, Model, Shape,
    bson::{Bson, Document, doc},
    geo::Point,
    model::TimeSeries,
    pipeline::{self, *},
};

use super::{Entry, Number, Order};

#[derive(Debug, Model)]
#[odm(collection = "sales")]
struct Sale {
    id: Id<Sale>,
    field: f64,
    title: String,
    isbn: String,
    author: Author,
    specs: Specs,
    price: f64,
    tax: f64,
    state: String,
    sensor: String,
    hour: i32,
    date: odm::bson::DateTime,
    place: Point,
    embedding: Vec<f64>,
    customer: Id<Customer>,
    quantity: i32,
    lines: Vec<i32>,
}

#[derive(Debug, Embedded)]
struct Author {
    first: String,
    last: String,
}

#[derive(Debug, Embedded)]
struct Specs {
    doors: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
    stock: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "people")]
struct Person {
    id: Id<Person>,
    name: String,
    friends: Vec<String>,
}

#[derive(Debug, Model)]
#[odm(collection = "warehouses")]
struct Warehouse {
    id: Id<Warehouse>,
    state: String,
}

/// A collection into which rows are written.
#[derive(Debug, Model)]
#[odm(collection = "totals")]
struct Totals {
    id: Id<Totals>,
    year: i32,
    department: String,
    total: f64,
}

#[derive(Debug, Model)]
#[odm(collection = "baskets")]
struct Basket {
    id: Id<Basket>,
    lines: Vec<BasketLine>,
}

#[derive(Debug, Embedded)]
struct BasketLine {
    sku: String,
    quantity: i32,
}

/// A time series into which rows are written.
#[derive(Debug, Model)]
#[odm(collection = "weather", time_series(time = at, meta = sensor))]
struct Weather {
    id: Id<Weather>,
    at: odm::bson::DateTime,
    sensor: String,
}

#[derive(Debug, Shape)]
struct Total {
    total: f64,
}

fn rendered<In, Row, P>(pipeline: Pipeline<In, Row, P>) -> Vec<Bson> {
    vec![pipeline.into_stages().unwrap().into()]
}

fn rendered_written<In, P>(pipeline: Written<In, P>) -> Vec<Bson> {
    vec![pipeline.into_stages().unwrap().into()]
}

fn sales() -> Pipeline<Sale> {
    Pipeline::new()
}

pub(super) fn stages() -> Vec<Entry> {
    [
        fields(),
        filtered(),
        grouped(),
        counted(),
        buckets(),
        joins::entries(),
        gaps::entries(),
        search::entries(),
        options::entries(),
        first(),
        windows(),
        written(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn fields() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Fuel {
        fuel: String,
    }
    #[derive(Debug, Shape)]
    struct Titled {
        title: String,
        total: f64,
    }
    #[derive(Debug, Shape)]
    struct State {
        state: String,
    }
    #[derive(Debug, Shape)]
    struct Skus {
        lines: Vec<Sku>,
    }
    #[derive(Debug, Embedded)]
    struct Sku {
        sku: String,
    }
    #[derive(Debug, Shape)]
    struct Numbered {
        number: i64,
    }
    #[derive(Debug, Shape)]
    struct MaybeNumbered {
        number: Option<i64>,
    }

    vec![
        ("pipeline/stage/set::set", rendered(sales().set(|s| TotalOf { total: s.price() + s.tax() }))),
        ("pipeline/stage/set::set_field", rendered(sales().set_field(|s| s.field(), |s| s.price() * 2))),
        (
            "pipeline/stage/set::set_in",
            rendered(sales().set_in(|s| s.specs(), |_| FuelOf { fuel: "unleaded" })),
        ),
        ("pipeline/stage/set::unset", rendered(sales().unset(|s| (s.isbn(), s.author().first())))),
        (
            "pipeline/stage/project::project",
            rendered(sales().project(|s| TitledOf { title: s.title(), total: s.price() + s.tax() })),
        ),
        (
            "pipeline/stage/project::computed",
            rendered(sales().project(|s| StateOf { state: computed(s.state()) })),
        ),
        (
            "pipeline/stage/project::included",
            rendered(
                Pipeline::<Basket>::new()
                    .project(|o| SkusOf { lines: included(o.lines().map(|line| SkuOf { sku: line.sku() })) }),
            ),
        ),
        ("pipeline/stage/replace::replace_with", rendered(sales().replace_with(|s| s.author()))),
        ("pipeline/stage/replace::replace_root", rendered(sales().replace_root(|s| s.author()))),
        ("pipeline/stage/unwind::unwind", rendered(Pipeline::<Order>::new().unwind(|o| o.lines()))),
        (
            "pipeline/stage/unwind::preserve_null_and_empty_arrays",
            rendered(sales().unwind(|s| s.lines().preserve_null_and_empty_arrays())),
        ),
        (
            "pipeline/stage/unwind::include_array_index",
            [
                rendered(sales().unwind(|s| s.lines().include_array_index(|i| NumberedOf { number: i }))),
                rendered(sales().unwind(|s| {
                    s.lines()
                        .preserve_null_and_empty_arrays()
                        .include_array_index(|i| MaybeNumberedOf { number: i })
                })),
            ]
            .concat(),
        ),
    ]
}

fn filtered() -> Vec<Entry> {
    let rows = Pipeline::<Number>::new;
    vec![
        ("pipeline/stage/matching::matching", rendered(rows().matching(|n| n.field().eq(1)))),
        (
            "pipeline/stage/matching::matching_expr",
            rendered(rows().matching_expr(|n| n.field().eq(n.other()))),
        ),
        (
            "pipeline/stage/redact::redact",
            rendered(rows().redact(|n| cond(n.field().gt(5), prune(), descend()))),
        ),
        ("pipeline/stage/sort::sort", rendered(rows().sort(|n| n.field().desc()))),
        ("pipeline/stage/sort::skip", rendered(rows().skip(1))),
        ("pipeline/stage/sort::limit", rendered(rows().limit(1))),
        ("pipeline/stage/union::sample", rendered(rows().sample(3))),
    ]
}

fn grouped() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct ByCustomer {
        #[odm(id)]
        customer: String,
        total: f64,
    }

    vec![(
        "pipeline/stage/group::group",
        rendered(
            Pipeline::<Order>::new()
                .group(|o| ByCustomerOf { customer: o.customer(), total: pipeline::sum(o.price()) }),
        ),
    )]
}

fn counted() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Passing {
        passing: i64,
    }
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Facets {
        by_price: Vec<ByCount<f64>>,
        by_year: Vec<ByCount<i32>>,
    }

    vec![
        ("pipeline/stage/count::count", rendered(sales().count(|count| PassingOf { passing: count }))),
        (
            "pipeline/stage/count::sort_by_count",
            [rendered(sales().sort_by_count(|s| s.state())), rendered(sales().sort_by_count(|_| "all"))]
                .concat(),
        ),
        (
            "pipeline/stage/facet::facet",
            rendered(sales().facet(|rows| FacetsOf {
                by_price: rows.clone().sort_by_count(|s| s.price()),
                by_year: rows.sort_by_count(|s| s.date().year()),
            })),
        ),
    ]
}

fn buckets() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Price {
        #[odm(id)]
        from: f64,
        count: i64,
    }
    #[derive(Debug, Shape)]
    struct AnyPrice {
        #[odm(id)]
        from: Bson,
        count: i64,
    }
    #[derive(Debug, Shape)]
    struct AutoPrice {
        #[odm(id)]
        range: Bounds<f64>,
        count: i64,
    }

    let boundaries = [0, 200, 400];
    vec![
        (
            "pipeline/stage/bucket::bucket",
            rendered(sales().bucket(boundaries, |s| PriceOf { from: s.price(), count: pipeline::sum(1) })),
        ),
        (
            "pipeline/stage/bucket::bucket_or",
            rendered(sales().bucket_or(boundaries, "Other", |s| AnyPriceOf {
                from: s.price().as_bson(),
                count: pipeline::sum(1),
            })),
        ),
        ("pipeline/stage/bucket::bucket_count", rendered(sales().bucket_count(boundaries, |s| s.price()))),
        (
            "pipeline/stage/bucket::bucket_count_or",
            rendered(sales().bucket_count_or(boundaries, "Other", |s| s.price().as_bson())),
        ),
        ("pipeline/stage/bucket::bucket_auto_count", rendered(sales().bucket_auto_count(4, |s| s.price()))),
        (
            "pipeline/stage/bucket::bucket_auto_count_by",
            rendered(sales().bucket_auto_count_by(4, Granularity::R5, |s| s.hour())),
        ),
        (
            "pipeline/stage/bucket::bucket_auto",
            rendered(
                sales().bucket_auto(4, |s| AutoPriceOf {
                    range: auto_bounds(s.price()),
                    count: pipeline::sum(1),
                }),
            ),
        ),
        (
            "pipeline/stage/bucket::bucket_auto_by",
            rendered(sales().bucket_auto_by(4, Granularity::R5, |s| AutoPriceOf {
                range: auto_bounds(s.price()),
                count: pipeline::sum(1),
            })),
        ),
    ]
}

/// Stages that begin a pipeline, and that of change streams.
fn first() -> Vec<Entry> {
    let none = Document::new;
    let rows = || Pipeline::<Document>::new();
    vec![
        (
            "pipeline/stage/documents::documents",
            rendered(rows().documents([Author { first: "Ada".into(), last: "Lovelace".into() }])),
        ),
        (
            "pipeline/stage/documents::documents_of",
            rendered(rows().documents_of([AuthorOf { first: "Ada", last: "Lovelace" }])),
        ),
        ("pipeline/stage/documents::current_op", rendered(rows().current_op(none()))),
        ("pipeline/stage/documents::list_local_sessions", rendered(rows().list_local_sessions(none()))),
        ("pipeline/stage/documents::list_sampled_queries", rendered(rows().list_sampled_queries(none()))),
        ("pipeline/stage/documents::sharded_data_distribution", rendered(rows().sharded_data_distribution())),
        ("pipeline/stage/documents::coll_stats", rendered(sales().coll_stats(doc! { "count": {} }))),
        ("pipeline/stage/documents::index_stats", rendered(sales().index_stats())),
        ("pipeline/stage/documents::plan_cache_stats", rendered(sales().plan_cache_stats())),
        (
            "pipeline/stage/documents::list_search_indexes",
            rendered(sales().list_search_indexes(Some("words"))),
        ),
        (
            "pipeline/stage/documents::list_search_indexes_by_id",
            rendered(sales().list_search_indexes_by_id("6524096020da840844a4c4a7")),
        ),
        ("pipeline/stage/documents::list_sessions", rendered(sales().list_sessions(none()))),
        ("pipeline/stage/cluster::query_settings", rendered(rows().query_settings(none()))),
        ("pipeline/stage/cluster::query_stats", rendered(rows().query_stats(none()))),
        ("pipeline/stage/cluster::list_cluster_catalog", rendered(rows().list_cluster_catalog(none()))),
        (
            "pipeline/stage/split_large_event::change_stream_split_large_event",
            rendered(odm::watch::Change::<Sale>::pipeline().change_stream_split_large_event()),
        ),
    ]
}

fn windows() -> Vec<Entry> {
    let windows = rendered(sales().set_window_fields(
        |s| partition_by(s.state()).sort_by(s.date().asc()),
        |s| TotalOf { total: pipeline::sum(s.price()).documents(Unbounded, Current) },
    ));
    let sorted = rendered(sales().set_window_fields(
        |s| sort_by(s.date().asc()),
        |s| TotalOf { total: pipeline::sum(s.price()).documents(Unbounded, Current) },
    ));
    vec![
        ("pipeline/stage/window::set_window_fields", windows.clone()),
        ("pipeline/stage/window::partition_by", windows.clone()),
        ("pipeline/stage/window::sort_by", [windows, sorted].concat()),
        (
            "pipeline/stage/window::new",
            rendered(
                sales()
                    .set_window_fields(|_| Windows::new(), |s| TotalOf { total: pipeline::sum(s.price()) }),
            ),
        ),
    ]
}

/// The stages that write.
fn written() -> Vec<Entry> {
    #[derive(Debug, Shape)]
    struct Tax {
        tax: f64,
    }

    let totals = Pipeline::<Totals>::new;
    vec![
        ("pipeline/stage/write::out", rendered_written(totals().out())),
        ("pipeline/stage/write::out_to", rendered_written(totals().out_to("reports"))),
        (
            "pipeline/stage/write::out_time_series",
            rendered_written(
                Pipeline::<Weather>::new().out_time_series("lab", &TimeSeries::new("at").meta("sensor")),
            ),
        ),
        (
            "pipeline/stage/write::merge",
            rendered_written(totals().merge::<Totals>(|totals| totals.on(|t| t.year()))),
        ),
        (
            "pipeline/stage/write::database",
            rendered_written(totals().merge::<Totals>(|totals| totals.database("reports"))),
        ),
        (
            "pipeline/stage/write::on",
            rendered_written(totals().merge::<Totals>(|totals| totals.on(|t| (t.year(), t.department())))),
        ),
        (
            "pipeline/stage/write::when_matched_update",
            rendered_written(totals().merge::<Totals>(|totals| {
                totals.when_matched_update(|stored, new| {
                    stored.set_field(|t| t.total(), |t| t.total() + new.total())
                })
            })),
        ),
        (
            "pipeline/stage/write::when_matched_let",
            rendered_written(sales().merge::<Totals>(|totals| {
                totals.when_matched_let(
                    |sale| ("tax", sale.price() * 0.2),
                    |stored, _, tax| stored.set(|_| TaxOf { tax }),
                )
            })),
        ),
    ]
}
