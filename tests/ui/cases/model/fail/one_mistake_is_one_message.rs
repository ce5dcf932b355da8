use odm::Model;

#[derive(odm::Model)]
#[odm(collection = "people", timestamp)]
struct Person {
    id: odm::Id<Person>,
    name: String,
    home: Home,
}

#[derive(odm::Embedded)]
struct Home {
    #[odm(unknown)]
    city: String,
}

#[derive(odm::Model)]
#[odm(collection = "pets")]
struct Pet {
    owner: odm::Id<Person>,
    homes: Vec<Home>,
    kind: Kind,
}

#[derive(odm::Value)]
enum Kind {
    Dog(u8),
    Cat,
}

#[derive(odm::Shape)]
struct Count {
    #[odm(index)]
    id: String,
    count: u32,
}

fn uses(person: Person) -> Vec<u8> {
    let p = Person::fields();
    let _ = p.name().eq("a") & p.home().city().eq("b");
    let _ = Pet::fields().homes().city().eq("b");
    let _ = Pet::fields().kind().eq(Kind::Cat);
    let _ = CountOf { id: "a", count: 1 };
    let _ = person.id();
    odm::to_vec(&person).unwrap()
}

fn main() {}
