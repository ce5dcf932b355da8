use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.reference().set(3);
    let _ = o.tags().set("x");
    let _ = o.customer().set("65a0c0ffee65a0c0ffee65a0");
}
