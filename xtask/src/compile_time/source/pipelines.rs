//! The two programs with pipelines: the same stages, by typed closures and as documents.

use std::fmt::Write as _;

use crate::compile_time::Side;

/// The number of pipelines in each program. Each has eight stages.
pub(in crate::compile_time) const PIPELINES: usize = 50;

/// Returns a program that prints one of the pipelines.
pub(in crate::compile_time) fn program(side: Side) -> String {
    let mut text = match side {
        Side::Odm => ODM.to_owned(),
        Side::Serde => DRIVER.to_owned(),
    };
    let mut arms = String::new();
    for n in 0..PIPELINES {
        match side {
            Side::Odm => typed(&mut text, n),
            Side::Serde => by_hand(&mut text, n),
        }
        let _ = writeln!(arms, "        Some({n}) => pipeline_{n}(now),");
    }
    let _ = write!(
        text,
        "fn main() {{\n    let now = DateTime::now();\n    let wanted = std::env::args().nth(1).and_then(|n| \
         n.parse::<usize>().ok());\n    let stages = match wanted {{\n{arms}        _ => Vec::new(),\n    }};\n    \
         println!(\"{{}}\", stages.len());\n}}\n",
    );
    text
}

const ODM: &str = "use odm::{Embedded, Id, Model, Shape, bson::{DateTime, Document}, pipeline::{Pipeline, count, max, sum}};

#[derive(Model)]
#[odm(collection = \"orders\")]
struct Order {
    id: Id<Order>,
    customer: String,
    status: String,
    placed: DateTime,
    lines: Vec<Line>,
}
#[derive(Embedded)]
struct Line {
    price: f64,
    qty: i32,
}
#[derive(Shape)]
struct Priced {
    amount: f64,
}
#[derive(Shape)]
struct Sales {
    #[odm(id)]
    customer: String,
    lines: i64,
    revenue: f64,
    last: DateTime,
}
";

const DRIVER: &str = "use odm::bson::{DateTime, Document, doc};

";

fn typed(text: &mut String, n: usize) {
    let _ = write!(
        text,
        "fn pipeline_{n}(since: DateTime) -> Vec<Document> {{
    Pipeline::<Order>::new()
        .matching(|o| o.status().eq(\"status {n}\") & o.placed().gte(since))
        .unwind(|o| o.lines())
        .matching(|o| o.lines().qty().gt({n}))
        .set(|o| PricedOf {{ amount: o.lines().price() * o.lines().qty() }})
        .group(|o| SalesOf {{
            customer: o.customer(),
            lines: count(),
            revenue: sum(o.amount()),
            last: max(o.placed()),
        }})
        .matching(|s| s.revenue().gte({n}.5))
        .sort(|s| s.revenue().desc().then(s.last().desc()))
        .limit({n} + 1)
        .into_stages()
        .unwrap_or_default()
}}
"
    );
}

fn by_hand(text: &mut String, n: usize) {
    let _ = write!(
        text,
        "fn pipeline_{n}(since: DateTime) -> Vec<Document> {{
    vec![
        doc! {{ \"$match\": {{ \"status\": {{ \"$eq\": \"status {n}\" }}, \"placed\": {{ \"$gte\": since }} }} }},
        doc! {{ \"$unwind\": {{ \"path\": \"$lines\" }} }},
        doc! {{ \"$match\": {{ \"lines.qty\": {{ \"$gt\": {n} }} }} }},
        doc! {{ \"$set\": {{ \"amount\": {{ \"$multiply\": [\"$lines.price\", \"$lines.qty\"] }} }} }},
        doc! {{ \"$group\": {{
            \"_id\": \"$customer\",
            \"lines\": {{ \"$count\": {{}} }},
            \"revenue\": {{ \"$sum\": \"$amount\" }},
            \"last\": {{ \"$max\": \"$placed\" }},
        }} }},
        doc! {{ \"$match\": {{ \"revenue\": {{ \"$gte\": {n}.5 }} }} }},
        doc! {{ \"$sort\": {{ \"revenue\": -1, \"last\": -1 }} }},
        doc! {{ \"$limit\": {n}_i64 + 1 }},
    ]
}}
"
    );
}
