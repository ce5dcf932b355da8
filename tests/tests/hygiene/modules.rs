//! Modules beside types with derives. They have the usual name: the name of the type in snake case.
#![allow(missing_debug_implementations, missing_docs, dead_code)]

use odm::{Embedded, Id, Model, Shape, Value, View, pipeline};

pub mod order {
    pub const MOST: i32 = 3;
}
pub mod address {
    #[must_use]
    pub fn city() -> String {
        "Oslo".to_owned()
    }
}
pub mod stats {
    pub struct Mean;
}
pub mod state {}
pub mod payment {}
pub mod short {}
pub mod pair {}
pub mod http_log {}

#[derive(Model)]
#[odm(collection = "orders", index(payment.kind))]
pub struct Order {
    id: Id<Order>,
    #[odm(validate(range(max = order::MOST)))]
    qty: i32,
    address: Address,
    state: State,
    payment: Payment,
    pair: Pair,
}

#[derive(Embedded)]
pub struct Address {
    #[serde(default = "address::city")]
    city: String,
}

#[derive(Shape)]
pub struct Stats {
    #[odm(id)]
    city: String,
    mean: f64,
}

#[derive(Value)]
pub enum State {
    Open,
}

#[derive(Value)]
#[serde(tag = "kind")]
pub enum Payment {
    Cash { amount: i32 },
}

#[derive(Value)]
pub struct Pair(i32, i32);

#[derive(View)]
#[odm(of = Order)]
pub struct Short {
    qty: i32,
}

/// Two types whose names are the same in snake case.
#[derive(Shape)]
pub struct HttpLog {
    lines: i64,
}

#[derive(Embedded)]
pub struct HTTPLog {
    lines: i64,
}

#[test]
fn a_module_may_have_the_snake_case_name_of_a_type() {
    let _ = stats::Mean;
    let stages = pipeline::Pipeline::<Order>::new()
        .group(|o| StatsOf { city: o.address().city(), mean: pipeline::avg(o.qty()) })
        .into_stages()
        .map(|stages| stages.len());
    assert_eq!(stages.ok(), Some(1));
}
