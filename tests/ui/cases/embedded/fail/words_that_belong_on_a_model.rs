#[derive(odm::Embedded)]
#[odm(collection = "homes", index(city), key = i32, rename = "x")]
struct Home {
    #[odm(id)]
    number: i32,
    #[odm(index(unique), schema_version = 1, renam = "x")]
    city: String,
}

fn main() {}
