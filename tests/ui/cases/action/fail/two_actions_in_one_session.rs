use odm::{Collection, Filter, mongodb::ClientSession};
use odm_integration::story::{Order};

fn main() {}

fn mistake(orders: Collection<Order>, mut session: ClientSession) {
    let count = orders.count(Filter::all()).session(&mut session);
    let first = orders.find_one(Filter::all()).session(&mut session);
    drop((count, first));
}
