use odm::{Collection, Filter, Model};
use odm_integration::story::Order;

fn main() {}

fn mistake(orders: Collection<Order>) {
    let _ = orders.find(Filter::all()).let_("status", Order::fields().status());
}
