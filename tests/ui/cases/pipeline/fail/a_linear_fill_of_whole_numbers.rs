use odm::{Pipeline, pipeline::Fill};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new()
        .unwind(|o| o.lines())
        .fill(|o| Fill::new().sort_by(o.placed_at().asc()).linear(o.lines().qty()));
}
