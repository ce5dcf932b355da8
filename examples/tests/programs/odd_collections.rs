//! The models that `introspect` writes for odd collections: they compile, read every document, and write it as it was.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use std::{env, fs};

use odm::{
    Database, Filter, Model,
    bson::{
        Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, RawDocumentBuf, Regex,
        Timestamp, Uuid, bson, doc, oid::ObjectId, spec::BinarySubtype,
    },
};
use odm_test::Server;

use crate::command_line::{shop, text};

#[allow(clippy::struct_field_names, clippy::pub_underscore_fields, dead_code, unreachable_pub, missing_docs)]
#[allow(missing_debug_implementations, non_snake_case)]
#[path = "introspected/odd.rs"]
#[rustfmt::skip]
mod introspected;

/// What `introspect` prints for these collections. `ODM_UPDATE_INTROSPECTED=1` writes it.
const MODELS: &str = include_str!("introspected/odd.rs");

fn id(number: u8) -> ObjectId {
    ObjectId::from_bytes([number; 12])
}

fn uuid(number: u8) -> Uuid {
    Uuid::from_bytes([number; 16])
}

/// Returns documents with these ids, which have another field.
fn with_ids<V: Into<Bson>>(ids: impl IntoIterator<Item = V>) -> Vec<Document> {
    (1..).zip(ids).map(|(n, id)| doc! { "_id": id.into(), "n": n }).collect()
}

/// Returns a document that contains itself so many times.
fn nested(levels: usize) -> Bson {
    (0..levels)
        .fold(bson!({ "end": 1 }), |inside, level| bson!({ "inner": inside, "level": level.to_string() }))
}

/// The documents of `zips`. With `ZIPS_BSON`, those of a file of all zip codes.
fn zips() -> Vec<Document> {
    if let Some(path) = env::var_os("ZIPS_BSON") {
        let bytes = fs::read(path).unwrap();
        let mut rest = bytes.as_slice();
        let read =
            std::iter::from_fn(|| (!rest.is_empty()).then(|| Document::from_reader(&mut rest).unwrap()));
        return read.collect();
    }
    let zip = |number: u8, city: &str, pop: i32| {
        doc! {
            "_id": id(number), "city": city, "zip": format!("{number:05}"), "loc": { "y": 33.5, "x": 86.25 }, "pop": pop,
            "state": "MA",
        }
    };
    vec![zip(1, "BOSTON", 20), zip(2, "SPRINGFIELD", 0)]
}

#[allow(clippy::too_many_lines)] // one entry for each collection
fn collections() -> Vec<(&'static str, Vec<Document>)> {
    let scope = Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
        code: "a".to_owned(),
        scope: doc! { "a": 1 },
    });
    let regex = |pattern: &str| {
        let [pattern, options] = [pattern, "i"].map(|text| text.to_owned().try_into().unwrap());
        Bson::RegularExpression(Regex { pattern, options })
    };
    let decimal = |text: &str| Bson::Decimal128(text.parse::<Decimal128>().unwrap());
    let many: Document = (0..150).map(|n| (format!("name {n}"), Bson::Int32(n))).collect();
    let keyed = |value: Bson| bson!({ "1": value.clone(), "20": value.clone(), "300": value });
    vec![
        (
            "mixed values",
            vec![
                doc! { "_id": 1, "of_all": 1, "a": 1, "b": "x", "c": { "x": 1 }, "d": true, "e": DateTime::from_millis(1), "f": id(1) },
                doc! { "_id": 2, "of_all": "text", "a": "x", "b": true, "c": [1], "d": 1.5, "e": "2020", "f": "text" },
                doc! { "_id": 3, "of_all": regex("^a"), "a": null, "b": { "x": 1 }, "c": "x", "d": null, "e": 5_i64, "f": null },
                doc! { "_id": 4, "of_all": { "x": [] }, "a": 5, "c": { "x": "y" }, "e": decimal("1.5") },
                doc! { "_id": 5, "of_all": [[1], "x", null, { "a": 1 }], "b": "y" },
                doc! { "_id": 6, "of_all": scope.clone() },
                doc! { "_id": 7, "of_all": Bson::MinKey },
                doc! { "_id": 8, "of_all": Bson::MaxKey },
                doc! { "_id": 9, "of_all": Bson::Undefined },
                doc! { "_id": 10, "of_all": Timestamp { time: 1, increment: 2 } },
                doc! { "_id": 11, "of_all": Bson::Symbol("s".to_owned()) },
                doc! { "_id": 12, "of_all": Bson::JavaScriptCode("s".to_owned()) },
            ],
        ),
        (
            "each type",
            vec![doc! {
                "_id": 1, "double": 1.5, "string": "a", "object": { "a": 1 }, "array": [1], "binary": Binary { subtype: BinarySubtype::Generic, bytes: vec![1] },
                "uuid": uuid(1), "undefined": Bson::Undefined, "object_id": id(1), "bool": true, "date": DateTime::from_millis(-1),
                "null": null, "regex": regex("^a"), "symbol": Bson::Symbol("s".to_owned()), "code": Bson::JavaScriptCode("f()".to_owned()),
                "scope": scope, "int": 1, "timestamp": Timestamp { time: 1, increment: 2 }, "long": 1_i64, "decimal": decimal("1.50"),
                "min_key": Bson::MinKey, "max_key": Bson::MaxKey,
            }],
        ),
        (
            "names",
            vec![doc! {
                "_id": 1, "id": 2, "Id": 3, "ID": 4, "_id_": 5, "$dollar": 6, "$": 6, "dotted.name": 7, ".": 7, "": 8, " ": 9, "type": 10,
                "self": 11, "Self": 12, "crate": 13, "super": 14, "2nd": 15, "a b": 16, "a_b": 17, "aB": 18, "AB": 19, "a-b": 20,
                "größe": 21, "名前": 22, "名": 23, "_": 24, "__": 25, "async": 26, "gen": 27, "union": 28, "a\"quote": 29, "back\\slash": 30,
                "{brace}": 31, "new\nline": 32, "😀": 33, "r#type": 34, "id_": 35, "0": 36, "field": 37, "field_": 38, "true": 39,
            }],
        ),
        (
            "types",
            vec![doc! {
                "_id": 1, "option": { "some": { "x": 1 } }, "vec": { "x": 1 }, "string": { "x": 1 }, "id": { "x": 1 }, "model": { "x": 1 },
                "bson": { "document": { "bson": 1 } }, "box": { "x": 1 }, "ok": { "x": 1 }, "type": { "x": 1 }, "types": { "x": 1 },
                "embedded": [{ "value": { "x": 1 } }], "default": { "x": 1 }, "clone": { "x": 1 }, "i32": { "x": 1 }, "bool": { "x": 1 },
                "str": { "x": 1 }, "f64": { "x": 1 }, "hash_map": { "1": { "x": 1 } }, "encode": { "x": 1 }, "decode": { "x": 1 },
                "partial_eq": { "x": 1 }, "send": { "x": 1 }, "type_document": { "x": 1 }, "from": { "x": 1 }, "to_string": { "x": 1 },
                "size": 1, "count": 2, "eq": 3, "set": 4, "fields": 5, "new": 6, "exists": 7, "inc": { "set": 1 }, "COLLECTION": 8, "META": 9,
            }],
        ),
        (
            "camelCase",
            vec![
                doc! { "_id": 1, "firstName": "a", "shipTo": { "cityName": "x", "street2": 1 }, "url": "x" },
                doc! { "_id": 2, "firstName": "b", "shipTo": { "cityName": "y", "street2": 2 }, "url": "y" },
            ],
        ),
        (
            "almostCamel",
            vec![
                doc! { "_id": 1, "firstName": "a", "ShipTo": 1, "x1Y": 2, "aBC": 3, "a1b": 4, "first_name": "b" },
            ],
        ),
        ("ids int", with_ids([1, 2])),
        ("ids long", with_ids([1_i64, 1 << 60])),
        ("ids double", with_ids([1.5, f64::INFINITY, -0.5])),
        ("ids string", with_ids(["a", "", "$x"])),
        ("ids object id", with_ids([id(1), id(2)])),
        ("ids date", with_ids([DateTime::from_millis(1), DateTime::MAX, DateTime::MIN])),
        ("ids bool", with_ids([true, false])),
        (
            "ids binary",
            with_ids([
                Binary { subtype: BinarySubtype::Generic, bytes: vec![] },
                Binary { subtype: BinarySubtype::UserDefined(200), bytes: vec![1] },
            ]),
        ),
        ("ids uuid", with_ids([uuid(1), uuid(2)])),
        ("ids decimal", with_ids([decimal("1.5"), decimal("NaN"), decimal("1E+300")])),
        (
            "ids timestamp",
            with_ids([Timestamp { time: 1, increment: 1 }, Timestamp { time: 2, increment: 1 }]),
        ),
        ("ids code", with_ids([Bson::JavaScriptCode("a".to_owned()), Bson::JavaScriptCode("b".to_owned())])),
        ("ids keys", with_ids([Bson::MinKey, Bson::MaxKey])),
        ("ids null", with_ids([Bson::Null, Bson::Int32(1)])),
        ("ids only null", with_ids([Bson::Null])),
        ("ids symbol", with_ids([Bson::Symbol("a".to_owned())])),
        ("ids numbers", with_ids([Bson::Int32(1), Bson::Int64(2), Bson::Double(1.5)])),
        (
            "ids of all types",
            with_ids([
                Bson::Int32(1),
                "a".into(),
                id(1).into(),
                bson!({ "a": 1 }),
                true.into(),
                uuid(1).into(),
            ]),
        ),
        ("ids text or number", with_ids([Bson::Int32(1), "a".into()])),
        (
            "ids document",
            with_ids([bson!({ "shop": 1, "number": "a" }), bson!({ "shop": 1, "number": "b" })]),
        ),
        (
            "ids deep document",
            with_ids([bson!({ "of": { "shop": id(1), "at": { "year": 2020 } }, "list": 1 })]),
        ),
        ("ids other order", with_ids([bson!({ "a": 1, "b": 2 }), bson!({ "b": 1, "a": 2 })])),
        ("ids other names", with_ids([bson!({ "a": 1 }), bson!({ "b": 1 })])),
        ("ids inner null", with_ids([bson!({ "a": null }), bson!({ "a": 1 })])),
        ("ids empty document", with_ids([bson!({})])),
        ("ids map", with_ids([bson!({ "1": 1, "2": 2 }), bson!({ "3": 3 })])),
        ("deep", vec![doc! { "_id": 1, "ten": nested(10), "list": [[[[[{ "deep": [[1]] }]]]]] }]),
        ("too deep", vec![doc! { "_id": 1, "thirty": nested(30), "hundred": nested(100) }]),
        (
            "arrays",
            vec![
                doc! { "_id": 1, "mixed": [1, "a", null, { "x": 1 }, [2]], "nulls": [null, null], "some_null": [1, null], "empty": [], "of": [{ "a": 1 }, { "b": "x" }],
                "of_arrays": [[1], [], [2, 3]], "numbers": [1, 2.5], "longs": [1, 2_i64], "of_nulls": [{ "x": null }, { "x": 1 }], "or_document": [1] },
                doc! { "_id": 2, "mixed": [], "nulls": [], "some_null": [null], "empty": [], "of": [], "of_arrays": [[null]], "or_document": { "a": 1 }, "late": [{ "x": [] }] },
            ],
        ),
        (
            "nulls",
            vec![
                doc! { "_id": 1, "never": null, "at_first": null, "later": 1, "both": null, "inside": { "x": null } },
                doc! { "_id": 2, "never": null, "at_first": "a", "later": null, "inside": null },
                doc! { "_id": 3, "never": null, "at_first": "b", "later": 2, "both": 1, "inside": { "x": 1 } },
            ],
        ),
        (
            "numbers",
            vec![
                doc! { "_id": 1, "int_long": 1, "int_double": 1, "long_double": 1_i64, "all": 1, "large": 9_007_199_254_740_993_i64, "with_decimal": 1, "special": f64::NAN },
                doc! { "_id": 2, "int_long": 1_i64 << 60, "int_double": 1.5, "long_double": 2.5, "all": 2.5, "large": 0.5, "with_decimal": decimal("1.5"), "special": f64::NEG_INFINITY },
                doc! { "_id": 3, "int_long": -1, "int_double": -7, "long_double": 1_i64 << 50, "all": 3_i64, "large": 1, "with_decimal": 1.5, "special": -0.0 },
            ],
        ),
        (
            "keys",
            vec![
                doc! { "_id": 1, "numbers": keyed(bson!({ "n": 1 })), "lists": keyed(bson!([1, null])), "nulls": keyed(Bson::Null), "mixed": { "1": 1, "2": "a" },
                "uuids": { uuid(1).to_string(): 1, uuid(2).to_string(): 2 }, "odd": { "1": 1, "$x": 2, "a.b": 3, "": 4 }, "many": many.clone() },
                doc! { "_id": 2, "numbers": {}, "lists": {}, "nulls": { "5": 1 }, "mixed": { "3": null }, "uuids": {}, "odd": {}, "many": many },
            ],
        ),
        (
            "documents",
            vec![
                doc! { "_id": 1, "empty": {}, "sometimes": {}, "undeclarable": { "$x": 1, "a.b": 2 }, "partly": { "$x": 1, "y": 2 }, "same": { "same": { "same": 1 } } },
                doc! { "_id": 2, "empty": {}, "sometimes": { "x": 1 }, "undeclarable": { "": 1 }, "partly": { "y": 3 }, "same": { "same": { "same": 2 } } },
            ],
        ),
        ("only ids", vec![doc! { "_id": id(1) }, doc! { "_id": id(2) }]),
        ("match", vec![doc! { "_id": 1, "match": { "match": 1 } }]),
        ("9 lives", vec![doc! { "_id": 1, "9": { "9 lives": 1, "x": 2 } }]),
        ("名前", vec![doc! { "_id": 1, "名前": { "名前": 1, "x": 2 } }]),
        ("zips", zips()),
    ]
}

async fn insert_all(db: &Database) {
    for (collection, documents) in collections() {
        // Not by the driver's `insert_many`, which moves `_id`; and in chunks, because `zips` may be large.
        for chunk in documents.chunks(10_000) {
            db.driver().collection::<Document>(collection).insert_many(chunk).await.unwrap();
        }
    }
    db.driver().create_collection("empty").await.unwrap();
}

/// Returns whether a model has written what was stored: the same values, but integers may be another type of number, null
/// may be missing, and fields that cannot be declared are left out.
fn is_same(stored: &Bson, written: &Bson) -> bool {
    let number = |value: &Bson| match value {
        Bson::Int32(number) => Some(f64::from(*number)),
        #[allow(clippy::cast_precision_loss)]
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    };
    match (stored, written) {
        (Bson::Document(stored), Bson::Document(written)) => {
            let is_declarable =
                |name: &str| !name.is_empty() && !name.starts_with('$') && !name.contains('.');
            let all = stored.iter().all(|(name, value)| match written.get(name) {
                Some(other) => is_same(value, other),
                None => *value == Bson::Null || !is_declarable(name),
            });
            all && written.iter().all(|(name, value)| stored.contains_key(name) || *value == Bson::Null)
        }
        (Bson::Array(stored), Bson::Array(written)) => {
            stored.len() == written.len()
                && stored.iter().zip(written).all(|(one, other)| is_same(one, other))
        }
        (one, other) => {
            one == other
                || number(one).zip(number(other)).is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
        }
    }
}

/// Reads each document of the collection with the model, and writes it again.
async fn reads_all<M: Model>(db: &Database) -> &'static str {
    let name = M::COLLECTION;
    let mut documents = db.driver().collection::<RawDocumentBuf>(name).find(doc! {}).await.unwrap();
    let mut count = 0;
    while documents.advance().await.unwrap() {
        let stored = documents.current();
        let read = odm::from_slice::<M>(stored.as_bytes())
            .unwrap_or_else(|error| panic!("{name}: {error}: {stored:?}"));
        let written: Document = Document::from_reader(odm::to_vec(&read).unwrap().as_slice()).unwrap();
        let stored = Document::try_from(stored).unwrap();
        assert!(is_same(&stored.clone().into(), &written.clone().into()), "{name}: {stored}\n{written}");
        // An id must find its document again, so it is written byte for byte.
        assert_eq!(
            stored.get("_id").map(ToString::to_string),
            written.get("_id").map(ToString::to_string),
            "{name}"
        );
        count += 1;
    }
    let found: Vec<M> = db.collection::<M>().find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    assert_eq!((found.len(), count > 0), (count, true), "{name}");
    name
}

macro_rules! read_all {
    ($db:expr, $($model:path),* $(,)?) => { vec![$(reads_all::<$model>($db).await),*] };
}

#[odm_test::test]
async fn the_models_of_odd_collections_compile_and_read_every_document(server: Server, db: Database) {
    insert_all(&db).await;
    let (models, _) = text(&shop(&server, &db, &["introspect"]), 0);
    if env::var_os("ODM_UPDATE_INTROSPECTED").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/introspected/odd.rs");
        fs::write(path, &models).unwrap();
    }
    assert_eq!(models, MODELS);
    let mut read = read_all!(
        &db,
        introspected::collection_9_lives::Type9Live,
        introspected::almost_camel::AlmostCamel,
        introspected::arrays::Array,
        introspected::camel_case::CamelCase,
        introspected::deep::Deep,
        introspected::documents::DocumentDocument,
        introspected::each_type::EachType,
        introspected::ids_binary::IdsBinary,
        introspected::ids_bool::IdsBool,
        introspected::ids_code::IdsCode,
        introspected::ids_date::IdsDate,
        introspected::ids_decimal::IdsDecimal,
        introspected::ids_deep_document::IdsDeepDocument,
        introspected::ids_document::IdsDocument,
        introspected::ids_double::IdsDouble,
        introspected::ids_empty_document::IdsEmptyDocument,
        introspected::ids_inner_null::IdsInnerNull,
        introspected::ids_int::IdsInt,
        introspected::ids_keys::IdsKey,
        introspected::ids_long::IdsLong,
        introspected::ids_map::IdsMap,
        introspected::ids_null::IdsNull,
        introspected::ids_numbers::IdsNumber,
        introspected::ids_object_id::IdsObjectId,
        introspected::ids_of_all_types::IdsOfAllType,
        introspected::ids_only_null::IdsOnlyNull,
        introspected::ids_other_names::IdsOtherName,
        introspected::ids_other_order::IdsOtherOrder,
        introspected::ids_string::IdsString,
        introspected::ids_symbol::IdsSymbol,
        introspected::ids_text_or_number::IdsTextOrNumber,
        introspected::ids_timestamp::IdsTimestamp,
        introspected::ids_uuid::IdsUuid,
        introspected::keys::Key,
        introspected::r#match::Match,
        introspected::mixed_values::MixedValue,
        introspected::names::Name,
        introspected::nulls::Null,
        introspected::numbers::Number,
        introspected::only_ids::OnlyId,
        introspected::too_deep::TooDeep,
        introspected::types::Type,
        introspected::zips::Zip,
        introspected::collection::Type,
    );
    let mut all: Vec<_> = collections().iter().map(|(name, _)| *name).collect();
    all.sort_unstable();
    read.sort_unstable();
    assert_eq!(read, all);
}
