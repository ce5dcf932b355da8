use odm::Pipeline;
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| o.placed_at().to_upper().eq("2026"));
}
