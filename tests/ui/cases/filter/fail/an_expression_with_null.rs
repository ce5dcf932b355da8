use odm::Filter;
use odm_integration::story::Order;

fn main() {
    let _ = Filter::<Order>::expr(|o| o.note().eq(None::<String>));
}
