use odm::Model;
use odm_integration::story::Order;

fn days() -> odm::path::Path<Order, Vec<odm::bson::DateTime>, odm::path::One> {
    unimplemented!()
}

fn main() {
    let o = Order::fields();
    let _ = o.reference().current_date();
    let _ = o.placed_at().current_timestamp();
    let _ = odm::path::Path::current_date(&days());
}
