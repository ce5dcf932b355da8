use odm::{Id, Model, bson::DateTime};

#[derive(Model)]
#[odm(collection = "orders", soft_delete, timestamps, optimistic_lock, multi_tenant)]
#[odm(softDelete, table = "orders", strict)]
struct Order {
    id: Id<Order>,
    #[odm(required, column = "text", regex = "a")]
    name: String,
    #[odm(soft_delete)]
    deleted: Option<DateTime>,
    #[odm(reference = "customers", cascade)]
    customer: Id<Order>,
}

fn main() {}
