//! The shop that the tests share: orders with lines, customers and addresses.

use std::collections::BTreeMap;

use odm::{
    Embedded, Id, Model, Value,
    bson::{DateTime, oid::ObjectId},
};
use serde::{Deserialize, Serialize};

/// An order: it has every kind of field for which paths, filters and updates differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders")]
pub struct Order {
    /// Stored as `_id`.
    #[serde(rename = "_id")]
    pub id: Id<Order>,
    /// A unique string.
    pub reference: String,
    /// A foreign key.
    pub customer: Id<Customer>,
    /// An enum.
    pub status: Status,
    /// Documents in an array.
    pub lines: Vec<Line>,
    /// Scalars in an array.
    pub tags: Vec<String>,
    /// An optional document.
    pub ship_to: Option<Address>,
    /// An optional value.
    pub note: Option<String>,
    /// A map.
    pub prices: BTreeMap<String, f64>,
    /// A date.
    pub placed_at: DateTime,
}

/// The status of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Value)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not sent yet.
    Draft,
    /// To be paid.
    Open,
    /// Paid.
    Paid,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
pub struct Line {
    /// The article number.
    pub sku: String,
    /// The quantity.
    pub qty: u32,
    /// The price of one.
    pub price: f64,
}

/// A delivery address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The city.
    pub city: String,
    /// Stored as `postCode`.
    pub post_code: Option<String>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
#[odm(collection = "customers")]
pub struct Customer {
    /// Stored as `_id`.
    #[serde(rename = "_id")]
    pub id: Id<Customer>,
    /// The name.
    pub name: String,
}

/// Returns an order with two lines, two tags and an address. `number` makes it unique.
pub fn order(number: u32) -> Order {
    Order {
        id: Id::new(),
        reference: format!("AB-{number:06}"),
        customer: Id::from(ObjectId::from_bytes([7; 12])),
        status: Status::Open,
        lines: vec![line("apple", number, 0.5), line("pear", 2 * number, 0.75)],
        tags: vec!["fruit".to_owned(), format!("n{number}")],
        ship_to: Some(Address { city: "Oslo".to_owned(), post_code: None }),
        note: None,
        prices: BTreeMap::from([("NOK".to_owned(), f64::from(number))]),
        placed_at: DateTime::from_millis(i64::from(number) * 1000),
    }
}

/// Returns a line.
pub fn line(sku: &str, qty: u32, price: f64) -> Line {
    Line { sku: sku.to_owned(), qty, price }
}
