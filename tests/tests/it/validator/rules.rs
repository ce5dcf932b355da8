//! What the server accepts: the same as the model, for every type of field and every rule.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use odm::{
    Database, Doc as _, Embedded, Model, Value,
    bson::{Bson, DateTime, Decimal128, Document, Uuid, doc, oid::ObjectId},
    schema::ModelValidator,
};

use super::{agree, mutations};

#[derive(Debug, Model)]
#[odm(collection = "scalars", validator)]
struct Scalars {
    id: i32,
    small: i8,
    byte: u8,
    int: i32,
    long: i64,
    unsigned: u32,
    large: u64,
    float: f64,
    yes: bool,
    text: String,
    date: DateTime,
    object_id: ObjectId,
    uuid: Uuid,
    decimal: Decimal128,
    #[odm(binary)]
    bytes: Vec<u8>,
    nothing: (),
    #[odm(unit = "s")]
    duration: Duration,
}

#[odm_test::test]
async fn scalars(db: Database) {
    let base = doc! {
        "_id": 0, "small": 1, "byte": 1, "int": 1, "long": 1_i64, "unsigned": 1_i64, "large": 1_i64, "float": 1.5,
        "yes": true, "text": "a", "date": DateTime::from_millis(0), "object_id": ObjectId::from_bytes([1; 12]),
        "uuid": Uuid::from_bytes([1; 16]), "decimal": Bson::Decimal128("1".parse().unwrap()),
        "bytes": Bson::Binary(odm::bson::Binary { subtype: odm::bson::spec::BinarySubtype::Generic, bytes: vec![1] }),
        "nothing": null, "duration": 1_i64,
    };
    let mut documents = mutations(&base);
    // The exceptions that the documentation lists: doubles and integers beyond 2^53.
    documents.retain(|document| {
        !document.iter().any(|(name, value)| match value {
            Bson::Double(number) => number.abs() > 9_007_199_254_740_992.0 && name != "float",
            Bson::Int64(number) => number.unsigned_abs() > 1 << 53 && name == "float",
            _ => false,
        }) || matches!(document.get("long"), Some(Bson::Int64(_)))
    });
    documents.retain(|document| !matches!(document.get("float"), Some(Bson::Int64(number)) if number.unsigned_abs() > 1 << 53));
    documents.retain(|document| {
        let wide = |name: &str| matches!(document.get(name), Some(Bson::Double(number)) if number.is_finite() && number.abs() > 9_007_199_254_740_992.0);
        !["small", "byte", "int", "long", "unsigned", "large", "duration"].iter().any(|name| wide(name))
    });
    // The subtype of the bytes of a field with `#[odm(binary)]`.
    documents.retain(|document| !matches!(document.get("bytes"), Some(Bson::Binary(binary)) if u8::from(binary.subtype) > 2));
    agree::<Scalars>(&db, documents).await;
}

#[derive(Debug, PartialEq, Embedded)]
struct Line {
    #[odm(validate(pattern = "^[A-Z]{2}$"))]
    sku: String,
    #[odm(validate(range(min = 1, max = 100)))]
    qty: u32,
}

#[derive(Debug, Value)]
enum Status {
    Open,
    #[serde(rename = "paid", alias = "Paid")]
    Paid,
}

#[derive(Debug, Model)]
#[odm(collection = "composites", validator)]
struct Composites {
    id: i32,
    maybe: Option<i32>,
    #[serde(default)]
    or_zero: i32,
    #[serde(alias = "former")]
    renamed: String,
    list: Vec<i32>,
    pair: [i32; 2],
    tuple: (i32, String),
    set: BTreeSet<i32>,
    map: BTreeMap<String, i32>,
    line: Line,
    lines: Vec<Line>,
    maybe_line: Option<Line>,
    status: Status,
    maybe_status: Option<Status>,
    any: Bson,
}

#[odm_test::test]
async fn composites(db: Database) {
    let base = doc! {
        "_id": 0, "maybe": 1, "or_zero": 1, "renamed": "a", "list": [1], "pair": [1, 2], "tuple": [1, "a"], "set": [1],
        "map": { "a": 1 }, "line": { "sku": "AB", "qty": 1_i64 }, "lines": [], "maybe_line": null, "status": "Open",
        "maybe_status": "Paid", "any": 1,
    };
    let mut documents = mutations(&base);
    for (number, extra) in [
        doc! { "former": "a" },
        doc! { "unknown": 1 },
        doc! { "line": { "sku": "AB", "qty": 1, "more": 1 } },
        doc! { "lines": [{ "sku": "AB", "qty": 1, "more": 1 }, { "sku": "A" }] },
    ]
    .into_iter()
    .enumerate()
    {
        let number = 100_000 + i32::try_from(number).unwrap();
        let mut changed = base.clone();
        changed.extend(extra.clone());
        changed.insert("_id", number);
        documents.push(changed.clone());
        changed.remove("renamed");
        changed.insert("_id", number + 1_000);
        documents.push(changed);
    }
    agree::<Composites>(&db, documents).await;
}

#[derive(Debug, Model)]
#[odm(collection = "ruled", validator)]
#[odm(validate(compare(low <= high), compare(starts < ends), required_together(street, city)))]
struct Ruled {
    id: i32,
    #[odm(validate(length(min = 1, max = 3)))]
    name: String,
    #[odm(validate(length(equal = 2)))]
    code: Option<String>,
    #[odm(validate(length(min = 1, max = 2), unique_items))]
    tags: Vec<String>,
    #[odm(validate(unique_items))]
    numbers: Option<Vec<i64>>,
    #[odm(validate(length(max = 1)))]
    map: BTreeMap<String, i32>,
    #[odm(binary, validate(length(min = 1, max = 2)))]
    bytes: Vec<u8>,
    #[odm(validate(range(min = 1, max = 10)))]
    qty: i32,
    #[odm(validate(range(min = 0.5)))]
    weight: Option<f64>,
    #[odm(validate(range(min = DateTime::from_millis(1), max = DateTime::MAX)))]
    since: Option<DateTime>,
    #[odm(validate(one_of = ["red", "blue"]))]
    colour: String,
    #[odm(validate(one_of = [1, 5, 300]))]
    size: Option<i64>,
    #[odm(validate(multiple_of = 5))]
    step: i64,
    #[odm(validate(pattern = r"^[A-Z]{2}-\d{6}$"))]
    reference: Option<String>,
    #[odm(validate(pattern = r"^[^\s]*$"))]
    word: String,
    low: Option<i32>,
    high: Option<i32>,
    starts: Option<DateTime>,
    ends: Option<DateTime>,
    street: Option<String>,
    city: Option<String>,
}

#[odm_test::test]
async fn every_rule(db: Database) {
    let bytes = odm::bson::Binary { subtype: odm::bson::spec::BinarySubtype::Generic, bytes: vec![1] };
    let base = doc! {
        "_id": 0, "name": "a", "code": "ab", "tags": ["a"], "numbers": [1_i64], "map": {}, "bytes": bytes, "qty": 1,
        "weight": 1.0, "since": DateTime::from_millis(5), "colour": "red", "size": 5_i64, "step": 5_i64,
        "reference": null, "word": "a", "low": 1, "high": 10, "starts": DateTime::from_millis(0),
        "ends": DateTime::from_millis(9), "street": "a", "city": "b",
    };
    let mut documents = mutations(&base);
    documents.retain(|document| {
        let wide = |name: &str| match document.get(name) {
            // The server counts the multiples of a double with 15 digits.
            Some(Bson::Double(number)) => number.is_finite() && number.abs() > 1e15,
            Some(Bson::Int64(number)) => name == "weight" && number.unsigned_abs() > 1 << 53,
            _ => false,
        };
        !["step", "size", "weight"].iter().any(|name| wide(name))
    });
    documents.retain(|document| !matches!(document.get("bytes"), Some(Bson::Binary(binary)) if u8::from(binary.subtype) > 2));
    agree::<Ruled>(&db, documents).await;
    assert_eq!(ModelValidator::of::<Ruled>().rust_only(), []);
}

#[derive(Debug, Model)]
#[odm(collection = "renamed", validator)]
#[odm(validate(compare(low <= high), required_together(street, city)))]
struct Renamed {
    id: i32,
    #[serde(alias = "least")]
    low: i32,
    high: i32,
    #[serde(alias = "road", default)]
    street: Option<String>,
    city: Option<String>,
    #[serde(alias = "from", default)]
    #[odm(validate(range(min = DateTime::from_millis(10))))]
    since: Option<DateTime>,
    #[serde(alias = "was", default)]
    period: Option<Period>,
    #[odm(validate(pattern = r"\<b"))]
    word: Option<String>,
    #[odm(validate(pattern = r"(?i)^\p{Greek}$"))]
    letter: Option<String>,
    #[odm(validate(unique_items))]
    prices: Vec<f64>,
    #[odm(validate(unique_items))]
    lines: Vec<Priced>,
    #[odm(validate(unique_items))]
    colours: Vec<Option<String>>,
}

#[derive(Debug, Embedded)]
#[odm(validate(compare(start <= end)))]
struct Period {
    start: i32,
    end: i32,
}

#[derive(Debug, Embedded)]
struct Priced {
    price: i32,
    #[serde(skip)]
    #[allow(dead_code)] // only its presence matters
    known: bool,
}

/// Two lines are never equal.
impl PartialEq for Priced {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// What the server would judge in another way is checked in Rust only.
#[odm_test::test]
async fn what_the_model_accepts_is_not_refused(db: Database) {
    super::apply::<Renamed>(&db).await;
    let base = doc! { "low": 1, "high": 2, "prices": [], "lines": [], "colours": [] };
    let mut cases = vec![
        (doc! {}, true, true),
        (doc! { "road": "a", "city": "b" }, true, true),
        (doc! { "road": "a" }, false, true),
        (doc! { "from": DateTime::from_millis(5) }, false, false),
        (doc! { "from": DateTime::from_millis(15) }, true, true),
        (doc! { "since": DateTime::from_millis(5) }, false, false),
        (doc! { "was": { "start": 3, "end": 2 } }, false, false),
        (doc! { "was": { "start": 1, "end": 2 } }, true, true),
        (doc! { "period": { "start": 3, "end": 2 } }, false, false),
        (doc! { "word": "a b" }, true, true),
        (doc! { "word": "ab" }, false, true),
        (doc! { "letter": "\u{b5}" }, true, true),
        (doc! { "prices": [f64::NAN, f64::NAN] }, true, true),
        (doc! { "prices": [1.0, 1.0] }, false, true),
        (doc! { "lines": [{ "price": 1 }, { "price": 1 }] }, true, true),
        (doc! { "colours": ["a", null] }, true, true),
        (doc! { "colours": [null, null] }, false, false),
    ];
    let mut renamed = base.clone();
    renamed.remove("low");
    renamed.insert("least", 3);
    let renamed = vec![(renamed, false, true)];
    for (case, _, _) in &mut cases {
        let mut document = base.clone();
        document.extend(std::mem::take(case));
        *case = document;
    }
    let collection = db.driver().collection::<Document>("renamed");
    for (id, (mut document, model, server)) in (0..).zip(cases.into_iter().chain(renamed)) {
        document.insert("_id", id);
        let read = odm::from_slice::<Renamed>(&document.to_vec().unwrap());
        let accepts = read.is_ok_and(|read| odm::model::Validate::validate(&read).is_ok());
        assert_eq!(accepts, model, "the model: {document}");
        assert_eq!(collection.insert_one(&document).await.is_ok(), server, "the server: {document}");
    }
    let rust_only: Vec<String> =
        ModelValidator::of::<Renamed>().rust_only().iter().map(ToString::to_string).collect();
    assert_eq!(
        rust_only,
        [
            "word (pattern: the server reads this pattern in another way)",
            "letter (pattern: the server reads this pattern in another way)",
            "prices (unique_items: the server may find other values of this type equal than Rust does)",
            "lines (unique_items: the server may find other values of this type equal than Rust does)",
            "low (compare: a field may be stored under an alias)",
            "the document (required_together: a field may be stored under an alias)",
        ]
    );
}

#[derive(Debug, Model)]
#[odm(collection = "versioned", validator, schema_version = 3, upgrade(2 = to_three))]
#[odm(validate(compare(low <= high)))]
struct Versioned {
    id: i32,
    name: String,
    low: i32,
    high: i32,
}

fn to_three(document: &mut odm::bson::Document) {
    document.insert("name", "upgraded");
    document.insert("low", 1);
    document.insert("high", 2);
}

#[odm_test::test]
async fn documents_of_older_versions_are_accepted(db: Database) {
    let documents = [
        doc! { "schema_version": 3, "name": "a", "low": 1, "high": 2 },
        doc! { "schema_version": 3, "name": "a", "low": 3, "high": 2 },
        doc! { "schema_version": 3, "name": 1, "low": 1, "high": 2 },
        doc! { "schema_version": 2 },
        doc! { "schema_version": 2, "name": 1, "low": 3, "high": 2 },
        doc! { "schema_version": 1 },
        doc! { "schema_version": 4, "name": "a", "low": 1, "high": 2 },
        doc! { "schema_version": "3", "name": "a", "low": 1, "high": 2 },
        doc! { "schema_version": 3.0, "name": "a", "low": 1, "high": 2 },
        doc! { "name": "a", "low": 1, "high": 2 },
    ];
    let name = Versioned::META.version().unwrap().0;
    let numbered = (0..).zip(documents).map(|(id, document)| {
        let renamed = document
            .into_iter()
            .map(|(key, value)| (if key == "schema_version" { name.to_owned() } else { key }, value));
        let mut document: odm::bson::Document = renamed.collect();
        document.insert("_id", id);
        document
    });
    agree::<Versioned>(&db, numbered.collect()).await;
}

#[derive(Debug, Model)]
#[odm(collection = "denying", validator(deny_unknown_fields, exact_types))]
struct Denying {
    id: i32,
    count: i64,
    line: Line,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<String>,
}

#[odm_test::test]
async fn only_declared_fields_of_exactly_the_written_types(db: Database) {
    super::apply::<Denying>(&db).await;
    let line = doc! { "sku": "AB", "qty": 1_i64 };
    let documents = [
        (doc! { "_id": 1, "count": 1_i64, "line": line.clone() }, true),
        (doc! { "_id": 2, "count": 1_i64, "line": line.clone(), "maybe": null }, true),
        (doc! { "_id": 3, "count": 1, "line": line.clone() }, false),
        (doc! { "_id": 4, "count": 1_i64, "line": line.clone(), "more": 1 }, false),
        (doc! { "_id": 5, "count": 1_i64, "line": { "sku": "AB", "qty": 1_i64, "more": 1 } }, false),
        (doc! { "_id": 6, "count": 1_i64, "line": { "sku": "AB", "qty": 1 } }, false),
        (doc! { "_id": 7, "line": line }, false),
    ];
    let (documents, expected): (Vec<_>, Vec<_>) = documents.into_iter().unzip();
    assert_eq!(super::accepted(&db, "denying", &documents).await, expected);
}

#[derive(Debug, Model)]
#[odm(collection = "partly", validator)]
#[odm(validate(custom = anything))]
struct Partly {
    id: i32,
    #[odm(validate(email))]
    email: String,
    #[odm(validate(url))]
    site: String,
    #[odm(validate(pattern = r"\bword\b"))]
    text: String,
    #[odm(validate(pattern = "^([a-z]+ )*[a-z]+$"))]
    words: String,
    uuids: Vec<Uuid>,
    pairs: Vec<Pair>,
    #[odm(serde, validate(length(min = 1)))]
    through_serde: String,
}

#[derive(Debug, Embedded)]
#[odm(validate(compare(low <= high)))]
struct Pair {
    low: i32,
    high: i32,
}

#[allow(clippy::unnecessary_wraps)] // the form of a custom rule
fn anything(_: &Partly) -> Result<(), &'static str> {
    Ok(())
}

#[odm_test::test]
async fn what_the_server_cannot_check_is_in_the_plan(db: Database) {
    let plan = db.schema(odm::models![Partly]).plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "+ partly: create collection with validator [safe]; checked in Rust only: \
         email (email: the server has no such rule), \
         site (url: the server has no such rule), \
         text (pattern: the server reads this pattern in another way), \
         words (pattern: the server's search gives up on long texts: add `length(max = 1000)`), \
         uuids (type: the subtype of binary data), \
         pairs.low (compare: the server cannot check this below an array, a map or an enum), \
         through_serde (length: the server cannot compare values of this type), \
         the document (anything: a function)"
    );
    plan.apply().await.unwrap();
    let plan = db.schema(odm::models![Partly]).plan().await.unwrap();
    assert_eq!(plan.to_string(), "nothing to change");
    assert_eq!(plan.rust_only().count(), 8);
}
