use odm::Pipeline;
use odm_integration::story::{Customer, Order};

fn main() {
    let _ = Pipeline::<Order>::new().union_with(Pipeline::<Customer>::new());
}
