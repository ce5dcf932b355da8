use odm::{Id, Model, Value};

#[derive(Model)]
#[odm(collection = "parcels")]
struct Parcel {
    id: Id<Parcel>,
    status: Status,
}

#[derive(Value)]
#[serde(tag = "state")]
enum Status {
    Open,
    Sent { carrier: String },
}

fn main() {
    let _ = Parcel::fields().status().state().set("Sent");
}
