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
    let _ = Pipeline::<Order>::new().unwind(|o| o.lines()).group(|o| RevenueOf {
        sku: o.lines().sku(),
        total: sum(o.reference()),
        orders: count(),
    });
}
