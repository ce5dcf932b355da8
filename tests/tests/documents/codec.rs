//! The codec without a derive: the encoding of each Rust type, every BSON type bit for bit, and malformed bytes.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)] // in functions that tests share

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Debug,
    thread,
};

use odm::{
    __private::{Raw, Writer},
    Id, Keyed, Value,
    bson::{
        self, Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, Uuid,
        doc, oid::ObjectId, spec::BinarySubtype,
    },
    error::codec::CodecError,
};
use serde::{Serialize, de::DeserializeOwned};

fn encode<V: Value>(value: &V) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::new();
    writer.document(|writer| writer.element("v", value))?;
    Ok(writer.into_bytes())
}

fn decode<V: Value>(bytes: &[u8]) -> Result<V, CodecError> {
    let mut slot = None;
    let mut elements = Raw::document(bytes).elements()?;
    elements.take("v", &mut slot)?;
    odm::__private::require(&mut slot, "v")
}

fn message<T: Debug>(result: Result<T, CodecError>) -> String {
    result.unwrap_err().to_string()
}

/// Asserts that odm and serde write the same, and that each reads what the other wrote.
#[track_caller]
fn same_as_serde<V: Value + Serialize + DeserializeOwned + PartialEq + Debug + Clone>(value: V) {
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
    assert_eq!(ours, theirs, "{value:?}");
    assert_eq!(decode::<V>(&theirs).unwrap(), value);
    assert_eq!(bson::deserialize_from_slice::<In<V>>(&ours).unwrap().v, value);
    let document: Document = bson::deserialize_from_slice(&ours).unwrap();
    assert_eq!(document.get("v"), Some(&value.to_bson().unwrap()), "as an operand");
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Thing;

impl Keyed for Thing {
    type Key = ObjectId;
}

#[test]
fn scalars_are_stored_as_serde_stores_them() {
    macro_rules! ends {
        ($($type:ty)*) => { $(
            same_as_serde(<$type>::MIN);
            same_as_serde(<$type>::MAX);
            same_as_serde::<$type>(7);
        )* };
    }
    ends!(i8 i16 i32 i64 isize u8 u16 u32);
    same_as_serde(u64::MIN);
    same_as_serde(i64::MAX as u64);
    same_as_serde(7_usize);
    for number in [0.0, -0.0, 1.5, f64::MIN, f64::MAX, f64::INFINITY, f64::EPSILON] {
        same_as_serde(number);
    }
    same_as_serde(1.5_f32);
    same_as_serde(true);
    same_as_serde('ø');
    same_as_serde(String::new());
    same_as_serde("zero \0 inside, ønsket".to_owned());
    same_as_serde(ObjectId::from_bytes([9; 12]));
    same_as_serde(DateTime::from_millis(i64::MIN));
    same_as_serde(DateTime::from_millis(i64::MAX));
    same_as_serde(Decimal128::from_bytes([0xFF; 16]));
    same_as_serde(Timestamp { time: u32::MAX, increment: 1 });
    same_as_serde(Uuid::from_bytes([3; 16]));
    same_as_serde(Regex { pattern: "^a".try_into().unwrap(), options: "i".try_into().unwrap() });
}

#[test]
fn wrappers_arrays_and_maps_are_stored_as_serde_stores_them() {
    same_as_serde(Some(7_u8));
    same_as_serde(None::<u8>);
    same_as_serde(Box::new(7_u8));
    same_as_serde(Vec::<u8>::new());
    same_as_serde((0..200).collect::<Vec<i32>>());
    same_as_serde(vec![vec![Some(1.5)], vec![], vec![None]]);
    same_as_serde(BTreeMap::from([("a".to_owned(), 1), (String::new(), 2), ("ø.$".to_owned(), 3)]));
    same_as_serde(HashMap::from([("one".to_owned(), vec![1_i64])]));
    same_as_serde(doc! { "a": { "b": [1, "x", null] } });
    same_as_serde(Bson::Array(vec![1.into(), Bson::Null]));
}

/// `bson`'s serde refuses keys that are not strings.
#[test]
fn a_map_may_have_keys_that_are_numbers() {
    let map = BTreeMap::from([(-5, "x".to_owned()), (7, String::new())]);
    let bytes = encode(&map).unwrap();
    assert_eq!(bytes, doc! { "v": { "-5": "x", "7": "" } }.to_vec().unwrap());
    assert_eq!(decode::<BTreeMap<i32, String>>(&bytes).unwrap(), map);
    assert_eq!(
        message(decode::<BTreeMap<u8, String>>(&bytes)),
        "`v.*`: expected a u8 as key, found another text"
    );
}

#[test]
fn two_spellings_of_one_numeric_key_are_an_error() {
    let bytes = doc! { "v": { "1": "a", "01": "b" } }.to_vec().unwrap();
    assert_eq!(
        message(decode::<HashMap<u8, String>>(&bytes)),
        "`v.*`: expected one element for this key, found two"
    );
    assert_eq!(decode::<HashMap<String, String>>(&bytes).unwrap().len(), 2);
}

#[test]
fn wide_integers_are_stored_as_int64_or_not_at_all() {
    assert_eq!(encode(&7_i128).unwrap(), encode(&7_i64).unwrap());
    assert_eq!(decode::<u128>(&encode(&i64::MAX).unwrap()).unwrap(), i64::MAX as u128);
    for error in [message(encode(&u128::MAX)), message(encode(&(i128::from(i64::MAX) + 1)))] {
        assert_eq!(error, "`v`: expected an integer that fits int64, found a number outside its range");
    }
    assert_eq!(
        message(encode(&i128::MIN)),
        "`v`: expected an integer that fits int64, found a number outside its range"
    );
}

#[test]
fn an_id_is_stored_as_its_key_in_bson_and_as_a_string_in_json() {
    let id = Id::<Thing>::new();
    same_as_serde(id);
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(json, format!("\"{}\"", id.key().to_hex()));
    assert_eq!(serde_json::from_str::<Id<Thing>>(&json).unwrap(), id);
    assert_eq!(id.to_string().parse::<Id<Thing>>().unwrap(), id);
    assert_eq!(id.to_bson().unwrap(), Bson::ObjectId(*id.key()));
    same_as_serde(BTreeMap::from([(id.to_string(), 1)]));
    let by_id = BTreeMap::from([(id, 1)]);
    assert_eq!(encode(&by_id).unwrap(), encode(&BTreeMap::from([(id.to_string(), 1)])).unwrap());
    assert_eq!(decode::<BTreeMap<Id<Thing>, i32>>(&encode(&by_id).unwrap()).unwrap(), by_id);
}

#[test]
fn numbers_that_do_not_fit_are_errors_and_never_wrap() {
    assert_eq!(
        message(encode(&u64::MAX)),
        "`v`: expected an integer that fits int64, found a number outside its range"
    );
    assert_eq!(
        message((i64::MAX as u64 + 1).to_bson()),
        "expected an integer that fits int64, found a number outside its range"
    );
    let small = |number: i64| decode::<u8>(&encode(&number).unwrap());
    assert_eq!(small(255).unwrap(), 255);
    for number in [-1, 256, i64::MAX] {
        assert_eq!(
            message(small(number)),
            "`v`: expected an integer that fits u8, found a number outside its range"
        );
        assert_eq!(small(number).unwrap_err().value(), Some(number.to_string().as_str()));
    }
}

#[test]
fn an_integral_double_reads_as_an_integer() {
    let read = |number: f64| decode::<i64>(&encode(&number).unwrap());
    assert_eq!(read(7.0).unwrap(), 7);
    assert_eq!(read(-9_007_199_254_740_992.0).unwrap(), -9_007_199_254_740_992);
    for number in [7.5, f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(
            message(read(number)),
            "`v`: expected an integer, found a double with a fraction or beyond 2^53"
        );
    }
}

/// An integer that would become another number in the field, and would be stored as that number, is an error in both
/// directions.
#[test]
fn an_integer_of_at_most_2_to_the_53_reads_as_a_double() {
    let read = |number: i64| decode::<f64>(&encode(&number).unwrap());
    assert_eq!(decode::<f64>(&encode(&7_i32).unwrap()).unwrap().to_bits(), 7.0_f64.to_bits());
    for number in [9_007_199_254_740_992, -9_007_199_254_740_992] {
        #[allow(clippy::cast_precision_loss)] // 2^53
        let double = number as f64;
        assert_eq!(read(number).unwrap().to_bits(), double.to_bits());
    }
    for number in [9_007_199_254_740_993, -9_007_199_254_740_993, 1 << 60, i64::MAX, i64::MIN] {
        let error = read(number).unwrap_err();
        assert_eq!(error.value(), Some(number.to_string().as_str()));
        assert_eq!(
            error.to_string(),
            "`v`: expected a double, or an integer of at most 2^53, found an integer beyond that"
        );
    }
    for number in [i64::MAX, 9_007_199_254_740_993] {
        assert!(decode::<Option<f64>>(&encode(&number).unwrap()).is_err());
        assert!(decode::<Vec<f64>>(&encode(&vec![number]).unwrap()).is_err());
        assert!(decode::<std::num::Wrapping<f64>>(&encode(&number).unwrap()).is_err());
    }
}

#[test]
fn an_f32_reads_doubles_in_its_range_and_integers_of_at_most_2_to_the_24() {
    let read = |number: i64| decode::<f32>(&encode(&number).unwrap());
    assert_eq!(read(16_777_216).unwrap().to_bits(), 16_777_216_f32.to_bits());
    for number in [16_777_217, -16_777_217, i64::MAX] {
        assert_eq!(
            message(read(number)),
            "`v`: expected a double, or an integer of at most 2^24, found an integer beyond that"
        );
    }
    assert_eq!(
        message(decode::<f32>(&encode(&16_777_217_i32).unwrap())),
        "`v`: expected a double, or an integer of at most 2^24, found an integer beyond that"
    );
    let of_double = |number: f64| decode::<f32>(&encode(&number).unwrap());
    assert_eq!(of_double(0.1).unwrap().to_bits(), 0.1_f32.to_bits());
    assert!(of_double(f64::INFINITY).unwrap().is_infinite());
    for number in [1e39, -1e300, f64::MAX] {
        assert_eq!(
            message(of_double(number)),
            "`v`: expected a number that fits f32, found a number outside its range"
        );
    }
}

#[test]
fn the_error_of_a_wrong_type_contains_path_expected_and_found() {
    let bytes = doc! { "v": { "a": [{ "b": 1 }, { "b": "text" }] } }.to_vec().unwrap();
    let error = decode::<BTreeMap<String, Vec<BTreeMap<String, i32>>>>(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "`v.*.1.*`: expected an integer, found a string");
    assert_eq!(
        (error.path().as_str(), error.expected(), error.found()),
        ("v.a.1.b", "an integer", "a string")
    );
    assert_eq!(
        message(decode::<String>(&doc! {}.to_vec().unwrap())),
        "`v`: expected a value, found nothing: the field is missing"
    );
    assert_eq!(decode::<Option<String>>(&doc! {}.to_vec().unwrap()).unwrap(), None);
}

/// Every BSON type with its edges.
fn every_type() -> Vec<Bson> {
    let mut all: Vec<Bson> = vec![
        Bson::Double(f64::from_bits(0x7FF8_0000_DEAD_BEEF)),
        Bson::Double(-0.0),
        Bson::String("ø\0".to_owned()),
        Bson::Document(doc! { "": { "": 1 }, "$odd": 1, "a.b": 2 }),
        Bson::Array(vec![]),
        Bson::Boolean(false),
        Bson::Null,
        Bson::RegularExpression(Regex {
            pattern: "".try_into().unwrap(),
            options: "imx".try_into().unwrap(),
        }),
        Bson::JavaScriptCode("f()".to_owned()),
        Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
            code: "f".to_owned(),
            scope: doc! { "x": [1] },
        }),
        Bson::Int32(i32::MIN),
        Bson::Int64(i64::MAX),
        Bson::Timestamp(Timestamp { time: 0, increment: u32::MAX }),
        Bson::ObjectId(ObjectId::from_bytes([0xFF; 12])),
        Bson::DateTime(DateTime::from_millis(i64::MIN)),
        Bson::Symbol("old".to_owned()),
        Bson::Decimal128(Decimal128::from_bytes([0x7C; 16])),
        Bson::Undefined,
        Bson::MaxKey,
        Bson::MinKey,
    ];
    for subtype in [0_u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80, 0xFF] {
        all.push(Bson::Binary(Binary { subtype: BinarySubtype::from(subtype), bytes: vec![1, 2, 3] }));
        all.push(Bson::Binary(Binary { subtype: BinarySubtype::from(subtype), bytes: vec![] }));
    }
    // A `DbPointer` has no constructor, so its bytes are written here.
    let mut pointer = vec![0, 0, 0, 0, 0x0C, b'v', 0, 4, 0, 0, 0, b'a', b'.', b'b', 0];
    pointer.extend_from_slice(&[5; 12]);
    pointer.push(0);
    pointer[0] = u8::try_from(pointer.len()).unwrap();
    all.push(decode::<Bson>(&pointer).unwrap());
    all
}

#[test]
fn every_bson_type_round_trips_bit_for_bit() {
    for value in every_type() {
        let theirs = doc! { "v": value.clone() }.to_vec().unwrap();
        assert_eq!(encode(&value).unwrap(), theirs, "{value:?}");
        let back = decode::<Bson>(&theirs).unwrap();
        assert_eq!(doc! { "v": back }.to_vec().unwrap(), theirs, "{value:?}");
        let whole = doc! { "v": [value.clone()], "w": { "x": value.clone() } };
        let bytes = odm_bytes(&whole);
        assert_eq!(bytes, whole.to_vec().unwrap());
        assert_eq!(Document::decode(Raw::document(&bytes)).unwrap().to_vec().unwrap(), bytes);
    }
}

fn odm_bytes(document: &Document) -> Vec<u8> {
    let mut writer = Writer::new();
    document.encode(&mut writer).unwrap();
    writer.into_bytes()
}

#[test]
fn malformed_bytes_are_errors() {
    let two = |key: &str| {
        let mut bytes = vec![0, 0, 0, 0];
        for number in [1_i32, 2] {
            bytes.push(0x10);
            bytes.extend_from_slice(key.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.push(0);
        bytes[0] = u8::try_from(bytes.len()).unwrap();
        bytes
    };
    assert_eq!(
        message(Document::decode(Raw::document(&two("a")))),
        "`*`: expected one element of this name, found two"
    );
    let text = |text: &[u8]| {
        let mut bytes = vec![0, 0, 0, 0, 0x02, b'v', 0, u8::try_from(text.len() + 1).unwrap(), 0, 0, 0];
        bytes.extend_from_slice(text);
        bytes.extend_from_slice(&[0, 0]);
        bytes[0] = u8::try_from(bytes.len()).unwrap();
        bytes
    };
    assert_eq!(decode::<String>(&text(b"ok")).unwrap(), "ok");
    assert_eq!(
        message(decode::<String>(&text(&[0xC3, 0x28]))),
        "`v`: expected UTF-8 text, found other bytes"
    );
    let whole = doc! { "v": "text" }.to_vec().unwrap();
    for cut in 0..whole.len() {
        assert_eq!(
            message(Document::decode(Raw::document(&whole[..cut]))),
            "expected well-formed BSON, found truncated or malformed bytes",
        );
    }
}

/// Returns a document of `levels` levels, the innermost one empty.
fn nested(levels: usize) -> Vec<u8> {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 1..levels {
        let mut outer = i32::try_from(bytes.len() + 8).unwrap().to_le_bytes().to_vec();
        outer.extend_from_slice(&[0x03, b'v', 0]);
        outer.append(&mut bytes);
        outer.push(0);
        bytes = outer;
    }
    bytes
}

#[test]
fn more_than_180_nested_levels_are_an_error() {
    // The stack of a tokio worker.
    let small = thread::Builder::new().stack_size(2 << 20).spawn(|| {
        let deep = nested(179);
        let document = Document::decode(Raw::document(&deep)).unwrap();
        assert_eq!(odm_bytes(&document), deep);
        for levels in [181, 1_000, 100_000] {
            let error = Document::decode(Raw::document(&nested(levels))).unwrap_err();
            assert_eq!((error.expected(), error.found()), ("at most 180 nested levels", "more"));
        }
    });
    small.unwrap().join().unwrap();
}

#[test]
fn mutated_bytes_never_panic() {
    let whole = Bson::Array(every_type());
    let good = encode(&whole).unwrap();
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    let (mut read, mut refused) = (0, 0);
    for _ in 0..50_000 {
        let mut bytes = good.clone();
        for _ in 0..=random() % 3 {
            let at = random() % bytes.len();
            bytes[at] = u8::try_from(random() % 256).unwrap();
        }
        bytes.truncate(bytes.len() - (random() % 4) / 3);
        match decode::<Bson>(&bytes) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 1_000 && refused > 1_000, "{read} read, {refused} refused");
}
