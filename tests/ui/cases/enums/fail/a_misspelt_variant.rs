use odm::{Id, Model};

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Payment {
    Card { last4: String },
    Cash,
}

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    payment: Payment,
}

fn main() {
    let o = Order::fields();
    let _ = o.payment().crad().last4().eq("4242");
    let _ = o.payment().card().last5().eq("4242");
}
