//! Documents of older schema versions.

use mongodb::bson::{Bson, Document, doc};

use crate::meta::DocumentMeta;

/// Returns a version as it is stored.
pub(super) fn number(version: u32) -> Bson {
    i32::try_from(version).map_or_else(|_| Bson::Int64(version.into()), Bson::Int32)
}

/// Returns the schema of the documents of older versions that the steps of the type upgrade, if there are any. Only
/// the version is known of them.
pub(super) fn old(meta: &DocumentMeta) -> Option<Document> {
    let (name, current) = meta.version()?;
    let oldest = meta.oldest_version()?;
    if oldest >= current {
        return None;
    }
    let versions = doc! { "minimum": number(oldest), "maximum": number(current - 1) };
    let mut schema = doc! { "properties": { name: with_type(versions) } };
    // A document without a version has version 1.
    if oldest > 1 {
        schema.insert("required", vec![name]);
    }
    Some(schema)
}

fn with_type(versions: Document) -> Document {
    let mut schema = doc! { "bsonType": ["int", "long", "double"], "multipleOf": 1 };
    schema.extend(versions);
    schema
}

/// Returns a query clause that only the documents of the current version must satisfy.
pub(super) fn of_current(meta: &DocumentMeta, clause: Document) -> Document {
    match meta.version() {
        Some((name, current)) => doc! { "$or": [{ name: { "$ne": number(current) } }, clause] },
        None => clause,
    }
}
