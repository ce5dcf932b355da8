use odm::Collection;
use odm_integration::story::Order;

async fn copy(orders: &Collection<Order>) {
    let _ = orders.aggregate().out().limit(5);
}

fn main() {}
