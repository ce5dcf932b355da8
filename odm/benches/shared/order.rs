//! The document of the benches. It has our derives and those of serde.

use odm::{Embedded, Id, Model, Value, bson::DateTime};
use serde::{Deserialize, Serialize};

/// 550 bytes: a typical document, with a few embedded documents.
#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders")]
pub(crate) struct Order {
    #[serde(rename = "_id")]
    pub(crate) id: Id<Order>,
    reference: String,
    pub(crate) customer: Id<Customer>,
    pub(crate) status: Status,
    pub(crate) lines: Vec<Line>,
    pub(crate) ship_to: Option<Address>,
    expires_at: Option<DateTime>,
    pub(crate) placed_at: DateTime,
}

#[derive(Debug, Model)]
#[odm(collection = "customers")]
pub(crate) struct Customer {
    id: Id<Customer>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, Value)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Open,
    Paid,
    Shipped,
}

#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
pub(crate) struct Line {
    sku: String,
    pub(crate) qty: i32,
    pub(crate) price: f64,
    gift: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
pub(crate) struct Address {
    street: String,
    pub(crate) city: String,
    zip: String,
    country: String,
}

impl Order {
    /// Returns the order with this number and five lines. All orders with numbers of up to six digits have the same
    /// size.
    pub(crate) fn numbered(number: u32) -> Self {
        let qty = i32::try_from(number % 7).unwrap_or_default();
        Self {
            id: Id::new(),
            reference: format!("AB-{number:06}"),
            customer: Id::new(),
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
            placed_at: date(number),
        }
    }
}

pub(crate) fn date(number: u32) -> DateTime {
    DateTime::from_millis(1_790_000_000_000 + i64::from(number) * 1_000)
}
