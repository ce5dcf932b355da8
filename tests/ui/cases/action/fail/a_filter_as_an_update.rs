use odm::{Collection, Filter, Model};
use odm_integration::story::{Order};

fn main() {}

fn mistake(orders: Collection<Order>) {
    let o = Order::fields();
    let _ = orders.update_one(Filter::all(), o.reference().eq("AB-000001"));
}
