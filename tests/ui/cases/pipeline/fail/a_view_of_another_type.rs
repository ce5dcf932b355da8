use odm::{Pipeline, Shape};
use odm_integration::story::{Line, Order};

#[derive(Shape)]
struct OrderLine {
    lines: Vec<Line>,
}

fn main() {
    let _ = Pipeline::<Order>::new().unwind(|o| o.lines()).view(|o| OrderLineOf { lines: o.lines() });
}
