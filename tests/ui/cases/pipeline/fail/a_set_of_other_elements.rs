use odm::Pipeline;
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| o.tags().set_equals(o.lines().qty()));
}
