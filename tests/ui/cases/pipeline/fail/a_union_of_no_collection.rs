use odm::Pipeline;
use odm_integration::story::{Line, Order};

fn main() {
    let lines = Pipeline::<Line>::new().cast::<Order>();
    let _ = Pipeline::<Order>::new().union_with(lines);
}
