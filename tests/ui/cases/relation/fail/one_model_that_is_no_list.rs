use odm::Database;
use odm_integration::story::Order;

fn f(db: &Database) {
    drop(db.references::<Order>());
}

fn main() {}
