//! The changes of a database are an enum of several models.

use odm::{Database, Id, Model};

#[derive(Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
}

async fn run(db: Database) {
    let _ = db.watch::<Order>();
}

fn main() {}
