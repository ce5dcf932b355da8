use odm::{Model, Update};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.note().set("x") + Update::computed().set(o.reference(), |_| "y");
    let _ = Update::computed().set(o.reference(), |_| "y") + o.note().set("x");
}
