use odm::{Id, Model, Shape, pipeline::avg};

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Payment {
    Card { amount: f64 },
    Cash,
}

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    payments: Vec<Payment>,
}

#[derive(Shape)]
struct Average {
    #[odm(id)]
    order: Id<Order>,
    amount: Option<f64>,
}

fn main() {
    let _ = |orders: odm::Collection<Order>| {
        orders.aggregate().group(|o| AverageOf { order: o.id(), amount: avg(o.payments().card().amount()) })
    };
}
