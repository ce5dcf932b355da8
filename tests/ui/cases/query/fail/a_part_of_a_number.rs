use odm::{Model, request::Parameters};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = Parameters::new().text("qty", o.lines().qty());
}
