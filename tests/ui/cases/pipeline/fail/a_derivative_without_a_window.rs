use odm::{Pipeline, Shape, pipeline::{derivative, sort_by}};
use odm_integration::story::Line;

#[derive(Shape)]
struct Change {
    change: Option<f64>,
}

fn main() {
    let _ = Pipeline::<Line>::new()
        .set_window_fields(|line| sort_by(line.qty().asc()), |line| ChangeOf { change: derivative(line.price()) });
}
