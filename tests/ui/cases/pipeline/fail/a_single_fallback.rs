use odm::{Pipeline, expr::if_null};
use odm_integration::story::Order;

fn main() {
    let _ = Pipeline::<Order>::new().sort_by_count(|o| if_null((o.note(),)));
}
