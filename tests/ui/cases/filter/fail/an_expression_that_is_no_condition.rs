use odm::Filter;
use odm_integration::story::Order;

fn main() {
    let _ = Filter::<Order>::expr(|o| o.reference());
    let _ = Filter::<Order>::expr(|o| o.tags().eq(["a"]) & o.reference());
}
