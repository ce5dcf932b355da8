use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.lines().each_where(|_| o.reference().eq("x")).qty().set(1);
}
