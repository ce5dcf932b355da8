#[derive(odm::Model)]
struct Person {
    id: odm::Id<Person>,
}

fn main() {}
