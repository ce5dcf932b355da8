use odm::{Model, Update};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = Update::stages().set(o.reference(), |o| o.placed_at());
    let _ = Update::stages().set(o.placed_at(), |_| "today");
}
