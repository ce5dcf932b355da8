struct Money(i64);

#[derive(odm::Model)]
#[odm(collection = "orders")]
struct Order {
    id: odm::Id<Order>,
    #[odm(serde)]
    total: Money,
}

fn main() {}
