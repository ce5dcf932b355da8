use odm::{Filter, Id, Model};

#[derive(odm::Embedded)]
struct Audit {
    by: String,
    min: i64,
}

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Payment {
    Card { last4: String, min: i32 },
    Cash,
}

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    number: i32,
    payment: Payment,
    #[serde(flatten)]
    audit: Audit,
}

fn main() {
    let o = Order::fields();
    let _ = o.audit().eq("me") & o.number().eq(1);
    let _ = o.audit().set(None) + o.number().set(1);
    let _ = o.audit().asc();
    let _ = o.payment().card().eq("4242");
    let _ = o.payment().cash().exists(true);
    let _ = Filter::<Order>::expr(|o| o.audit().eq("me"));
    // A field of such a name lies over them.
    let _ = o.audit().min().gt(1) & o.payment().card().min().gt(1);
}
