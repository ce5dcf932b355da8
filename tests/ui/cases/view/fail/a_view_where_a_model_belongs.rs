use odm::{Database, Embedded};
use odm_integration::story::Order;

#[derive(odm::View)]
#[odm(of = Order)]
struct Label {
    reference: String,
}

#[derive(Embedded)]
struct Parcel {
    label: Label,
}

fn labels(db: &Database) {
    db.collection::<Label>();
}

fn main() {}
