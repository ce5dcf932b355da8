use odm::{Pipeline, expr::to_date};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| to_date(o.tags().size()).gt(o.placed_at()));
}
