use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.reference().mod_(2, 0);
}
