//! The documents that both sides encode and decode. Each type has our derives and those of serde.

use odm::{Decode, Doc, Embedded, Id, Model, bson::DateTime};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::order::{Line, Order, date};

/// A document that both sides support.
pub(crate) trait Document: Clone + Doc + Decode + Serialize + DeserializeOwned {}
impl<T: Clone + Doc + Decode + Serialize + DeserializeOwned> Document for T {}

/// 100 bytes, like a document of a lookup table.
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

/// Declares a document of sixty fields, ten of each type.
macro_rules! wide {
    ($($text:ident $int:ident $long:ident $float:ident $flag:ident $date:ident;)*) => {
        /// 60 flat fields, like a form or an export.
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

/// Eight levels of documents inside documents.
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
