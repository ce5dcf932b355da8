use odm::{Pipeline, pipeline::Densify};
use odm_integration::story::Line;

fn main() {
    let _ = Pipeline::<Line>::new().densify(|line| Densify::steps(line.qty(), 0.5));
}
