use odm::{Filter, Model};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = Filter::<Order>::all_of([Some("AB-000001")]);
    let _ = Filter::all_of([Some(o.reference().eq("AB-000001")), o.note().eq("x")]);
}
