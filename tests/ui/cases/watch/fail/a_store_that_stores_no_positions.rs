//! The positions of a subscription are stored by a `PositionStore`.

use odm::{Collection, Id, Model};

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
}

async fn run(orders: Collection<Order>) {
    let _ = orders.subscribe("billing").positions("positions");
}

fn main() {}
