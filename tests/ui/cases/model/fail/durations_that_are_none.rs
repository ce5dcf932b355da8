#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person {
    id: odm::Id<Person>,
    #[odm(index(ttl = "90 days"))]
    a: odm::bson::DateTime,
    #[odm(index(ttl = "1d12h"))]
    b: odm::bson::DateTime,
    #[odm(index(ttl = "100000d"))]
    c: odm::bson::DateTime,
}

fn main() {}
