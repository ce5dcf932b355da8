#[derive(odm::Model)]
#[odm(collection = "people", index(nme), index(home.citi, name = -1))]
struct Person {
    id: odm::Id<Person>,
    name: String,
    home: Option<Home>,
}

#[derive(odm::Embedded)]
struct Home {
    city: String,
}

fn main() {}
