#[derive(odm::Model)]
#[odm(collection = "people", id, serde, binary, unit = "ms", of = Person)]
struct Person {
    id: odm::Id<Self>,
    #[odm(key = String, upgrade(1 = step), from = id)]
    name: String,
}

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles", schema_version = 1)]
enum Vehicle {
    #[odm(rename = 5)]
    Car {
        id: odm::Id<Self>,
        #[odm(index, collection = "x")]
        doors: u8,
    },
    Bike(#[odm(validate(nested))] Bike),
}

#[derive(odm::Model)]
#[odm(collection = "bikes")]
struct Bike {
    id: odm::Id<Self>,
}

fn main() {}
