#[derive(odm::Model)]
#[odm(collection = "events")]
#[odm(validate(compare, compare(starts = ends), compare(starts <= ends, 1), required_together, required_together(street)))]
#[odm(validate(compare(starts <= end), required_together(street, address), length(min = 1), unknown))]
struct Event {
    id: odm::Id<Event>,
    starts: odm::bson::DateTime,
    ends: odm::bson::DateTime,
    #[odm(validate(compare(starts <= ends), one_of = [], one_of, multiple_of = 0, multiple_of = "a", unique_items = true))]
    name: String,
    street: Option<String>,
    #[serde(flatten)]
    address: Address,
}

#[derive(odm::Embedded)]
struct Address {
    city: String,
}

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles", validate(required_together(doors, gears)))]
enum Vehicle {
    Car { id: odm::Id<Self>, doors: Option<u8> },
}

fn main() {}
