use odm::{Collection, Filter, Id, Model};

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    shop: String,
}

fn of_deleted(orders: Collection<Order>) {
    orders.with_deleted();
    let _ = orders.restore(Filter::all());
}

fn of_a_tenant(orders: Collection<Order>) {
    orders.tenant("oslo");
}

fn main() {}
