use odm::{Model, Update};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = Update::computed().set(o.lines().qty(), |_| 1);
    let _ = Update::computed().set(o.lines().each().qty(), |_| 1);
}
