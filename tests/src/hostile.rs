//! Decodes arbitrary bytes. The fuzzer and a bounded test use the same functions.
#![allow(missing_docs)] // the fields of the models need no documentation

pub mod shapes;

use std::collections::{BTreeMap, HashMap};

use odm::{
    __private::{Raw, Writer},
    Embedded, Id, Model, Value,
    bson::{
        Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, Uuid, doc,
        oid::ObjectId, spec::BinarySubtype,
    },
    error::codec::CodecError,
    value::{Decode, Row},
};
use serde::{Deserialize, Serialize};

use self::shapes::{Beside, Flat, Forms, Lent, Owned};

/// A model with a field of every kind.
#[derive(Debug, Clone, Model)]
#[odm(collection = "wide")]
pub struct Wide {
    pub id: Id<Wide>,
    pub text: String,
    pub small: i8,
    pub count: u32,
    pub wide: u64,
    pub ratio: f64,
    pub narrow: f32,
    pub yes: bool,
    pub letter: char,
    pub at: DateTime,
    pub stamp: Timestamp,
    pub price: Decimal128,
    pub data: Binary,
    pub uuid: Uuid,
    pub pattern: Regex,
    pub code: JavaScriptCodeWithScope,
    pub mood: Mood,
    pub cents: Cents,
    pub part: Part,
    pub parts: Vec<Part>,
    pub maybe: Option<Box<Part>>,
    pub numbers: BTreeMap<i32, Vec<i64>>,
    pub names: HashMap<String, Option<String>>,
    pub owners: BTreeMap<ObjectId, bool>,
    pub any: Bson,
    pub anything: Document,
    #[odm(serde)]
    pub foreign: Foreign,
}

/// An embedded document with such fields, all of them optional.
#[derive(Debug, Clone, Default, Embedded)]
#[serde(default)]
pub struct Part {
    pub text: Option<String>,
    pub small: Option<i16>,
    pub ratio: Option<f64>,
    pub yes: Option<bool>,
    pub at: Option<DateTime>,
    pub data: Option<Binary>,
    pub pattern: Option<Regex>,
    pub code: Option<JavaScriptCodeWithScope>,
    pub mood: Option<Mood>,
    pub any: Option<Bson>,
    pub part: Option<Box<Part>>,
    pub parts: Vec<Part>,
    pub named: BTreeMap<String, Part>,
    #[odm(serde)]
    pub foreign: Option<Foreign>,
}

/// An enum of unit variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Value)]
pub enum Mood {
    Good,
    Bad,
}

/// A newtype.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Value)]
pub struct Cents(pub i64);

/// A type that implements only serde's traits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Foreign {
    Text(String),
    Any(Bson),
    Deep(Vec<Foreign>),
    Named { left: Option<Box<Foreign>>, right: Option<Box<Foreign>> },
}

/// Decodes `bytes` as each of the types. Panics if a decoded value cannot be encoded, or does not decode to the same
/// value again.
///
/// Returns the number of types that were decoded.
pub fn read_as_everything(bytes: &[u8]) -> usize {
    [
        again::<Document>(bytes),
        again::<Bson>(bytes),
        again::<Wide>(bytes),
        again::<Part>(bytes),
        again::<BTreeMap<String, Bson>>(bytes),
        again::<HashMap<u32, Part>>(bytes),
        again::<Forms>(bytes),
        again::<Flat>(bytes),
        again::<Beside>(bytes),
        whole::<Wide>(bytes),
        whole::<Part>(bytes),
        whole::<Forms>(bytes),
        seen::<Owned>(bytes),
        seen::<Lent<'static>>(bytes),
    ]
    .into_iter()
    .filter(|read| *read)
    .count()
}

/// Decodes `bytes` as one type. Panics if a decoded value cannot be encoded, or does not decode to the same value
/// again.
pub fn again<V: Value>(bytes: &[u8]) -> bool {
    match V::decode(Raw::document(bytes)) {
        Ok(value) => {
            let written = bytes_of(&value).unwrap();
            let read = V::decode(Raw::document(&written)).unwrap();
            // Bytes are compared because a NaN is not equal to itself. The entries of a `HashMap` have no order.
            let again = bytes_of(&read).unwrap();
            assert_eq!(again.len(), written.len());
            let name = std::any::type_name::<V>();
            assert!(again == written || name.contains("HashMap") || name.ends_with("::Wide"), "{name}");
            true
        }
        Err(error) => {
            said(&error);
            false
        }
    }
}

fn whole<D: Decode>(bytes: &[u8]) -> bool {
    match odm::from_slice::<D>(bytes) {
        Ok(value) => bytes_of(&value).is_ok(),
        Err(error) => {
            assert!(error.is_decode() && !error.to_string().is_empty());
            false
        }
    }
}

/// Reads `bytes` as a view, which is never written.
fn seen<V: Row>(bytes: &[u8]) -> bool {
    V::read_row(Raw::document(bytes)).map_err(|error| said(&error)).is_ok()
}

fn said(error: &CodecError) {
    assert!(!error.expected().is_empty() && !error.found().is_empty(), "{error}");
}

/// Returns the BSON of a value.
///
/// # Errors
///
/// Returns an error if the value cannot be encoded.
pub fn bytes_of<V: Value>(value: &V) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::new();
    value.encode(&mut writer)?;
    Ok(writer.into_bytes())
}

/// Returns the seeds of the mutations: the names and contents of the files in `fuzz/seeds`.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("empty", bytes_of(&doc! {}).unwrap()),
        ("wide", bytes_of(&wide()).unwrap()),
        ("part", bytes_of(&part(1)).unwrap()),
        ("every-type", bytes_of(&every_type()).unwrap()),
        ("parts-by-number", bytes_of(&BTreeMap::from([(0, part(0)), (7, Part::default())])).unwrap()),
        ("deep", bytes_of(&deep(20)).unwrap()),
        ("forms", bytes_of(&shapes::forms()).unwrap()),
        ("old-forms", bytes_of(&shapes::old_forms()).unwrap()),
        ("flat", bytes_of(&shapes::flat()).unwrap()),
        ("beside", bytes_of(&shapes::beside()).unwrap()),
    ]
}

fn wide() -> Wide {
    let part = part(0);
    Wide {
        id: Id::from_key(ObjectId::from_bytes([1; 12])),
        text: "ø\0".into(),
        small: -1,
        count: u32::MAX,
        wide: 7,
        ratio: f64::NAN,
        narrow: 1.5,
        yes: true,
        letter: 'å',
        at: DateTime::from_millis(i64::MIN),
        stamp: Timestamp { time: u32::MAX, increment: 1 },
        price: Decimal128::from_bytes([0x7C; 16]),
        data: Binary { subtype: BinarySubtype::BinaryOld, bytes: vec![1, 2] },
        uuid: Uuid::from_bytes([4; 16]),
        pattern: Regex { pattern: "^a".try_into().unwrap(), options: "ix".try_into().unwrap() },
        code: JavaScriptCodeWithScope { code: "f".into(), scope: doc! { "x": [1] } },
        mood: Mood::Bad,
        cents: Cents(3),
        parts: vec![part.clone(), Part::default()],
        maybe: Some(Box::new(part.clone())),
        part,
        numbers: BTreeMap::from([(-1, vec![i64::MIN]), (2, vec![])]),
        names: HashMap::from([(String::new(), None)]),
        owners: BTreeMap::from([(ObjectId::from_bytes([2; 12]), false)]),
        any: Bson::Array(vec![Bson::MaxKey, Bson::Undefined]),
        anything: every_type(),
        foreign: Foreign::Deep(vec![Foreign::Text("x".into()), Foreign::Any(Bson::Null)]),
    }
}

fn part(levels: usize) -> Part {
    let inner = (levels > 0).then(|| part(levels - 1));
    Part {
        text: Some("text".into()),
        small: Some(300),
        ratio: Some(-0.0),
        yes: Some(false),
        at: Some(DateTime::from_millis(0)),
        data: Some(Binary { subtype: BinarySubtype::Generic, bytes: vec![9] }),
        pattern: Some(Regex { pattern: "".try_into().unwrap(), options: "".try_into().unwrap() }),
        code: None,
        mood: Some(Mood::Good),
        any: Some(Bson::Symbol("s".into())),
        part: inner.clone().map(Box::new),
        parts: inner.clone().into_iter().collect(),
        named: inner.into_iter().map(|part| ("a.b".to_owned(), part)).collect(),
        foreign: Some(Foreign::Named { left: None, right: Some(Box::new(Foreign::Text(String::new()))) }),
    }
}

/// Returns a document with an element of every type.
pub fn every_type() -> Document {
    let mut all = doc! {
        "double": 1.5, "string": "s", "document": { "": 1 }, "array": [1, [2]], "undefined": Bson::Undefined,
        "id": ObjectId::from_bytes([5; 12]), "bool": true, "date": DateTime::from_millis(1), "null": null,
        "regex": Regex { pattern: "a".try_into().unwrap(), options: "i".try_into().unwrap() },
        "code": Bson::JavaScriptCode("f()".into()), "symbol": Bson::Symbol("s".into()),
        "scoped": JavaScriptCodeWithScope { code: "g".into(), scope: doc! { "y": { "z": 1 } } },
        "int": 1, "stamp": Timestamp { time: 1, increment: 2 }, "long": 1_i64,
        "decimal": Decimal128::from_bytes([0; 16]), "min": Bson::MinKey, "max": Bson::MaxKey,
    };
    for subtype in [0_u8, 2, 4, 9, 0x80] {
        let data = Binary { subtype: subtype.into(), bytes: vec![subtype; 3] };
        all.insert(format!("binary{subtype}"), data);
    }
    // A `DbPointer` has no constructor.
    let mut pointer = vec![29, 0, 0, 0, 0x0C, b'v', 0, 5, 0, 0, 0, b'a', b'.', b'b', b'c', 0];
    pointer.extend_from_slice(&[6; 12]);
    pointer.push(0);
    let pointer = Document::decode(Raw::document(&pointer)).unwrap();
    all.extend(pointer);
    all
}

fn deep(levels: usize) -> Document {
    (1..levels).fold(doc! { "a": 1 }, |inner, _| doc! { "a": [inner] })
}
