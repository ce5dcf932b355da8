use odm::Model;
use odm_integration::story::{Address, Line, Order, Status};

fn main() {
    let o = Order::fields();
    let _ = o.status().gt(Status::Open);
    let _ = o.ship_to().lt(&address());
    let _ = o.lines().gte(Vec::<Line>::new());
}

fn address() -> Address {
    Address { city: String::new(), post_code: None }
}
