//! The derives store exactly the bytes that serde stores, and read what serde reads.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share
#![allow(clippy::trivially_copy_pass_by_ref, clippy::unnecessary_wraps)] // serde requires this signature

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
};

use odm::{
    __private::{Raw, Writer},
    Embedded, Id, Model, Shape, Value,
    bson::{
        self, Bson, DateTime, Decimal128, Document, Regex, Timestamp, Uuid, doc, oid::ObjectId,
        serialize_to_vec,
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Writes `value` with the derive and with serde, compares, and reads it back both ways.
#[track_caller]
fn same<T>(value: &T)
where
    T: Value + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let theirs = serialize_to_vec(value).unwrap();
    assert_eq!(written(value), theirs, "ours: {:?}, theirs: {:?}", show(&written(value)), show(&theirs));
    assert_eq!(&read::<T>(&theirs).unwrap(), value);
    assert_eq!(&bson::deserialize_from_slice::<T>(&theirs).unwrap(), value);
}

/// Reads `document` with the derive and with serde and compares: the value, or that both refuse.
#[track_caller]
fn reads_same<T>(document: &Document) -> Option<T>
where
    T: Value + DeserializeOwned + PartialEq + Debug,
{
    let bytes = document.to_vec().unwrap();
    let (ours, theirs) = (read::<T>(&bytes), bson::deserialize_from_slice::<T>(&bytes));
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs);
            Some(ours)
        }
        (Err(_), Err(_)) => None,
        (ours, theirs) => panic!("ours: {ours:?}\ntheirs: {theirs:?}"),
    }
}

fn written<T: Value>(value: &T) -> Vec<u8> {
    let mut writer = Writer::new();
    value.encode(&mut writer).unwrap();
    writer.into_bytes()
}

fn read<T: Value>(bytes: &[u8]) -> Result<T, odm::error::codec::CodecError> {
    T::decode(Raw::document(bytes))
}

fn show(bytes: &[u8]) -> Document {
    Document::from_reader(bytes).unwrap()
}

fn error<T: Value + Debug>(document: &Document) -> String {
    read::<T>(&document.to_vec().unwrap()).unwrap_err().to_string()
}

// -- models

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders")]
struct Order {
    reference: String,
    #[serde(rename = "_id")]
    id: Id<Self>,
    status: Status,
    lines: Vec<Line>,
    ship_to: Option<Address>,
    placed_at: DateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Value)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
enum Status {
    Open,
    PartlyPaid,
    #[serde(rename = "done", alias = "finished")]
    Paid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Line {
    sku: String,
    qty: u32,
    price: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Address {
    street: String,
    city: Option<String>,
}

fn order() -> Order {
    Order {
        reference: "NO-000001".into(),
        id: Id::new(),
        status: Status::PartlyPaid,
        lines: vec![
            Line { sku: "a".into(), qty: 3, price: 9.5 },
            Line { sku: "b".into(), qty: u32::MAX, price: -0.0 },
        ],
        ship_to: Some(Address { street: "Karl Johans gate".into(), city: None }),
        placed_at: DateTime::from_millis(1_234),
    }
}

#[test]
fn a_model_is_stored_as_serde_stores_it_with_the_id_where_it_is_declared() {
    same(&order());
    same(&Order { ship_to: None, lines: Vec::new(), ..order() });
    let keys: Vec<_> = show(&written(&order())).keys().cloned().collect();
    assert_eq!(keys, ["reference", "_id", "status", "lines", "shipTo", "placedAt"]);
}

#[test]
fn fields_are_read_in_any_order_and_unknown_ones_are_ignored() {
    let document = show(&written(&order()));
    let mut shuffled = doc! { "unknown": { "deep": [1, 2, { "x": 1 }] } };
    for (key, value) in document.into_iter().collect::<Vec<_>>().into_iter().rev() {
        shuffled.insert(key, value);
        shuffled.insert(format!("other{}", shuffled.len()), 1);
    }
    assert!(reads_same::<Order>(&shuffled).is_some());
}

#[test]
fn a_missing_field_is_an_error_as_in_serde_unless_it_is_an_option() {
    let document = show(&written(&order()));
    for key in document.keys() {
        let mut without = document.clone();
        without.remove(key);
        assert_eq!(reads_same::<Order>(&without).is_some(), key == "shipTo", "{key}");
    }
    let mut without = document;
    without.remove("placedAt");
    assert_eq!(error::<Order>(&without), "`placedAt`: expected a value, found nothing: the field is missing");
}

#[test]
fn a_duplicate_element_is_an_error_even_under_an_alias() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Named {
        #[serde(alias = "title", alias = "label")]
        name: String,
    }
    assert!(reads_same::<Named>(&doc! { "title": "a" }).is_some());
    assert!(reads_same::<Named>(&doc! { "label": "a" }).is_some());
    assert!(reads_same::<Named>(&doc! { "name": "a", "label": "b" }).is_none());
    assert!(reads_same::<Named>(&doc! { "label": "b", "name": "a" }).is_none());
    assert_eq!(
        error::<Named>(&doc! { "name": "a", "label": "b" }),
        "`name`: expected one element of this name, found two"
    );
    same(&Named { name: "x".into() });
}

#[test]
fn the_error_of_a_wrong_type_contains_its_path() {
    let mut document = show(&written(&order()));
    document.insert("lines", vec![doc! { "sku": "a", "qty": 1, "price": 1.0 }, doc! { "sku": 5 }]);
    assert_eq!(error::<Order>(&document), "`lines.1.sku`: expected a string, found an int32");
}

// -- ids

#[derive(Debug, PartialEq, Serialize, Deserialize, Model)]
#[odm(collection = "people")]
struct Person {
    #[odm(id)]
    #[serde(rename = "_id")]
    email: String,
    /// The field `id` is not the id, because another field is marked.
    id: i32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Model)]
#[odm(collection = "parcels", key = Uuid)]
struct Parcel {
    #[serde(rename = "_id")]
    number: Id<Parcel>,
}

#[derive(Debug, PartialEq, Model)]
#[odm(collection = "profiles")]
struct Profile {
    id: Id<Order>,
    #[odm(rename = "picture")]
    image: Vec<u8>,
}

#[test]
fn an_id_may_be_marked_renamed_or_a_plain_key() {
    same(&Person { email: "a@b".into(), id: 3 });
    same(&Parcel { number: Id::new() });
    assert_eq!(Person { email: "a@b".into(), id: 3 }.id(), "a@b");
    let profile = Profile { id: Id::new(), image: vec![1] };
    let keys: Vec<_> = show(&written(&profile)).keys().cloned().collect();
    assert_eq!(keys, ["_id", "picture"]);
    let _: &String = Id::<Person>::from("a@b").key();
    let _: &Uuid = Id::<Parcel>::new().key();
    let _: &Id<Order> = Id::<Profile>::from_key(Id::new()).key();
}

// -- serde's attributes

fn seven() -> i32 {
    7
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Fields {
    plain: i32,
    #[serde(rename = "Re Named")]
    renamed: i32,
    #[serde(default)]
    defaulted: Vec<i32>,
    #[serde(default = "seven")]
    seven: i32,
    #[serde(skip)]
    skipped: Skipped,
    #[serde(skip, default = "seven")]
    skipped_seven: i32,
    #[serde(skip_serializing, default)]
    never_written: i32,
    #[serde(skip_deserializing)]
    never_read: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<i32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<i32>,
    null: Option<i32>,
    r#type: String,
    boxed: Box<i32>,
}

/// Implements neither `Value` nor serde's traits, and has no accessor.
#[derive(Debug, Clone, PartialEq, Default)]
struct Skipped;

#[test]
fn field_attributes_work_as_in_serde() {
    let all = Fields {
        plain: 1,
        renamed: 2,
        defaulted: vec![3],
        seven: 4,
        skipped: Skipped,
        skipped_seven: 7,
        never_written: 0,
        never_read: 0,
        maybe: Some(5),
        list: vec![6],
        null: None,
        r#type: "t".into(),
        boxed: Box::new(8),
    };
    same(&all);
    same(&Fields { maybe: None, list: Vec::new(), ..all.clone() });

    let document = show(&written(&all));
    for key in document.keys() {
        let mut without = document.clone();
        without.remove(key);
        reads_same::<Fields>(&without);
    }
    let mut more = document.clone();
    more.insert("never_written", 9);
    more.insert("never_read", "anything");
    more.insert("skipped", "anything");
    let read = reads_same::<Fields>(&more).unwrap();
    assert_eq!((read.never_written, read.never_read), (9, 0));
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
#[serde(default, rename_all = "kebab-case")]
struct Defaulted {
    one_thing: i32,
    other: String,
    #[serde(default)]
    zero: i32,
    #[serde(skip)]
    skipped: i32,
    maybe: Option<i32>,
}

impl Default for Defaulted {
    fn default() -> Self {
        Self { one_thing: 41, other: "other".into(), zero: 42, skipped: 43, maybe: Some(44) }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
#[serde(default = "made")]
struct Made {
    a: i32,
    b: Option<i32>,
}

fn made() -> Made {
    Made { a: 1, b: Some(2) }
}

#[test]
fn container_defaults_replace_missing_fields() {
    let read = reads_same::<Defaulted>(&doc! {}).unwrap();
    assert_eq!(read, Defaulted { zero: 0, ..Defaulted::default() });
    reads_same::<Defaulted>(&doc! { "one-thing": 1, "maybe": null });
    assert_eq!(reads_same::<Made>(&doc! { "a": 9 }).unwrap(), Made { a: 9, b: Some(2) });
    same(&Defaulted::default());
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: i32,
    #[serde(alias = "c")]
    b: Option<i32>,
    #[serde(skip)]
    z: i32,
}

#[test]
fn unknown_fields_are_denied_if_requested() {
    assert!(reads_same::<Strict>(&doc! { "a": 1, "c": 2 }).is_some());
    assert!(reads_same::<Strict>(&doc! { "a": 1, "z": 2 }).is_none());
    assert!(reads_same::<Strict>(&doc! { "x": 1, "a": 1 }).is_none());
    assert_eq!(
        error::<Strict>(&doc! { "a": 1, "x": 2 }),
        "`*`: expected one of `a`, `b`, found a field that is not declared"
    );
}

/// Stores cents as a decimal string.
mod cents {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(cents: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}.{:02}", cents / 100, cents % 100))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        String::deserialize(deserializer)?.replace('.', "").parse().map_err(D::Error::custom)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Payment {
    Card { last4: String },
    Cash,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct ThroughSerde {
    #[serde(with = "cents")]
    total: i64,
    #[serde(serialize_with = "cents::serialize", deserialize_with = "cents::deserialize", default)]
    tax: i64,
    #[serde(deserialize_with = "lenient")]
    lenient: i32,
    #[odm(serde)]
    payment: Payment,
    #[odm(serde)]
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<Payment>,
    #[odm(serde)]
    #[serde(default)]
    pair: (i32, String),
}

fn lenient<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    Ok(i32::deserialize(deserializer).unwrap_or(-1))
}

#[test]
fn fields_may_be_stored_through_serde() {
    let value = ThroughSerde {
        total: 1_234,
        tax: 5,
        lenient: 6,
        payment: Payment::Card { last4: "4242".into() },
        maybe: Some(Payment::Cash),
        pair: (1, "one".into()),
    };
    same(&value);
    same(&ThroughSerde { maybe: None, ..value.clone() });
    let document = show(&written(&value));
    for key in document.keys() {
        let mut without = document.clone();
        without.remove(key);
        let read = reads_same::<ThroughSerde>(&without);
        assert_eq!(read.is_some(), ["tax", "maybe", "pair"].contains(&key.as_str()), "{key}");
    }
    let mut wrong = document;
    wrong.insert("payment", doc! { "kind": "Cheque" });
    assert!(reads_same::<ThroughSerde>(&wrong).is_none());
    assert_eq!(
        error::<ThroughSerde>(&wrong),
        "`payment`: expected a value that serde can read, found one it refuses"
    );
}

// -- values

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Email(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(transparent)]
struct Tags {
    all: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Maybe(Option<i32>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(transparent)]
struct Through(Option<i32>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Cents(#[serde(with = "cents")] i64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Paid(#[odm(serde)] Payment);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
struct Home(Address);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Values {
    email: Email,
    emails: Vec<Option<Email>>,
    tags: Tags,
    maybe: Maybe,
    through: Through,
    cents: Cents,
    paid: Paid,
    home: Home,
    status: Status,
    by_name: BTreeMap<String, Status>,
    by_status: BTreeMap<Status, i32>,
}

#[test]
fn newtypes_and_enums_are_stored_as_serde_stores_them() {
    let value = Values {
        email: Email("a@b".into()),
        emails: vec![Some(Email("c@d".into())), None],
        tags: Tags { all: vec!["x".into()] },
        maybe: Maybe(None),
        through: Through(Some(1)),
        cents: Cents(99),
        paid: Paid(Payment::Cash),
        home: Home(Address { street: "s".into(), city: Some("c".into()) }),
        status: Status::Paid,
        by_name: BTreeMap::from([("k".into(), Status::Open)]),
        by_status: BTreeMap::from([(Status::PartlyPaid, 1), (Status::Paid, 2)]),
    };
    same(&value);
    let document = show(&written(&value));
    assert_eq!(document.get_str("status").unwrap(), "done");
    for key in document.keys() {
        let mut without = document.clone();
        without.remove(key);
        let read = reads_same::<Values>(&without);
        assert_eq!(read.is_some(), key == "through", "{key}");
    }
    let mut other = document;
    for name in ["OPEN", "PARTLY-PAID", "finished", "done"] {
        other.insert("status", name);
        assert!(reads_same::<Values>(&other).is_some(), "{name}");
    }
    other.insert("status", "Paid");
    assert!(reads_same::<Values>(&other).is_none());
    let error = read::<Values>(&other.to_vec().unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`status`: expected one of `OPEN`, `PARTLY-PAID`, `done`, found another text"
    );
    assert_eq!(error.value(), Some("Paid"));
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Value)]
enum Level {
    Low = 10,
    #[serde(skip_deserializing)]
    Retired,
    #[serde(skip)]
    Hidden,
    #[odm(rename = "HIGH")]
    #[serde(rename = "HIGH")]
    High,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
struct Levels {
    level: Level,
}

#[test]
fn skipped_variants_are_not_stored_and_other_reads_unknown_names() {
    same(&Levels { level: Level::Low });
    same(&Levels { level: Level::High });
    let retired = Levels { level: Level::Retired };
    assert_eq!(written(&retired), serialize_to_vec(&retired).unwrap());
    assert_eq!(reads_same::<Levels>(&doc! { "level": "Retired" }).unwrap().level, Level::Unknown);
    assert_eq!(reads_same::<Levels>(&doc! { "level": "?" }).unwrap().level, Level::Unknown);
    assert!(serialize_to_vec(&Levels { level: Level::Hidden }).is_err());
    let error = Levels { level: Level::Hidden }.encode(&mut Writer::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`level`: expected a variant that can be stored, found `Level::Hidden`, which is skipped"
    );
}

// -- shapes, generics, every type

#[derive(Debug, PartialEq, Serialize, Deserialize, Shape)]
struct Revenue {
    #[odm(id)]
    #[serde(rename = "_id")]
    customer: Status,
    total: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Page<T, const N: usize>
where
    T: Clone,
{
    items: Vec<T>,
    next: Option<Box<Page<T, N>>>,
    first: T,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
struct Empty {}

#[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
struct Everything {
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    f32: f32,
    f64: f64,
    bool: bool,
    char: char,
    string: String,
    object_id: ObjectId,
    uuid: Uuid,
    date: DateTime,
    decimal: Decimal128,
    regex: Regex,
    timestamp: Timestamp,
    bson: Bson,
    document: Document,
    map: HashMap<String, i32>,
    deep: Vec<Vec<Option<BTreeMap<String, Box<i32>>>>>,
    empty: Empty,
}

#[test]
fn structs_generics_and_every_type_are_stored_as_serde_stores_them() {
    same(&Revenue { customer: Status::Open, total: 1.5 });
    let inner = Page::<_, 1> { items: vec![], next: None, first: Status::Open };
    same(&Page { items: vec![Status::Paid], next: Some(Box::new(inner)), first: Status::Paid });
    same(&Empty {});
    same(&Everything {
        i8: -1,
        i16: -2,
        i32: i32::MIN,
        i64: i64::MIN,
        u8: 255,
        u16: 65_535,
        u32: u32::MAX,
        u64: i64::MAX as u64,
        f32: 1.25,
        f64: f64::MIN_POSITIVE,
        bool: true,
        char: 'ø',
        string: "\0 text".into(),
        object_id: ObjectId::new(),
        uuid: Uuid::new(),
        date: DateTime::from_millis(-1),
        decimal: "1.50".parse().unwrap(),
        regex: Regex { pattern: "^a".try_into().unwrap(), options: "i".try_into().unwrap() },
        timestamp: Timestamp { time: 1, increment: 2 },
        bson: Bson::MaxKey,
        document: doc! { "a": [1, { "b": null }] },
        map: HashMap::from([("one".into(), 1)]),
        deep: vec![vec![None, Some(BTreeMap::from([("k".into(), Box::new(3))]))], vec![]],
        empty: Empty {},
    });
}

#[test]
fn truncated_bytes_are_an_error_at_every_length() {
    let bytes = written(&order());
    for length in 0..bytes.len() {
        assert!(read::<Order>(&bytes[..length]).is_err(), "{length}");
    }
}
