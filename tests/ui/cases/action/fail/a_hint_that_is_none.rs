use odm::{Collection, Filter, Model};
use odm_integration::story::{Customer, Order};

fn main() {}

fn mistakes(orders: Collection<Order>) {
    let o = Order::fields();
    let _ = orders.find(Filter::all()).hint(Customer::fields().name().asc());
    let _ = orders.count(Filter::all()).hint(o.placed_at());
    let _ = orders.delete_many(Filter::all()).hint(1);
}
