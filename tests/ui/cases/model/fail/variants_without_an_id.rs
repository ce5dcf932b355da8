#[derive(odm::Embedded)]
struct Car {
    doors: u8,
}

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles")]
enum Vehicle {
    Bike { gears: u8 },
    Walk,
}

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles")]
enum Driven {
    Car(Car),
}

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles")]
enum Optional {
    Car { id: Option<odm::Id<Optional>> },
    Ship { id: odm::Id<Optional>, #[odm(id)] name: String, #[odm(id)] flag: String },
    Plane { #[odm(serde)] id: odm::Id<Optional> },
    Kite { #[serde(skip)] id: odm::Id<Optional> },
}

#[derive(odm::Model)]
#[odm(collection = "vehicles")]
enum Untold {
    Bike { id: odm::Id<Untold> },
}

#[derive(odm::Model)]
#[serde(tag = "kind", content = "rest")]
#[odm(collection = "vehicles")]
enum Beside {
    Bike { id: odm::Id<Beside> },
}

fn main() {}
