use odm::{Collection, Filter, Model};
use odm_integration::story::{Customer, Order};

fn main() {}

fn mistakes(orders: Collection<Order>) {
    let o = Order::fields();
    let _ = orders.distinct("status", Filter::all());
    let _ = orders.distinct(Customer::fields().name(), Filter::all());
    let _ = orders.distinct(o.lines().each().sku(), Filter::all());
    let _ = orders.distinct(o.placed_at().asc(), Filter::all());
}
