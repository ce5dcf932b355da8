//! Documents that have the fields of an example.

use odm::bson::{Binary, Bson, DateTime, Document, Timestamp, oid::ObjectId, spec::BinarySubtype};

/// Returns twelve documents with these fields: `{ name: { types: [{ bsonType, types?, fields? }] } }`. Values repeat, so
/// that groups have several documents, and each type of a field occurs.
pub(crate) fn documents(fields: &Document) -> Vec<Document> {
    (0..12).map(|number| document(fields, number)).collect()
}

fn document(fields: &Document, number: usize) -> Document {
    let mut document = Document::new();
    for (position, (name, field)) in fields.iter().enumerate() {
        let types = field.as_document().unwrap().get_array("types").unwrap();
        let value = if name == "_id" { Some(id(types, number)) } else { value(types, number * 7 + position) };
        if let Some(value) = value {
            document.insert(name, value);
        }
    }
    document
}

/// Returns a value that is different for each document.
fn id(types: &[Bson], number: usize) -> Bson {
    match name(&types[0]) {
        "ObjectId" => ObjectId::from_bytes([u8::try_from(number).unwrap(); 12]).into(),
        "String" => format!("id{number}").into(),
        _ => i32::try_from(number).unwrap().into(),
    }
}

fn name(ty: &Bson) -> &str {
    ty.as_document().unwrap().get_str("bsonType").unwrap()
}

/// Returns a value of one of the types, or `None` for a missing field.
fn value(types: &[Bson], seed: usize) -> Option<Bson> {
    let ty = types[seed % types.len()].as_document().unwrap();
    let small = i32::try_from(seed % 5 + 1).unwrap();
    Some(match ty.get_str("bsonType").unwrap() {
        "Undefined" => return None,
        "Null" => Bson::Null,
        "String" => ["apple", "pear", "plum"][seed % 3].into(),
        "Number" | "Int32" => small.into(),
        "Long" => i64::from(small).into(),
        "Double" => (f64::from(small) + 0.5).into(),
        "Decimal128" => Bson::Decimal128(format!("{small}.25").parse().unwrap()),
        "Boolean" => seed.is_multiple_of(2).into(),
        "Date" => DateTime::from_millis(1_600_000_000_000 + i64::from(small) * 86_400_000).into(),
        "ObjectId" => ObjectId::from_bytes([u8::try_from(seed % 200).unwrap(); 12]).into(),
        "Timestamp" => Bson::Timestamp(Timestamp { time: 1_600_000_000, increment: small.unsigned_abs() }),
        "Binary" => Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2, 3] }.into(),
        "Array" => match ty.get_array("types") {
            Ok(items) if !items.is_empty() => {
                (0..3).filter_map(|item| value(items, seed + item)).collect::<Vec<_>>().into()
            }
            _ => Bson::Array(Vec::new()),
        },
        "Document" => match ty.get_document("fields") {
            Ok(fields) => document(fields, seed).into(),
            Err(_) => Document::new().into(),
        },
        other => panic!("no value of type {other}"),
    })
}
