use odm::{Pipeline, Shape, pipeline::count};
use odm_integration::story::Order;

#[derive(Shape)]
struct ByNote {
    #[odm(id)]
    from: String,
    orders: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new().bucket([0, 10], |o| ByNoteOf { from: o.reference(), orders: count() });
}
