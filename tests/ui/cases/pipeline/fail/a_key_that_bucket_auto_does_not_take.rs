use odm::{Pipeline, Shape, pipeline::{Bounds, count}};
use odm_integration::story::Order;

#[derive(Shape)]
struct Dates {
    #[odm(id)]
    dates: Bounds<odm::bson::DateTime>,
    count: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new().bucket_auto(4, |o| DatesOf { dates: o.placed_at(), count: count() });
}
