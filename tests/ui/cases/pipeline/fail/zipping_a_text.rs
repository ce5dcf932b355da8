use odm::{Filter, expr::zip};
use odm_integration::story::Order;

fn main() {
    let _ = Filter::<Order>::expr(|o| zip((o.lines(), o.reference())).is_array());
}
