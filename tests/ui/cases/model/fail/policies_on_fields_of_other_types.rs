use odm::{Id, Model, bson::DateTime};

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    #[odm(created_at)]
    created: String,
    #[odm(updated_at)]
    changed: i64,
    #[odm(version)]
    version: f64,
    #[odm(deleted_at)]
    deleted: DateTime,
}

fn main() {}
