use odm::Model;
use odm_integration::story::{Order, Status};

fn main() {
    let o = Order::fields();
    let _ = o.status().min(Status::Open);
    let _ = o.tags().max(["a"]);
}
