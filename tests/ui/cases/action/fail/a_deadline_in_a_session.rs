use std::time::Duration;

use odm::{Collection, Filter, mongodb::ClientSession};
use odm_integration::story::Order;

fn main() {}

fn mistakes(orders: Collection<Order>, session: &mut ClientSession) {
    let second = Duration::from_secs(1);
    let _ = orders.count(Filter::all()).session(session).deadline(second);
    let _ = orders.count(Filter::all()).deadline(second).session(session);
    let _ = orders.find(Filter::all()).session(session).explain();
}
