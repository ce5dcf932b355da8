use odm::{Pipeline, Shape, pipeline::sort_by};
use odm_integration::story::Order;

#[derive(Shape)]
struct Note {
    text: Option<String>,
}

fn main() {
    let _ = Pipeline::<Order>::new().set_window_fields(|o| sort_by(o.placed_at().asc()), |o| NoteOf { text: o.note() });
}
