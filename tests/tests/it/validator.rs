//! Validators: what the server accepts, how plans show and change them, and how their refusals are read.

#![allow(clippy::unwrap_used)] // in the helpers too

mod concurrent;
mod declared_changes;
mod plan;
mod rules;
mod scan;
mod violations;
mod widening;

use odm::{
    Database, Decode, Model,
    bson::{Bson, Document, RawDocumentBuf, doc},
    model::{Validate, Validator},
    models,
    mongodb::error::ErrorKind,
    schema::Models,
};

/// Creates the collection of the model with its validator.
async fn apply<M: Model>(db: &Database) {
    let plan = db.schema(models![M]).plan().await.unwrap();
    plan.apply()
        .allow_narrowing()
        .allow_destructive()
        .await
        .unwrap_or_else(|error| panic!("{error}: {plan}"));
    let again = db.schema(models![M]).plan().await.unwrap();
    assert!(again.is_empty(), "{plan}\n---\n{again}");
}

/// Returns whether the server accepts each document, inserted without odm.
async fn accepted(db: &Database, collection: &str, documents: &[Document]) -> Vec<bool> {
    let mut accepted = vec![true; documents.len()];
    let inserted = db.driver().collection::<Document>(collection).insert_many(documents).ordered(false).await;
    if let Err(error) = inserted {
        let ErrorKind::InsertMany(failed) = error.kind.as_ref() else { panic!("{error}") };
        for failed in failed.write_errors.iter().flatten() {
            assert_eq!(failed.code, 121, "{failed:?}");
            accepted[failed.index] = false;
        }
    }
    accepted
}

/// Returns whether the model reads the document and its rules accept it.
fn is_valid<M: Model + Decode + Validate>(document: &Document) -> Result<(), String> {
    let bytes = RawDocumentBuf::try_from(document).unwrap();
    let read = odm::from_slice::<M>(bytes.as_bytes()).map_err(|error| error.to_string())?;
    read.validate().map_err(|violations| violations.to_string())
}

/// Checks that the server and the model agree about each document.
async fn agree<M: Model>(db: &Database, documents: Vec<Document>) {
    apply::<M>(db).await;
    let accepted = accepted(db, M::COLLECTION, &documents).await;
    let mut failures = Vec::new();
    let mut counts = [0, 0];
    for (document, accepted) in documents.iter().zip(accepted) {
        let ours = is_valid::<M>(document);
        counts[usize::from(accepted)] += 1;
        if ours.is_ok() != accepted {
            failures.push(format!("{document}\n  odm: {ours:?}\n  server: {accepted}"));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), documents.len(), failures.join("\n"));
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

/// Returns the options of a collection, as the server lists them.
async fn options(db: &Database, collection: &str) -> Document {
    let command = doc! { "listCollections": 1, "filter": { "name": collection } };
    let answer = db.driver().run_command(command).await.unwrap();
    let batch = answer.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    batch[0].as_document().unwrap().get_document("options").unwrap().clone()
}

fn with<M: Model>(validator: Validator) -> Models {
    Models::new().with_validator::<M>(validator)
}

/// Values of all BSON types, many of them at a bound of some Rust type.
fn pool() -> Vec<Bson> {
    use odm::bson::{Binary, DateTime, Decimal128, Regex, Timestamp, oid::ObjectId, spec::BinarySubtype};

    let binary = |subtype, bytes: Vec<u8>| Bson::Binary(Binary { subtype, bytes });
    let mut values = vec![
        Bson::Null,
        true.into(),
        Bson::Int32(i32::MIN),
        Bson::Int32(i32::MAX),
        Bson::Int64(i64::MIN),
        Bson::Int64(i64::MAX),
        Bson::Int64(i64::from(i32::MAX) + 1),
        Bson::Int64(i64::from(u32::MAX)),
        Bson::Int64(i64::from(u32::MAX) + 1),
        Bson::Int64(1 << 53),
        Bson::Double(0.5),
        Bson::Double(-0.0),
        Bson::Double(5.0),
        Bson::Double(300.0),
        Bson::Double(-1.0),
        Bson::Double(1e300),
        Bson::Double(9_007_199_254_740_992.0),
        Bson::Double(f64::NAN),
        Bson::Double(f64::INFINITY),
        Bson::Double(f64::NEG_INFINITY),
        Bson::Decimal128("1.50".parse::<Decimal128>().unwrap()),
        Bson::DateTime(DateTime::from_millis(0)),
        Bson::DateTime(DateTime::from_millis(4_102_444_800_000)),
        Bson::Timestamp(Timestamp { time: 1, increment: 1 }),
        Bson::ObjectId(ObjectId::from_bytes([7; 12])),
        Bson::RegularExpression(Regex { pattern: "a".try_into().unwrap(), options: "i".try_into().unwrap() }),
        binary(BinarySubtype::Generic, vec![1, 2]),
        binary(BinarySubtype::Generic, vec![]),
        binary(BinarySubtype::Uuid, vec![3; 16]),
        binary(BinarySubtype::UuidOld, vec![3; 16]),
        binary(BinarySubtype::Uuid, vec![3; 15]),
        Bson::MinKey,
        Bson::MaxKey,
        doc! {}.into(),
        doc! { "a": 1 }.into(),
        doc! { "a": "x" }.into(),
        doc! { "sku": "AB", "qty": 1 }.into(),
        doc! { "sku": "ab", "qty": 1 }.into(),
        doc! { "sku": "AB", "qty": 0 }.into(),
        doc! { "qty": 1 }.into(),
        Bson::Array(vec![]),
        vec![1, 2].into(),
        vec![1, 1].into(),
        vec!["a", "b"].into(),
        Bson::Array(vec![1.into(), "a".into()]),
        Bson::Array(vec!["a".into(), 1.into()]),
        Bson::Array(vec![1.into(), Bson::Int64(1)]),
        Bson::Array(vec![doc! { "sku": "AB", "qty": 1 }.into()]),
        Bson::Array(vec![doc! { "sku": "AB", "qty": 1 }.into(), doc! { "sku": "AB", "qty": 500 }.into()]),
        Bson::Array(vec![vec![1].into()]),
        "Open".into(),
        doc! { "Open": null }.into(),
    ];
    values.extend([-1, 0, 1, 5, 10, 15, 127, 128, 255, 256, 65_535].map(Bson::Int32));
    let texts = [
        "",
        "a",
        "ab",
        "abc",
        "AB-123456",
        "AB-123456\n",
        "red",
        "blue",
        "paid",
        "\u{1F980}",
        "e\u{301}",
        "\u{661}",
        "a b",
        "a\u{a0}b",
        "ada@example.com",
        "a very long text indeed",
    ];
    values.extend(texts.map(Bson::from));
    values
}

/// Returns documents in which one field after the other has each value of the pool, or is missing.
fn mutations(base: &Document) -> Vec<Document> {
    let mut documents = vec![base.clone()];
    for field in base.keys() {
        if field != "_id" {
            let mut without = base.clone();
            without.remove(field);
            documents.push(without);
            for value in pool() {
                let mut changed = base.clone();
                changed.insert(field, value);
                documents.push(changed);
            }
        }
    }
    for (number, document) in documents.iter_mut().enumerate() {
        document.insert("_id", i32::try_from(number).unwrap());
    }
    documents
}
