use odm::Pipeline;
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().add_fields(|o| o.reference());
    let _ = Pipeline::<Order>::new().order_by(|o| o.reference());
}
