//! How a query that is sent again and again becomes one.

use futures_util::TryStreamExt as _;
use odm::{
    Database,
    bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, doc, spec::BinarySubtype},
    mongodb::error::Result,
};

use super::shape::Query;
use crate::log::log;

/// So many documents of each collection are searched for the id of a query.
const SEARCHED: i64 = 1_000;

/// Returns how to load with one query what the query loads: by the reference that leads to its documents, if the
/// documents of the test show one.
pub(super) async fn advice(database: &Database, query: &Query) -> String {
    let by_reference = match id(&query.filter) {
        None => None,
        Some((field, id)) => {
            by_reference(database, &query.collection, field, id).await.unwrap_or_else(|error| {
                log(format_args!("the lint cannot search for references: {error}"));
                None
            })
        }
    };
    let way = by_reference.unwrap_or_else(|| {
        let fields: Vec<_> = query
            .filter
            .keys()
            .filter(|name| !name.starts_with('$'))
            .map(|name| format!("`{name}`"))
            .collect();
        let by = if fields.is_empty() { String::new() } else { format!(" on {}", fields.join(" or ")) };
        format!("`.in_(..)`{by}, `include` or a `lookup`")
    });
    format!("load all of `{}` that is needed with one query: {way}", query.collection)
}

/// Returns the id that a filter compares with, and the field.
fn id(filter: &Document) -> Option<(&str, &Bson)> {
    let compared = filter.iter().map(|(field, test)| match test {
        Bson::Document(test) => (field.as_str(), test.get("$eq").unwrap_or(&Bson::Null)),
        value => (field.as_str(), value),
    });
    let mut ids = compared.filter(|(_, value)| match value {
        Bson::ObjectId(_) => true,
        Bson::Binary(binary) => binary.subtype == BinarySubtype::Uuid,
        _ => false,
    });
    ids.next()
}

/// Searches the documents of the test for the reference that leads to those of the query, or from them.
async fn by_reference(
    database: &Database,
    collection: &str,
    field: &str,
    id: &Bson,
) -> Result<Option<String>> {
    let mut names = database.driver().list_collection_names().filter(doc! { "type": "collection" }).await?;
    names.sort();
    for name in names {
        let others = database.driver().collection::<RawDocumentBuf>(&name);
        if field == "_id" {
            let mut documents = others.find(doc! {}).limit(SEARCHED).await?;
            while let Some(document) = documents.try_next().await? {
                if let Some(path) = path_to(&document, id).filter(|path| path != "_id") {
                    return Ok(Some(format!("`include` the reference `{path}` of `{name}`")));
                }
            }
        } else if name != collection && others.find_one(doc! { "_id": id.clone() }).await?.is_some() {
            return Ok(Some(format!("`include` what refers to `{name}` by `{field}`, with `referred_by`")));
        }
    }
    Ok(None)
}

/// Returns the dotted name of the field with this value, without the positions of elements.
fn path_to(document: &RawDocument, id: &Bson) -> Option<String> {
    document.iter().flatten().find_map(|(name, value)| {
        let below = in_value(value, id)?;
        Some(if below.is_empty() { name.as_str().to_owned() } else { format!("{name}.{below}") })
    })
}

/// Returns the dotted name below a value: empty if the value itself is the id, or an element of it.
fn in_value(value: RawBsonRef<'_>, id: &Bson) -> Option<String> {
    match value {
        RawBsonRef::Document(inside) => path_to(inside, id),
        RawBsonRef::Array(items) => items.into_iter().flatten().find_map(|item| in_value(item, id)),
        RawBsonRef::ObjectId(found) => (id.as_object_id() == Some(found)).then(String::new),
        RawBsonRef::Binary(found) => {
            matches!(id, Bson::Binary(id) if id.subtype == found.subtype && id.bytes == found.bytes)
                .then(String::new)
        }
        _ => None,
    }
}
