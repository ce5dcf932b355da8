#[derive(odm::Model)]
#[odm(collection = "people", collection = "persons")]
#[odm(index(name, unique, unique, name = "a", name = "b"))]
struct Person {
    #[odm(id, id)]
    id: odm::Id<Person>,
    #[odm(rename = "a", rename = "b", validate(length(min = 1, min = 2)))]
    name: String,
}

fn main() {}
