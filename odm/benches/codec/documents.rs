//! The documents that both sides encode and decode: each type derives ours and serde's.

use odm::{Decode, Doc, Embedded, Id, Model, Value, bson::DateTime};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A document of both sides.
pub(crate) trait Document: Clone + Doc + Decode + Serialize + DeserializeOwned {}
impl<T: Clone + Doc + Decode + Serialize + DeserializeOwned> Document for T {}

/// 100 bytes: what a lookup table holds.
#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[odm(collection = "tags")]
pub(crate) struct Small {
    #[serde(rename = "_id")]
    id: Id<Small>,
    name: String,
    rank: i32,
    hidden: bool,
    created: DateTime,
}

impl Small {
    pub(crate) fn sample() -> Self {
        Self {
            id: Id::new(),
            name: "spring-collection/2026".into(),
            rank: 12,
            hidden: false,
            created: date(0),
        }
    }
}

/// 550 bytes: an everyday document, with a few others inside.
#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders")]
pub(crate) struct Order {
    #[serde(rename = "_id")]
    id: Id<Order>,
    reference: String,
    customer: Id<Customer>,
    status: Status,
    lines: Vec<Line>,
    ship_to: Option<Address>,
    expires_at: Option<DateTime>,
    placed_at: DateTime,
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
    qty: i32,
    price: f64,
    gift: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
pub(crate) struct Address {
    street: String,
    city: String,
    zip: String,
    country: String,
}

impl Order {
    /// The order of this number, with five lines. Numbers that are alike make orders of the same size.
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

/// Declares a document of sixty fields, ten of each type.
macro_rules! wide {
    ($($text:ident $int:ident $long:ident $float:ident $flag:ident $date:ident;)*) => {
        /// 60 flat fields: what a form or an export looks like.
        #[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
        pub(crate) struct Wide { $(
            $text: String,
            $int: i32,
            $long: i64,
            $float: f64,
            $flag: bool,
            $date: Option<DateTime>,
        )* }

        impl Wide {
            pub(crate) fn sample() -> Self {
                Self { $(
                    $text: concat!("the text of ", stringify!($text)).into(),
                    $int: 1_234,
                    $long: 5_000_000_000,
                    $float: 2.5,
                    $flag: true,
                    $date: Some(date(7)),
                )* }
            }
        }
    };
}

wide! {
    name first_count first_total first_ratio first_done first_seen;
    street second_count second_total second_ratio second_done second_seen;
    city third_count third_total third_ratio third_done third_seen;
    region fourth_count fourth_total fourth_ratio fourth_done fourth_seen;
    country fifth_count fifth_total fifth_ratio fifth_done fifth_seen;
    email sixth_count sixth_total sixth_ratio sixth_done sixth_seen;
    phone seventh_count seventh_total seventh_ratio seventh_done seventh_seen;
    website eighth_count eighth_total eighth_ratio eighth_done eighth_seen;
    remarks ninth_count ninth_total ninth_ratio ninth_done ninth_seen;
    source tenth_count tenth_total tenth_ratio tenth_done tenth_seen;
}

/// Documents inside documents, eight levels of them.
#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
pub(crate) struct Deep {
    name: String,
    level: i32,
    inner: Option<Box<Deep>>,
}

impl Deep {
    pub(crate) fn sample() -> Self {
        let level = |level, inner| Self { name: format!("level {level}"), level, inner };
        (2..=8).rev().fold(level(8, None), |inner, at| level(at - 1, Some(Box::new(inner))))
    }
}

/// 60 kB, most of it arrays.
#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
pub(crate) struct Large {
    sensor: String,
    readings: Vec<f64>,
    stamps: Vec<i64>,
    notes: Vec<String>,
    lines: Vec<Line>,
}

impl Large {
    pub(crate) fn sample() -> Self {
        Self {
            sensor: "boiler room, north wall".into(),
            readings: (0..1_000).map(|n| f64::from(n) * 0.25).collect(),
            stamps: (0..1_000).map(|n| 1_790_000_000_000 + n * 250).collect(),
            notes: (0..400).map(|n| format!("reading {n} was taken by hand")).collect(),
            lines: (0..60).flat_map(|number| Order::numbered(number).lines).collect(),
        }
    }
}

fn date(number: u32) -> DateTime {
    DateTime::from_millis(1_790_000_000_000 + i64::from(number) * 1_000)
}
