//! A partition is determined by one value of a document.

use odm::{Collection, Id, Model};

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    lines: Vec<Line>,
}

#[derive(odm::Embedded)]
struct Line {
    product: String,
}

async fn run(orders: Collection<Order>) {
    let product = Order::fields().lines().product();
    let _ = orders.subscribe("billing").partitions(4).partition_by(&product);
}

fn main() {}
