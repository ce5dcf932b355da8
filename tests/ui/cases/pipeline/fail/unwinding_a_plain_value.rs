use odm::{Pipeline, Shape};
use odm_integration::story::Order;

#[derive(Shape)]
struct Revenue {
    #[odm(id)]
    sku: String,
    total: f64,
    orders: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new().unwind(|o| o.reference());
}
