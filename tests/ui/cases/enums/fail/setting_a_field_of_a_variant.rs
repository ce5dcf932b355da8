use odm::Model;

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Payment {
    Card { last4: String },
    Cash,
}

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: odm::Id<Order>,
    payment: Payment,
}

fn main() {
    let o = Order::fields();
    let _ = o.payment().card().last4().set("4242");
}
