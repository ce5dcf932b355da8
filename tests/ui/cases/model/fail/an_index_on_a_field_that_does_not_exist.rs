#[derive(odm::Model)]
#[odm(collection = "people", index(nme), index(name, unqiue), index(nome = -1), index(hme.city))]
struct Person {
    id: odm::Id<Person>,
    name: String,
    home: Option<Home>,
}

#[derive(odm::Embedded)]
struct Home {
    city: String,
}

#[derive(odm::Model)]
#[odm(collection = "houses", index(home.citi))]
struct House {
    id: odm::Id<House>,
    home: Home,
}

fn main() {}
