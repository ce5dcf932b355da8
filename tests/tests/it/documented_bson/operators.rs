//! The BSON that each operator renders, if its documentation contains a BSON snippet.
#![allow(clippy::many_single_char_names, reason = "fields are named by their types")]

// The test of the catalogue includes this file, too: therefore the paths.
#[path = "operators/accumulators.rs"]
mod accumulators;
#[path = "operators/expressions.rs"]
mod expressions;
#[path = "operators/filters.rs"]
mod filters;
#[path = "operators/indexes.rs"]
mod indexes;
#[path = "operators/stages.rs"]
mod stages;
#[path = "operators/updates.rs"]
mod updates;

use std::collections::HashMap;

use odm::{
    Embedded, Filter, Id, Model, Sort, Value,
    bson::{Bson, Document},
    expr::Exprs,
    geo::Point,
    mongodb::options::UpdateModifications,
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

/// A field of each kind that expressions, accumulators and stages compute with.
#[derive(Debug, Model)]
#[odm(collection = "rows")]
struct Row {
    id: Id<Row>,
    field: i32,
    number: i32,
    price: f64,
    score: i32,
    spare: Option<i32>,
    found: bool,
    text: String,
    player: String,
    date: odm::bson::DateTime,
    stamp: odm::bson::Timestamp,
    numbers: Vec<i32>,
    words: Vec<String>,
    part: Part,
    parts: Vec<Part>,
}

#[derive(Debug, Embedded)]
struct Part {
    sku: String,
    price: f64,
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

type Entry = (&'static str, Vec<Bson>);

/// Returns what each function renders, by `file::function`.
pub(crate) fn rendered() -> HashMap<&'static str, Vec<Bson>> {
    let all = [
        filters::filters(),
        updates::updates(),
        expressions::expressions(),
        accumulators::accumulators(),
        stages::stages(),
        indexes::indexes(),
    ];
    let mut rendered: HashMap<_, Vec<_>> = HashMap::new();
    for (name, examples) in all.into_iter().flatten() {
        rendered.entry(name).or_default().extend(examples);
    }
    rendered
}
