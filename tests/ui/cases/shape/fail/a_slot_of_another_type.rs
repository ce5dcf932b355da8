use odm::Pipeline;
use odm_integration::story::Order;

#[derive(odm::Shape)]
struct Total {
    #[odm(id)]
    city: String,
    total: i64,
}

fn wrong() {
    let _ = Pipeline::<Order>::new().project(|_| TotalOf { city: "Oslo", total: "many" });
}

fn main() {}
