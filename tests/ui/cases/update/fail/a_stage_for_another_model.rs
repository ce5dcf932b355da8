use odm::{Model, Update};
use odm_integration::story::{Customer, Order};

fn main() {
    let o = Order::fields();
    let _ = Update::<Customer>::computed().set(o.reference(), |_| "x");
}
