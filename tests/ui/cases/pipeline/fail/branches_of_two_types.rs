use odm::{Pipeline, expr::cond};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new()
        .matching_expr(|o| cond(o.note().eq("x"), o.reference(), o.placed_at()).eq("x"));
}
