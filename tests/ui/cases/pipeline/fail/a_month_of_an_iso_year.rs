use odm::{Pipeline, expr::date_from_iso_parts};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| date_from_iso_parts(2026).with_month(11).gt(o.placed_at()));
}
