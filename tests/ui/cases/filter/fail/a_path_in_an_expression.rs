use odm::{Filter, Model};
use odm_integration::story::Order;

fn main() {
    let o = Order::fields();
    let _ = Filter::<Order>::expr(|row| row.reference().eq(o.note()));
}
