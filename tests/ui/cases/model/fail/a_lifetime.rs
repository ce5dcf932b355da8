#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person<'a> {
    id: odm::Id<Person<'static>>,
    name: &'a str,
}

#[derive(odm::Model)]
#[odm(collection = "people")]
struct Itself<'a> {
    id: odm::Id<Self>,
    name: &'a str,
}

fn main() {}
