use odm::Pipeline;
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| o.reference().reverse_array().eq("x"));
}
