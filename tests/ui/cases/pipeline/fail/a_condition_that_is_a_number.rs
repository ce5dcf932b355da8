use odm::Pipeline;
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().matching_expr(|o| o.lines().filter(|line| line.qty()).size().gt(1));
}
