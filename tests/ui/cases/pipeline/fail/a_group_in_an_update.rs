use odm::{Shape, Update, pipeline::count};
use odm_integration::story::Order;

#[derive(Shape)]
struct Count {
    #[odm(id)]
    reference: String,
    count: i64,
}

fn main() {
    let _ = Update::<Order>::pipeline(|o| o.group(|o| CountOf { reference: o.reference(), count: count() }));
}
