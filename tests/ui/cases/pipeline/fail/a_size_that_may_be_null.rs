use odm::{Pipeline, expr::size};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| size(o.note().split(" ")).gt(2));
}
