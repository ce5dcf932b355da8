use odm::{Pipeline, Shape};
use odm_integration::story::Order;

#[derive(Shape)]
struct Note {
    note: String,
}

fn main() {
    let _ = Pipeline::<Order>::new().project(|o| NoteOf { note: o.note() });
}
