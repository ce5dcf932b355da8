use odm::Model;
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = o.id().eq("65a0c0ffee65a0c0ffee65a0");
    let _ = o.customer().eq(String::from("65a0c0ffee65a0c0ffee65a0"));
    let _ = o.customer().in_(["65a0c0ffee65a0c0ffee65a0"]);
}
