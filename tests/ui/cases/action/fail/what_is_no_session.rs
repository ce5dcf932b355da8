use odm::{Collection, Database, Filter};
use odm_integration::story::Order;

fn main() {}

fn mistakes(mut db: Database, orders: Collection<Order>) {
    let _ = orders.count(Filter::all()).session(&mut db);
    let _ = orders.count(Filter::all()).session(&mut db.session());
}
