#[derive(odm::Shape)]
struct Total {
    #[odm(id)]
    city: String,
    total: i64,
}

fn wrong() {
    let _ = TotalOf { city: "Oslo", total: "many" };
}

fn main() {}
