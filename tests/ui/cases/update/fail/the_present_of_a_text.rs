use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.reference().current_date();
    let _ = o.placed_at().current_timestamp();
}
