use odm::{Pipeline, Shape};
use odm_integration::story::Order;

#[derive(Shape)]
struct All {
    all: Vec<Order>,
}

#[derive(Shape)]
struct Outer {
    outer: Vec<All>,
}

fn main() {
    let _ = Pipeline::<Order>::new().facet(|rows| OuterOf { outer: rows.facet(|rows| AllOf { all: rows }) });
}
