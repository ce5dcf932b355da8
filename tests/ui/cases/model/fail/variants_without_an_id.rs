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
#[odm(collection = "vehicles")]
enum Untold {
    Bike { id: odm::Id<Untold> },
}

fn main() {}
