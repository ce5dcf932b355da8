//! Decodes types of other crates from arbitrary bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use odm::{Id, Model, Value};
use odm_integration::hostile::{again, bytes_of};
use rust_decimal::Decimal;
use time::OffsetDateTime;
use url::Url;

#[derive(Debug, Model)]
#[odm(collection = "foreign", key = uuid::Uuid)]
struct Foreign {
    id: Id<Foreign>,
    at: chrono::DateTime<Utc>,
    then: OffsetDateTime,
    price: Decimal,
    prices: Vec<Option<Decimal>>,
    link: Url,
    by_uuid: BTreeMap<uuid::Uuid, chrono::DateTime<Utc>>,
    data: Bytes,
    #[odm(unit = "ns")]
    took: TimeDelta,
    #[odm(unit = "d")]
    days: time::Duration,
    either: Either,
}

#[derive(Debug, Value)]
#[serde(untagged)]
enum Either {
    At(OffsetDateTime),
    Link(Url),
    Price(Decimal),
    Id(uuid::Uuid),
}

/// Returns the seed of the mutations.
pub(crate) fn seed() -> Vec<u8> {
    let uuid = uuid::Uuid::from_bytes([7; 16]);
    let foreign = Foreign {
        id: Id::from_key(uuid),
        at: chrono::DateTime::UNIX_EPOCH,
        then: OffsetDateTime::UNIX_EPOCH,
        price: Decimal::new(-123_456, 3),
        prices: vec![None, Some(Decimal::MAX), Some(Decimal::MIN)],
        link: Url::parse("https://example.com/a?b#c").unwrap(),
        by_uuid: BTreeMap::from([(uuid, chrono::DateTime::UNIX_EPOCH)]),
        data: Bytes::from_static(&[1, 2]),
        took: TimeDelta::nanoseconds(-1),
        days: time::Duration::days(-3),
        either: Either::Link(Url::parse("mailto:a@b.no").unwrap()),
    };
    bytes_of(&foreign).unwrap()
}

pub(crate) fn read(bytes: &[u8]) -> bool {
    again::<Foreign>(bytes)
}
