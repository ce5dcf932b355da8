use std::time::Duration;

use odm::{Collection, Filter, Model};
use odm_integration::story::Order;

fn main() {}

fn mistakes(orders: Collection<Order>, order: Order) {
    let o = Order::fields();
    let _ = orders.count(Filter::all()).sort(o.placed_at().asc());
    let _ = orders.insert_one(&order).hint("status_1");
    let _ = orders.update_many(Filter::all(), o.placed_at().current_date()).max_time(Duration::from_secs(1));
    let _ = orders.insert_one(&order).explain();
}
