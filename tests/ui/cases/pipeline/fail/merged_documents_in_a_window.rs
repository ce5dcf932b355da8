use odm::{Pipeline, Shape, bson::Document, pipeline::{merge_objects, sort_by}};
use odm_integration::story::Order;

#[derive(Shape)]
struct Merged {
    merged: Document,
}

fn main() {
    let _ = Pipeline::<Order>::new()
        .set_window_fields(|o| sort_by(o.placed_at().asc()), |o| MergedOf { merged: merge_objects(o.ship_to()) });
}
