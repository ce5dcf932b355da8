#[derive(odm::Model)]
#[odm(collection = "people")]
struct Person<'a> {
    id: odm::Id<Person<'static>>,
    name: &'a str,
}

fn main() {}
