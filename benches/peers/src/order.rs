//! The order document of `odm/benches/shared/order.rs`, as each side of the build declares it.

use mongodb::bson::{DateTime, oid::ObjectId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "odm", derive(odm::Model), odm(collection = "orders"))]
#[cfg_attr(feature = "oximod", derive(oximod::Model), db("peers"), collection("orders"))]
pub(crate) struct Order {
    #[serde(rename = "_id")]
    #[cfg(feature = "odm")]
    _id: ObjectId,
    // OxiMod supports no other type of id.
    #[serde(rename = "_id")]
    #[cfg(feature = "oximod")]
    _id: Option<ObjectId>,
    reference: String,
    customer: ObjectId,
    status: Status,
    lines: Vec<Line>,
    ship_to: Option<Address>,
    expires_at: Option<DateTime>,
    // OxiMod's builder needs a default, although this program does not use the builder.
    #[cfg_attr(feature = "oximod", default(DateTime::from_millis(0)))]
    placed_at: DateTime,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "odm", derive(odm::Value))]
#[cfg_attr(feature = "oximod", derive(Default))]
pub(crate) enum Status {
    #[cfg_attr(feature = "oximod", default)]
    Open,
    Paid,
    Shipped,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "odm", derive(odm::Embedded))]
#[cfg_attr(feature = "oximod", derive(oximod::Model), model(embedded))]
pub(crate) struct Line {
    sku: String,
    qty: i32,
    price: f64,
    gift: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "odm", derive(odm::Embedded))]
#[cfg_attr(feature = "oximod", derive(oximod::Model), model(embedded))]
pub(crate) struct Address {
    street: String,
    city: String,
    zip: String,
    country: String,
}

impl Order {
    pub(crate) fn numbered(number: u32) -> Self {
        let qty = i32::try_from(number % 7).unwrap_or_default();
        Self {
            #[cfg(feature = "odm")]
            _id: ObjectId::new(),
            #[cfg(feature = "oximod")]
            _id: Some(ObjectId::new()),
            reference: format!("AB-{number:06}"),
            customer: ObjectId::new(),
            status: [Status::Open, Status::Paid, Status::Shipped][number as usize % 3],
            lines: (0..5)
                .map(|line| Line {
                    sku: format!("SKU-{number:06}-{line}"),
                    qty: qty + line,
                    price: f64::from(number % 1000) + 0.99,
                    gift: line == 0,
                })
                .collect(),
            ship_to: Some(Address {
                street: "Storgata 12".into(),
                city: "Oslo".into(),
                zip: "0155".into(),
                country: "Norway".into(),
            }),
            expires_at: None,
            placed_at: DateTime::from_millis(1_790_000_000_000 + i64::from(number) * 1_000),
        }
    }
}

/// mongodm needs this besides serde's derives.
impl mongodm::Model for Order {
    type CollConf = Orders;
}

#[derive(Debug)]
pub(crate) struct Orders;

impl mongodm::CollectionConfig for Orders {
    fn collection_name() -> &'static str {
        "orders"
    }
}
