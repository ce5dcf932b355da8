struct Money(i64);

#[derive(odm::Model)]
#[odm(collection = "orders")]
struct Order {
    id: odm::Id<Order>,
    total: Money,
    parts: Vec<Option<Money>>,
}

fn used(order: Order) -> Vec<Order> {
    let _ = odm::to_vec(&order);
    vec![order]
}

fn main() {}
