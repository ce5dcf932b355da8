use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.note().rename(o.placed_at());
    let _ = o.note().rename(o.lines().sku());
}
