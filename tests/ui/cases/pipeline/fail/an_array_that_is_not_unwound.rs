use odm::{
    Pipeline, Shape,
    pipeline::{count, sum},
};
use odm_integration::story::Order;

#[derive(Shape)]
struct Revenue {
    #[odm(id)]
    sku: String,
    total: f64,
    orders: i64,
}

fn main() {
    let _ = Pipeline::<Order>::new().group(|o| RevenueOf {
        sku: o.reference(),
        total: sum(o.lines().price()),
        orders: count(),
    });
}
