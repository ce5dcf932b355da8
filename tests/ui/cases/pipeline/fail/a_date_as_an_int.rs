use odm::{Pipeline, Shape};
use odm_integration::story::Order;

#[derive(Shape)]
struct Numbers {
    date: i32,
    array: i64,
    id: f64,
}

fn main() {
    let _ = Pipeline::<Order>::new().project(|o| NumbersOf {
        date: o.placed_at().to_int(),
        array: o.lines().to_long(),
        id: o.id().to_double(),
    });
}
