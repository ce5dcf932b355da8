use odm::{Filter, pipeline::cond};
use odm_integration::story::Order;

fn main() {
    let _ = Filter::<Order>::expr(|o| cond(o.note().eq("x"), o.reference(), 3).eq("y"));
}
