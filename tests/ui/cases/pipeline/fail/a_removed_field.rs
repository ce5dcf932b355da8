use odm::{Pipeline, Shape};
use odm_integration::story::Order;

#[derive(Shape)]
struct Reference {
    reference: String,
}

fn main() {
    let _ = Pipeline::<Order>::new()
        .unset(|o| o.reference())
        .project(|o| ReferenceOf { reference: o.reference() });
}
