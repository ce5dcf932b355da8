use odm::{Model, Update};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = Update::computed().set(o.reference(), |o| o.note());
}
