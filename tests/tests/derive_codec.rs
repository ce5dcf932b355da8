//! What the derives store is what serde stores.

use odm::{Embedded, Id, Model, Shape, Value, bson::DateTime, path::Path};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders", index(status, placed_at = -1, name = "work"), index(ship_to.city))]
struct Order {
    #[serde(rename = "_id")]
    id: Id<Self>,
    #[odm(index(unique), validate(pattern = "^[A-Z]{2}-[0-9]{6}$"))]
    reference: String,
    status: Status,
    #[odm(validate(length(min = 1, max = 500), nested))]
    lines: Vec<Line>,
    ship_to: Option<Address>,
    #[odm(index(ttl = "90d"))]
    expires_at: Option<DateTime>,
    placed_at: DateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Value)]
#[serde(rename_all = "lowercase")]
enum Status {
    Open,
    Paid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Line {
    sku: String,
    qty: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Address {
    street: String,
    city: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
struct Revenue {
    #[odm(id)]
    customer: Status,
    total: f64,
}

#[test]
fn order() {
    let o = Order::fields();
    assert_eq!(Path::name(&o.ship_to().city()), "shipTo.city");
    assert_eq!(o.lines().qty().name(), "lines.qty");
    println!("{:?}", Order::indexes());
}
