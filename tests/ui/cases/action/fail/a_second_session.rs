use odm::{Collection, Filter, mongodb::ClientSession};
use odm_integration::story::{Order};

fn main() {}

fn mistake(orders: Collection<Order>, mut one: ClientSession, mut other: ClientSession) {
    let _ = orders.count(Filter::all()).session(&mut one).session(&mut other);
}
