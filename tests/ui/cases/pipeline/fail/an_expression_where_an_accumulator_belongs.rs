use odm::{Pipeline, Shape, pipeline::count};
use odm_integration::story::Order;

#[derive(Shape)]
struct Revenue {
    #[odm(id)]
    sku: String,
    total: f64,
    orders: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new().unwind(|o| o.lines()).group(|o| RevenueOf {
        sku: o.lines().sku(),
        total: o.lines().price(),
        orders: count(),
    });
}
