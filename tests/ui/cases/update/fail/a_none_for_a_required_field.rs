use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.reference().set(None::<String>);
    let _ = o.reference().set(Some("x"));
    let _ = o.reference().set(None);
}
