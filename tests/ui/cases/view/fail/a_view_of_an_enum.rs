use odm::Id;

#[derive(odm::Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles")]
enum Vehicle {
    Bike { id: Id<Vehicle>, name: String },
    Car { id: Id<Vehicle>, name: String },
}

#[derive(odm::Value)]
#[serde(tag = "kind")]
enum Payment {
    Cash { amount: i64 },
    Card { amount: i64, last4: String },
}

#[derive(odm::View)]
#[odm(of = Vehicle)]
struct Named {
    name: String,
}

#[derive(odm::View)]
#[odm(of = Payment)]
struct Amount {
    amount: i64,
}

fn main() {}
