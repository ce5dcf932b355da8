use odm::Filter;
use odm_integration::story::Order;

fn main() {
    let _ = Filter::<Order>::expr(|o| o.reference().eq(o.placed_at()));
    let _ = Filter::<Order>::expr(|o| o.placed_at().gt(3));
}
