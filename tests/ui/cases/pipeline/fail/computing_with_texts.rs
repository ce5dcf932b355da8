use odm::{Filter, pipeline::divide};
use odm_integration::story::Customer;

fn main() {
    let _ = Filter::<Customer>::expr(|c| divide(c.name(), 2).gt(1));
    let _ = Filter::<Customer>::expr(|c| divide(2, c.name()).gt(1));
    let _ = Filter::<Customer>::expr(|c| (2 * c.name()).gt(1));
    let _ = Filter::<Customer>::expr(|c| (c.name() - 1).gt(1));
    let _ = Filter::<Customer>::expr(|c| (c.name() + 1).gt(1));
}
