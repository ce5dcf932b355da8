use odm::{Embedded, Id, Model, Value, bson::DateTime};
use serde::{Deserialize, Serialize};

#[derive(Model)]
#[odm(collection = "orders")]
struct Twice {
    id: Id<Twice>,
    #[odm(created_at)]
    created: DateTime,
    #[odm(created_at)]
    placed: DateTime,
    #[odm(updated_at, version)]
    changed: DateTime,
    #[odm(version = 1)]
    version: i64,
}

#[derive(Model)]
#[odm(collection = "orders", version)]
struct Unusable {
    #[odm(tenant)]
    id: Id<Unusable>,
    #[odm(deleted_at)]
    #[serde(flatten)]
    deleted: Option<Deleted>,
    #[odm(created_at)]
    #[serde(skip)]
    created: DateTime,
    #[odm(updated_at, serde)]
    changed: DateTime,
    #[odm(version)]
    #[serde(skip_serializing_if = "is_new")]
    version: i64,
}

fn is_new(version: &i64) -> bool {
    *version == 0
}

#[derive(Embedded)]
struct Deleted {
    #[odm(deleted_at)]
    at: DateTime,
}

#[derive(Model)]
#[serde(tag = "kind")]
#[odm(collection = "vehicles")]
enum Vehicle {
    Bike {
        id: Id<Vehicle>,
        #[odm(version)]
        version: i64,
    },
}

#[derive(Value, Serialize, Deserialize)]
struct Meters(#[odm(version)] f64);

fn main() {}
