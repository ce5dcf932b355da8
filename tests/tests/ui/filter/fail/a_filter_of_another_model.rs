use odm::{Database, Model};
use odm_integration::story::{Customer, Order};

fn find(db: &Database) {
    let _ = db.collection::<Order>().find(Customer::fields().name().eq("x"));
}

fn main() {}
