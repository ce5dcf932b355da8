use odm::{Collection, Pipeline, Filter};
use odm_integration::story::Order;

async fn all(orders: &Collection<Order>) {
    let _ = orders.aggregate().project(|o| o.reference());
    let _ = Pipeline::<Order>::new().project(|o| o.reference());
    let _ = orders.find(Filter::all()).project(|o| o.reference());
}

fn main() {}
