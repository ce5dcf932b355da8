//! A filter of a model whose changes the stream of the database does not contain.

use odm::{Database, Id, Model, changes};

#[derive(Debug, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    paid: bool,
}

#[derive(Debug, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
}

changes! {
    #[derive(Debug)]
    enum ShopChange {
        Order(Order),
    }
}

fn watch(db: &Database) {
    let _ = db.watch::<ShopChange>().matching::<Customer, _>(|c| c.name().eq("ada"));
}

fn main() {}
