#[derive(odm::Embedded)]
#[odm(collection = "homes", index(city), key = i32)]
struct Home {
    #[odm(id)]
    number: i32,
    #[odm(index(unique))]
    city: String,
}

fn main() {}
