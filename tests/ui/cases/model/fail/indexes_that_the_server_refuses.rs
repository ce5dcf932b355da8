#[derive(odm::Model)]
#[odm(collection = "people")]
#[odm(index(name, seen, ttl = "90d"))]
#[odm(index(name, name))]
#[odm(index(name = 2))]
#[odm(index(unique))]
#[odm(index(seen, sparse), index(seen = -1), index(seen, sparse))]
#[odm(index(name, name = "$bad"))]
struct Person {
    #[odm(index)]
    id: odm::Id<Person>,
    #[odm(index)]
    name: String,
    seen: odm::bson::DateTime,
}

fn main() {}
