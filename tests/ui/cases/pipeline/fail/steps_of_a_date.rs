use odm::{Pipeline, pipeline::Densify};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().densify(|o| Densify::steps(o.placed_at(), 1));
}
