use odm::{Pipeline, Shape, pipeline::{Bounds, Granularity, auto_bounds, count}};
use odm_integration::story::Order;

#[derive(Shape)]
struct ByQuantity {
    #[odm(id)]
    range: Bounds<u32>,
    lines: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new()
        .unwind(|o| o.lines())
        .bucket_auto_by(4, Granularity::R5, |o| ByQuantityOf { range: auto_bounds(o.lines().qty()), lines: count() });
}
