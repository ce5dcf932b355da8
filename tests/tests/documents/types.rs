//! Common types in documents: how each is stored, what is lost and what is refused.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)] // in functions that tests share

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    fmt::Debug,
    marker::PhantomData,
    num::{NonZeroI64, NonZeroU8, NonZeroU128, Wrapping},
    path::PathBuf,
    rc::Rc,
    sync::Arc,
};

use odm::{
    __private::{Raw, Writer},
    Value,
    bson::{self, Bson, DateTime, Decimal128, Document, doc},
    error::codec::CodecError,
    value::MapKey,
};
use serde::{Serialize, de::DeserializeOwned};

fn encode<V: Value>(value: &V) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::new();
    writer.document(|writer| writer.element("v", value))?;
    Ok(writer.into_bytes())
}

fn decode<V: Value>(bytes: &[u8]) -> Result<V, CodecError> {
    let mut slot = None;
    Raw::document(bytes).elements()?.take("v", &mut slot)?;
    odm::__private::require(&mut slot, "v")
}

/// Reads a stored value as a `V`.
fn read<V: Value>(stored: impl Into<Bson>) -> Result<V, CodecError> {
    decode(&doc! { "v": stored.into() }.to_vec().unwrap())
}

fn refused<V: Value + Debug>(stored: impl Into<Bson>) -> String {
    read::<V>(stored).unwrap_err().to_string()
}

/// Asserts that odm and serde write the same, that each reads what the other wrote, and that an operand is the same.
#[track_caller]
fn same_as_serde<V: Value + Serialize + DeserializeOwned + PartialEq + Debug>(value: V) {
    #[derive(Serialize)]
    struct Out<'a, V> {
        v: &'a V,
    }
    #[derive(serde::Deserialize)]
    struct In<V> {
        v: V,
    }
    let ours = encode(&value).unwrap();
    let theirs = bson::serialize_to_vec(&Out { v: &value }).unwrap();
    let shown = |bytes: &[u8]| bson::deserialize_from_slice::<Document>(bytes).unwrap();
    assert_eq!(ours, theirs, "{} is not {}", shown(&ours), shown(&theirs));
    assert_eq!(decode::<V>(&theirs).unwrap(), value);
    assert_eq!(bson::deserialize_from_slice::<In<V>>(&ours).unwrap().v, value);
    assert_eq!(shown(&ours).get("v"), Some(&value.to_bson().unwrap()), "as an operand");
}

/// Asserts that a value is stored as `stored`, and that the same value is read back.
#[track_caller]
fn stored_as<V: Value + PartialEq + Debug>(value: V, stored: impl Into<Bson>) {
    let stored = stored.into();
    assert_eq!(value.to_bson().unwrap(), stored);
    assert_eq!(encode(&value).unwrap(), doc! { "v": stored.clone() }.to_vec().unwrap());
    assert_eq!(read::<V>(stored).unwrap(), value);
}

#[test]
fn containers_of_the_standard_library_are_stored_as_serde_stores_them() {
    same_as_serde(VecDeque::from([1, 2, 3]));
    same_as_serde(LinkedList::from(["a".to_owned()]));
    same_as_serde::<Box<[i64]>>(Box::new([4, 5]));
    same_as_serde(BTreeSet::from([3, 1, 2]));
    same_as_serde(HashSet::<String>::from(["a".into(), "b".into(), "c".into()]));
    same_as_serde([1_u8, 2, 3]);
    same_as_serde([[1.5, 2.5], [3.5, 4.5]]);
    same_as_serde::<[String; 0]>([]);
    same_as_serde(Arc::new(7));
    same_as_serde::<Arc<str>>("text".into());
    same_as_serde::<Arc<[i32]>>(Arc::new([1, 2]));
    same_as_serde(Rc::new(7));
    same_as_serde::<Rc<str>>("text".into());
    same_as_serde::<Rc<[i32]>>(Rc::new([1, 2]));
    same_as_serde(BTreeMap::<Rc<str>, i32>::from([("a".into(), 1)]));
    same_as_serde::<Cow<'static, i64>>(Cow::Owned(7));
    same_as_serde(Arc::new(Some(vec![1])));
}

#[test]
fn tuples_are_arrays_as_with_serde() {
    same_as_serde((1,));
    same_as_serde((1, "two".to_owned()));
    same_as_serde((1, 2.5, true));
    same_as_serde((1, 2, 3, 4));
    same_as_serde((1, 2, 3, 4, 5));
    same_as_serde((1, 2, 3, 4, 5, 6));
    same_as_serde((1, 2, 3, 4, 5, 6, 7));
    same_as_serde((1_u8, 2_i64, 3.0, "4".to_owned(), Some(5), None::<i32>, (7, 7), vec![8]));
    same_as_serde(vec![("a".to_owned(), 1), ("b".to_owned(), 2)]);
}

#[test]
fn plain_values_are_stored_as_serde_stores_them() {
    same_as_serde(());
    same_as_serde(PhantomData::<String>);
    same_as_serde(NonZeroU8::MAX);
    same_as_serde(NonZeroI64::MIN);
    same_as_serde(Wrapping(7_u32));
    same_as_serde(PathBuf::from("/var/log/odm"));
    same_as_serde::<std::net::Ipv4Addr>([127, 0, 0, 1].into());
    same_as_serde::<std::net::Ipv6Addr>("2001:db8::1".parse().unwrap());
    same_as_serde::<std::net::IpAddr>("10.0.0.1".parse().unwrap());
    same_as_serde::<std::net::SocketAddr>("[::1]:27017".parse().unwrap());
}

#[test]
fn equal_elements_of_a_stored_set_are_read_as_one() {
    assert_eq!(read::<BTreeSet<i32>>(vec![2, 1, 2]).unwrap(), BTreeSet::from([1, 2]));
    assert_eq!(read::<HashSet<i32>>(vec![2, 1, 2]).unwrap(), HashSet::from([1, 2]));
}

#[test]
fn arrays_of_another_length_are_refused() {
    assert_eq!(refused::<[i32; 3]>(vec![1, 2]), "`v`: expected an array of 3, found an array of 2");
    assert_eq!(refused::<[i32; 1]>(vec![1, 2]), "`v`: expected an array of 1, found an array of 2");
    assert_eq!(refused::<(i32, i32)>(vec![1]), "`v`: expected an array of 2, found an array of 1");
    assert_eq!(refused::<(i32, i32)>(vec![1, 2, 3]), "`v`: expected an array of 2, found an array of 3");
    assert_eq!(refused::<(i32, i32)>(bson::bson!([1, "b"])), "`v.1`: expected an integer, found a string");
    assert_eq!(refused::<[i32; 2]>(bson::bson!([1, "b"])), "`v.1`: expected an integer, found a string");
}

#[test]
fn values_outside_of_a_type_are_refused() {
    assert_eq!(refused::<NonZeroU8>(0), "`v`: expected a number that is not zero, found zero");
    assert_eq!(
        refused::<Wrapping<u8>>(256),
        "`v`: expected an integer that fits u8, found a number outside its range"
    );
    assert_eq!(refused::<()>(1), "`v`: expected null, found an int32");
    let big = encode(&NonZeroU128::MAX).unwrap_err().to_string();
    assert_eq!(big, "`v`: expected an integer that fits int64, found a number outside its range");
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf8_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let path = PathBuf::from(OsStr::from_bytes(b"\xFF"));
    assert_eq!(encode(&path).unwrap_err().to_string(), "`v`: expected a path in UTF-8, found another one");
}

#[test]
fn numbers_and_strings_of_every_type_are_map_keys() {
    fn through<K: MapKey + PartialEq + Debug>(key: K, text: &str) {
        assert_eq!(key.to_key(), text);
        assert_eq!(K::from_key(text).unwrap(), key);
    }
    through(u128::MAX, "340282366920938463463374607431768211455");
    through(i128::MIN, "-170141183460469231731687303715884105728");
    through(usize::MAX, &usize::MAX.to_string());
    through(isize::MIN, &isize::MIN.to_string());
    through(NonZeroU8::MIN, "1");
    assert!(NonZeroU8::from_key("0").is_err());
    through(true, "true");
    through(Arc::<str>::from("a"), "a");
    through(Box::<str>::from("b"), "b");
    through(Cow::Borrowed("c"), "c");
    through(uuid::Uuid::nil(), "00000000-0000-0000-0000-000000000000");
    assert!(u128::from_key("-1").is_err());
    assert!(bool::from_key("yes").is_err());
    same_as_serde(HashMap::<Box<str>, i32>::from([("a".into(), 1)]));
    same_as_serde(BTreeMap::<Arc<str>, i32>::from([("a".into(), 1)]));
}

mod dates {
    use chrono::{NaiveDate, NaiveDateTime, Utc};
    use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, UtcDateTime, UtcOffset};

    use super::*;

    type Instant = chrono::DateTime<Utc>;

    fn millis(stored: Result<Bson, CodecError>) -> i64 {
        stored.unwrap().as_datetime().unwrap().timestamp_millis()
    }

    #[test]
    fn instants_are_stored_as_dates() {
        for at in [0, 1, -1, 1_700_000_000_123, -62_135_596_800_000] {
            let date = DateTime::from_millis(at);
            stored_as(Instant::from_timestamp_millis(at).unwrap(), date);
            stored_as(Instant::from_timestamp_millis(at).unwrap().naive_utc(), date);
            let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).unwrap();
            stored_as(instant, date);
            stored_as(UtcDateTime::from(instant), date);
            stored_as(PrimitiveDateTime::new(instant.date(), instant.time()), date);
        }
    }

    #[test]
    fn fractions_of_a_millisecond_are_rounded_towards_the_past() {
        for (nanos, stored) in [(1_999_999, 1), (999_999, 0), (-1, -1), (-1_000_000, -1), (-1_000_001, -2)] {
            assert_eq!(millis(Instant::from_timestamp_nanos(nanos).to_bson()), stored, "{nanos}");
            assert_eq!(millis(Instant::from_timestamp_nanos(nanos).naive_utc().to_bson()), stored, "{nanos}");
            let instant = OffsetDateTime::from_unix_timestamp_nanos(nanos.into()).unwrap();
            assert_eq!(millis(instant.to_bson()), stored, "{nanos}");
            assert_eq!(millis(UtcDateTime::from(instant).to_bson()), stored, "{nanos}");
            assert_eq!(millis(instant.to_offset(UtcOffset::from_hms(-3, 0, 0).unwrap()).to_bson()), stored);
        }
    }

    #[test]
    fn an_instant_is_stored_without_its_offset() {
        let oslo = OffsetDateTime::UNIX_EPOCH.to_offset(UtcOffset::from_hms(2, 0, 0).unwrap());
        let back: OffsetDateTime = read(oslo.to_bson().unwrap()).unwrap();
        assert_eq!(back, oslo);
        assert_eq!(back.offset(), UtcOffset::UTC);
    }

    #[test]
    fn days_are_stored_as_their_midnight_in_utc() {
        let midnight = DateTime::from_millis(951_782_400_000); // 2000-02-29
        stored_as(NaiveDate::from_ymd_opt(2000, 2, 29).unwrap(), midnight);
        stored_as(Date::from_calendar_date(2000, Month::February, 29).unwrap(), midnight);
        stored_as(NaiveDate::from_ymd_opt(1969, 12, 31).unwrap(), DateTime::from_millis(-86_400_000));
        let message = "`v`: expected a day (a date at midnight, UTC), found a date with a time of day";
        assert_eq!(refused::<NaiveDate>(DateTime::from_millis(1)), message);
        assert_eq!(refused::<Date>(DateTime::from_millis(-1)), message);
    }

    #[test]
    fn dates_outside_the_range_of_the_type_are_refused() {
        let chrono = "`v`: expected a date within the range of chrono, found a date outside it";
        let time = "`v`: expected a date within the range of time, found a date outside it";
        for date in [DateTime::MAX, DateTime::MIN] {
            assert_eq!(refused::<Instant>(date), chrono);
            assert_eq!(refused::<NaiveDateTime>(date), chrono);
            assert_eq!(refused::<OffsetDateTime>(date), time);
            assert_eq!(refused::<UtcDateTime>(date), time);
            assert_eq!(refused::<PrimitiveDateTime>(date), time);
        }
        let far = DateTime::from_millis(86_400_000_i64 * 100_000_000_000);
        assert_eq!(refused::<NaiveDate>(far), chrono);
        assert_eq!(refused::<Date>(far), time);
        for edge in [Instant::MIN_UTC, Instant::MAX_UTC] {
            let back: Instant = read(edge.to_bson().unwrap()).unwrap();
            assert_eq!(back.timestamp_millis(), edge.timestamp_millis());
        }
        assert_eq!(refused::<Instant>("2020-01-01"), "`v`: expected a date, found a string");
    }
}

#[test]
fn a_uuid_is_stored_as_binary_data_of_subtype_4() {
    let uuid = uuid::Uuid::from_bytes([7; 16]);
    stored_as(uuid, bson::Uuid::from_bytes([7; 16]));
    let generic = bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: vec![7; 16] };
    assert_eq!(
        refused::<uuid::Uuid>(generic),
        "`v`: expected a UUID (binary subtype 4), found binary data of another kind"
    );
}

#[test]
fn a_url_is_stored_as_a_string() {
    same_as_serde(url::Url::parse("https://example.com/a?b=c#d").unwrap());
    assert_eq!(refused::<url::Url>("not a url"), "`v`: expected a URL, found another text");
}

#[test]
fn bytes_are_stored_as_binary_data() {
    same_as_serde(bytes::Bytes::from_static(b"\0\xFF"));
    same_as_serde(bytes::Bytes::new());
    assert_eq!(read::<bytes::Bytes>(vec![1, 2]).unwrap(), bytes::Bytes::from_static(&[1, 2]));
    let uuid = bson::Uuid::from_bytes([7; 16]);
    assert_eq!(
        refused::<bytes::Bytes>(uuid),
        "`v`: expected binary data of subtype 0, found binary data of another subtype"
    );
}

mod decimals {
    use rust_decimal::Decimal;

    use super::*;

    fn stored(text: &str) -> Decimal128 {
        text.parse().unwrap()
    }

    #[test]
    fn every_decimal_is_stored_exactly() {
        for text in ["0", "1", "-1", "1.50", "0.00", "19.99", "-0.0000000000000000000000000001"] {
            stored_as(text.parse::<Decimal>().unwrap(), stored(text));
        }
        for edge in [Decimal::MAX, Decimal::MIN] {
            stored_as(edge, stored(&edge.to_string()));
        }
        let back: Decimal = read(stored("1.50")).unwrap();
        assert_eq!(back.to_string(), "1.50", "trailing zeros are kept");
        let negative: Decimal = read(stored("-0")).unwrap();
        assert!(negative.is_sign_negative() && negative.is_zero());
        assert_eq!(negative.to_bson().unwrap(), Bson::Decimal128(stored("-0")));
    }

    #[test]
    fn other_notations_of_a_decimal_are_read() {
        for (text, number) in [
            ("1E+3", "1000"),
            ("79228162514264337593543950330E0", "79228162514264337593543950330"),
            ("7.000000000000000000000000000000000", "7.0000000000000000000000000000"),
            ("0E+6111", "0"),
            ("0E-6176", "0.0000000000000000000000000000"),
        ] {
            let read: Decimal = read(stored(text)).unwrap();
            assert_eq!(read, number.parse().unwrap(), "{text}");
        }
    }

    #[test]
    fn a_decimal128_that_decimal_cannot_hold_is_refused() {
        let expected = "`v`: expected a decimal of 96 bits and at most 28 places, found";
        assert_eq!(refused::<Decimal>(stored("NaN")), format!("{expected} NaN"));
        for infinity in ["Infinity", "-Infinity"] {
            assert_eq!(refused::<Decimal>(stored(infinity)), format!("{expected} an infinity"));
        }
        for text in ["1E+29", "1E-29", "79228162514264337593543950336", "1.234567890123456789012345678901234"]
        {
            let message = refused::<Decimal>(stored(text));
            assert_eq!(message, format!("{expected} a decimal128 that it cannot hold exactly"), "{text}");
        }
        assert_eq!(refused::<Decimal>(1.5), "`v`: expected a decimal128, found a double");
    }
}

mod models {
    use odm::{Embedded, Id, Model};
    use rust_decimal::Decimal;

    use super::*;

    #[derive(Debug, PartialEq, Model)]
    #[odm(collection = "parcels", key = uuid::Uuid)]
    struct Parcel {
        id: Id<Parcel>,
        #[odm(index(ttl = "1d"))]
        due: Option<chrono::DateTime<chrono::Utc>>,
        #[odm(index(ttl = "2d"))]
        sent: time::OffsetDateTime,
        #[odm(validate(range(min = Decimal::ONE)))]
        price: Decimal,
        #[odm(validate(length(max = 30)))]
        page: url::Url,
        #[odm(validate(length(min = 1)))]
        tags: BTreeSet<String>,
        stops: VecDeque<Stop>,
        at: DateTime,
    }

    #[derive(Debug, PartialEq, Embedded)]
    struct Stop {
        #[odm(validate(range(min = 2)))]
        number: NonZeroU8,
    }

    fn parcel() -> Parcel {
        Parcel {
            id: Id::new(),
            due: None,
            sent: time::OffsetDateTime::UNIX_EPOCH,
            price: Decimal::ZERO,
            page: "https://example.com/a/rather/long/path".parse().unwrap(),
            tags: BTreeSet::new(),
            stops: VecDeque::from([Stop { number: NonZeroU8::MIN }]),
            at: DateTime::from_millis(0),
        }
    }

    #[test]
    fn a_document_of_all_types_round_trips() {
        let parcel = parcel();
        let bytes = odm::to_vec(&parcel).unwrap();
        let stored: Document = bson::deserialize_from_slice(&bytes).unwrap();
        assert_eq!(
            stored.get("_id"),
            Some(&Bson::from(bson::Uuid::from_bytes(parcel.id.key().into_bytes())))
        );
        assert_eq!(odm::from_slice::<Parcel>(&bytes).unwrap(), parcel);
        assert_eq!(Id::<Parcel>::from(*parcel.id.key()), parcel.id);
        assert_eq!(serde_json::to_string(&parcel.id).unwrap(), format!("\"{}\"", parcel.id));
    }

    #[test]
    fn rules_apply_to_all_types() {
        let mut check = odm::model::Check::new();
        odm::model::Validate::check(&parcel(), &mut check);
        let violations = check.finish().unwrap_err();
        let found: Vec<_> = violations.iter().map(|one| (one.path(), one.message())).collect();
        assert_eq!(
            found,
            [
                ("price", "must be at least 1"),
                ("page", "must have at most 30 characters"),
                ("tags", "must have at least 1 item"),
                ("stops.0.number", "must be at least 2"),
            ]
        );
    }

    #[test]
    fn filters_and_updates_contain_the_stored_form() {
        let p = Parcel::fields();
        let nanos = chrono::DateTime::from_timestamp_nanos(-1);
        let cut = DateTime::from_millis(-1);
        let same = |filter: odm::Filter<Parcel>, expected: Document| {
            assert_eq!(filter.to_string(), odm::Filter::<Parcel>::raw(expected).to_string());
        };
        same(p.due().lt(nanos), doc! { "due": { "$lt": cut } });
        same(p.due().lt(nanos.fixed_offset()), doc! { "due": { "$lt": cut } });
        same(p.due().eq(cut), doc! { "due": { "$eq": cut } });
        same(p.at().eq(nanos), doc! { "at": { "$eq": cut } });
        same(p.at().eq(time::OffsetDateTime::UNIX_EPOCH), doc! { "at": { "$eq": DateTime::from_millis(0) } });
        same(p.sent().gte(cut), doc! { "sent": { "$gte": cut } });
        same(p.price().gt(5), doc! { "price": { "$gt": "5".parse::<Decimal128>().unwrap() } });
        same(p.page().eq("HTTPS://example.com"), doc! { "page": { "$eq": "https://example.com/" } });
        same(p.tags().contains("a"), doc! { "tags": { "$eq": "a" } });
        same(p.stops().number().gt(NonZeroU8::MIN), doc! { "stops.number": { "$gt": 1 } });
        let update = p.price().inc(5) + p.tags().add_to_set("b") + p.due().set(Some(nanos));
        assert!(update.to_string().contains("$addToSet"), "{update}");
    }
}

#[test]
fn serde_refuses_maps_with_number_keys() {
    let map = BTreeMap::from([(7_u32, 1)]);
    assert!(bson::serialize_to_vec(&map).is_err());
    assert_eq!(map.to_bson().unwrap(), Bson::Document(doc! { "7": 1 }));
}

mod encodings {
    use std::time::Duration;

    use odm::{Id, Model};

    use super::*;

    #[derive(Debug, PartialEq, odm::Value)]
    struct Digest(#[odm(binary)] [u8; 4]);

    #[derive(Debug, PartialEq, Model)]
    #[odm(collection = "runs")]
    struct Run {
        id: Id<Run>,
        #[odm(binary)]
        image: Vec<u8>,
        #[odm(binary)]
        thumb: Option<Box<[u8]>>,
        #[odm(binary)]
        body: bytes::Bytes,
        digest: Digest,
        #[odm(unit = "ms")]
        took: Duration,
        #[odm(unit = "s")]
        pause: Option<Duration>,
        #[odm(unit = "us")]
        drift: chrono::TimeDelta,
        #[odm(unit = "h")]
        shift: time::Duration,
    }

    fn run() -> Run {
        Run {
            id: Id::new(),
            image: vec![1, 2],
            thumb: None,
            body: vec![3].into(),
            digest: Digest([1, 2, 3, 4]),
            took: Duration::from_millis(1_500),
            pause: Some(Duration::from_secs(60)),
            drift: chrono::TimeDelta::microseconds(-1_500_001),
            shift: time::Duration::hours(-8),
        }
    }

    fn generic(bytes: &[u8]) -> Bson {
        bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: bytes.to_vec() }.into()
    }

    fn stored() -> Document {
        let run = run();
        doc! {
            "_id": *run.id.key(), "image": generic(&[1, 2]), "thumb": null, "body": generic(&[3]),
            "digest": generic(&[1, 2, 3, 4]), "took": 1_500_i64, "pause": 60_i64, "drift": -1_500_001_i64, "shift": -8_i64,
        }
    }

    fn read(changed: Document) -> Result<Run, String> {
        let mut document = stored();
        document.extend(changed);
        odm::from_slice(&document.to_vec().unwrap())
            .map_err(|error| error.decode_error().map(ToString::to_string).unwrap_or_default())
    }

    #[test]
    fn a_field_is_stored_in_the_encoding_of_its_attribute() {
        let run = run();
        let mut expected = stored();
        expected.insert("_id", *run.id.key());
        assert_eq!(bson::deserialize_from_slice::<Document>(&odm::to_vec(&run).unwrap()).unwrap(), expected);
        assert_eq!(odm::from_slice::<Run>(&expected.to_vec().unwrap()).unwrap(), run);
    }

    #[test]
    fn bytes_are_read_from_arrays_of_numbers() {
        assert_eq!(read(doc! { "image": [7, 8] }).unwrap().image, [7, 8]);
        let old = bson::Binary { subtype: bson::spec::BinarySubtype::BinaryOld, bytes: vec![9] };
        assert_eq!(read(doc! { "image": old }).unwrap().image, [9]);
        assert!(read(doc! { "image": "text" }).unwrap_err().contains("expected binary data, found a string"));
        assert!(
            read(doc! { "digest": generic(&[1]) }).unwrap_err().contains("expected 4 bytes, found 1 bytes")
        );
    }

    #[test]
    fn a_missing_option_is_none() {
        let mut document = stored();
        document.remove("pause");
        document.remove("thumb");
        let run: Run = odm::from_slice(&document.to_vec().unwrap()).unwrap();
        assert_eq!((run.pause, run.thumb), (None, None));
    }

    #[test]
    fn a_remainder_below_the_unit_is_refused() {
        let run = Run { took: Duration::from_nanos(1), ..run() };
        let message = odm::to_vec(&run).unwrap_err().to_string();
        assert!(message.contains("`took`: expected a whole number of milliseconds"), "{message}");
        let huge = Run { took: Duration::new(u64::MAX, 0), ..self::run() };
        assert!(odm::to_vec(&huge).unwrap_err().to_string().contains("fits int64"));
        assert!(read(doc! { "took": -1 }).unwrap_err().contains("a duration that its type can hold"));
    }

    #[test]
    fn filters_and_updates_use_the_encoding_of_the_field() {
        let r = Run::fields();
        let same = |filter: odm::Filter<Run>, expected: Document| {
            assert_eq!(filter.to_string(), odm::Filter::<Run>::raw(expected).to_string());
        };
        same(r.took().eq(Duration::from_secs(2)), doc! { "took": { "$eq": 2_000_i64 } });
        same(r.pause().gt(Duration::from_secs(2)), doc! { "pause": { "$gt": 2_i64 } });
        same(r.image().eq(vec![1_u8]), doc! { "image": { "$eq": generic(&[1]) } });
        let update = r.took().inc(Duration::from_secs(1)) + r.pause().set(None::<Duration>);
        let expected =
            odm::Update::<Run>::raw(doc! { "$inc": { "took": 1_000_i64 }, "$set": { "pause": null } });
        assert_eq!(update.to_string(), expected.to_string());
    }

    #[derive(Debug, Clone, PartialEq, odm::Value)]
    struct Lap(#[odm(unit = "ms")] Duration);

    #[derive(Debug, Clone, PartialEq, odm::Value)]
    struct Photo(#[odm(binary)] Vec<u8>);

    #[derive(odm::Model)]
    #[odm(collection = "races")]
    struct Race {
        id: i32,
        best: Lap,
        laps: Vec<Lap>,
        photos: BTreeMap<String, Photo>,
    }

    #[test]
    fn a_newtype_in_an_array_or_a_map_has_operators_too() {
        let (r, second) = (Race::fields(), || Lap(Duration::from_secs(1)));
        let filter = r.best().lt(second()) & r.laps().any(|lap| lap.gte(second()));
        let filter = filter & r.photos().key("a").gt(Photo(vec![1]));
        let expected = doc! {
            "best": { "$lt": 1_000_i64 },
            "laps": { "$elemMatch": { "$gte": 1_000_i64 } },
            "photos.a": { "$gt": generic(&[1]) },
        };
        assert_eq!(filter.to_string(), odm::Filter::<Race>::raw(expected).to_string());
        let update = r.best().min(second()) + r.laps().each().inc(Duration::from_millis(5));
        let expected = doc! { "$min": { "best": 1_000_i64 }, "$inc": { "laps.$[]": 5_i64 } };
        assert_eq!(update.to_string(), odm::Update::<Race>::raw(expected).to_string());
    }
}

/// An undecoded document keeps its bytes, including duplicate names and the keys of arrays.
#[test]
fn raw_documents_and_arrays_keep_their_bytes() {
    use odm::bson::{RawArrayBuf, RawDocument, RawDocumentBuf, rawdoc};

    let document = rawdoc! { "a": 1, "b": { "c": ["x", 2.5] } };
    same_as_serde(document.clone());
    let mut array = RawArrayBuf::new();
    array.push(7);
    array.push("seven");
    same_as_serde(array);

    let mut twice = RawDocumentBuf::new();
    twice.append(odm::bson::cstr!("a"), 1);
    twice.append(odm::bson::cstr!("a"), 2);
    assert_eq!(decode::<RawDocumentBuf>(&encode(&twice).unwrap()).unwrap(), twice);
    assert_eq!(decode::<Document>(&encode(&twice).unwrap()).unwrap_err().path(), "v.a");

    assert_eq!(refused::<RawDocumentBuf>(7), "`v`: expected a document, found an int32");
    assert_eq!(refused::<RawArrayBuf>(doc! {}), "`v`: expected an array, found a document");

    // A nested document whose length does not fit.
    let mut broken = document.into_bytes();
    let at = broken.iter().position(|byte| *byte == 0x04).unwrap();
    broken[at] = 0x20;
    let broken = RawDocument::from_bytes(&broken).unwrap().to_owned();
    assert!(encode(&broken).is_err());
}

#[test]
fn a_raw_document_that_nests_too_deep_is_refused() {
    use odm::bson::{RawDocumentBuf, cstr};

    let nested = |levels: usize| {
        (1..levels).fold(RawDocumentBuf::new(), |inner, _| {
            let mut outer = RawDocumentBuf::new();
            outer.append(cstr!("a"), inner);
            outer
        })
    };
    let deep = nested(178);
    assert_eq!(decode::<RawDocumentBuf>(&encode(&deep).unwrap()).unwrap(), deep);
    assert!(encode(&nested(181)).is_err());
}

/// A date of any type, in a pointer, a newtype or an `Option`, beside a number of any type.
#[test]
fn dates_of_every_type_can_be_computed_with() {
    use std::time::Duration;

    use odm::{Filter, Id, Model, pipeline::now};

    #[derive(Value)]
    struct At(DateTime);

    #[derive(Value)]
    struct Took(#[odm(unit = "ms")] Duration);

    #[derive(Model)]
    #[odm(collection = "runs")]
    struct Run {
        id: Id<Self>,
        bson: DateTime,
        chrono: Option<chrono::DateTime<chrono::Utc>>,
        day: chrono::NaiveDate,
        time: time::OffsetDateTime,
        boxed: Box<DateTime>,
        newtype: At,
        small: u8,
        non_zero: NonZeroI64,
        double: Option<f64>,
        #[odm(unit = "ms")]
        took: Duration,
        took_too: Took,
        #[odm(unit = "s")]
        seconds: Duration,
    }
    let minus = |left: &str, right: Bson| doc! { "$subtract": [left, right] };
    for (filter, rendered) in [
        (Filter::<Run>::expr(|r| (now() - r.bson()).gt(1)), minus("$$NOW", "$bson".into())),
        (Filter::<Run>::expr(|r| (r.chrono() - r.day()).gt(1)), minus("$chrono", "$day".into())),
        (Filter::<Run>::expr(|r| (r.time() - r.boxed()).gt(1)), minus("$time", "$boxed".into())),
        (Filter::<Run>::expr(|r| (r.newtype() - r.bson()).gt(1)), minus("$newtype", "$bson".into())),
        (Filter::<Run>::expr(|r| (r.seconds() - r.took()).gt(1)), minus("$seconds", "$took".into())),
    ] {
        let expected = doc! { "$expr": { "$gt": [rendered, 1_i64] } };
        assert_eq!(filter.into_document().unwrap(), expected);
    }
    for (filter, rendered) in [
        (Filter::<Run>::expr(|r| (r.bson() - r.small()).lt(now())), minus("$bson", "$small".into())),
        (Filter::<Run>::expr(|r| (r.day() - r.non_zero()).lt(now())), minus("$day", "$non_zero".into())),
        (Filter::<Run>::expr(|r| (r.newtype() - r.took()).lt(now())), minus("$newtype", "$took".into())),
        (Filter::<Run>::expr(|r| (r.time() - r.took_too()).lt(now())), minus("$time", "$took_too".into())),
        (Filter::<Run>::expr(|r| (r.boxed() - 60_000).lt(now())), minus("$boxed", 60_000.into())),
    ] {
        let expected = doc! { "$expr": { "$lt": [rendered, "$$NOW"] } };
        assert_eq!(filter.into_document().unwrap(), expected);
    }
    let sum = Filter::<Run>::expr(|r| (r.double() + r.bson()).if_null(now()).lt(now()));
    let later = doc! { "$ifNull": [{ "$add": ["$double", "$bson"] }, "$$NOW"] };
    assert_eq!(sum.into_document().unwrap(), doc! { "$expr": { "$lt": [later, "$$NOW"] } });
}
