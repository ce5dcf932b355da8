#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[odm(index(ttl = "90d"))]
    seen: String,
}

fn main() {}
