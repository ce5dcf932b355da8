//! The projection of a page: the fields of a view, and the sort keys, which the view need not contain.

use mongodb::bson::{Bson, Document};

use super::keys::Keys;
use crate::error::{Error, Result};

/// Adds the sort keys to a projection. The rows are read as the view, so the added fields are not part of them.
///
/// # Errors
///
/// Returns an error if the projection of the options excludes or computes a sort key.
pub(super) fn with_keys(projection: Option<Document>, keys: &Keys) -> Result<Option<Document>> {
    let Some(mut projection) = projection.filter(|projection| !projection.is_empty()) else {
        return Ok(None);
    };
    let excludes = projection.iter().all(|(name, value)| name == "_id" || is_zero(value));
    for (key, _) in keys.iter(false) {
        let related = |name: &str| is_below(name, key) || is_below(key, name);
        for (name, value) in &projection {
            if related(name) && name != "_id" && !is_one(value) {
                return Err(Error::refused(format!(
                    "the projection excludes or computes `{name}`, so the position of a document after `{key}` is not known: include \
                     the field, or read the page as a view",
                )));
            }
        }
        if key == "_id" {
            projection.remove("_id");
            if !excludes {
                projection.insert("_id", 1);
            }
        } else if !excludes && !projection.keys().any(|name| is_below(key, name)) {
            // The server refuses a field beside a part of it.
            let parts: Vec<String> = projection.keys().filter(|name| is_below(name, key)).cloned().collect();
            for part in parts {
                projection.remove(part);
            }
            projection.insert(key, 1);
        }
    }
    Ok(Some(projection).filter(|projection| !projection.is_empty()))
}

/// Returns whether `name` is the field `above` or a part of it.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn is_zero(value: &Bson) -> bool {
    matches!(value, Bson::Int32(0) | Bson::Int64(0) | Bson::Boolean(false)) || *value == Bson::Double(0.0)
}

fn is_one(value: &Bson) -> bool {
    match value {
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Boolean(_) => !is_zero(value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{doc, spec::ElementType};

    use super::*;
    use odm::Embedded;

    use crate::value::Doc;

    #[derive(Embedded)]
    struct Plain {
        #[odm(rename = "_id")]
        id: i32,
    }

    fn keys(sort: &Document) -> Keys {
        assert_eq!(Plain::META.fields()[0].stored_as().bson_types(), Some(vec![ElementType::Int32]));
        Keys::of(Some(sort), None, Plain::META).unwrap()
    }

    #[test]
    fn sort_keys_are_added_where_the_server_accepts_them() {
        for (sort, projection, sent) in [
            (doc! { "a": 1 }, doc! { "b": 1, "_id": 0 }, doc! { "b": 1, "a": 1, "_id": 1 }),
            (doc! { "a.x": 1 }, doc! { "a": 1, "_id": 0 }, doc! { "a": 1, "_id": 1 }),
            (doc! { "a": 1 }, doc! { "a.x": 1, "b": 1 }, doc! { "b": 1, "a": 1, "_id": 1 }),
            (doc! { "a": 1 }, doc! { "ab": 1 }, doc! { "ab": 1, "a": 1, "_id": 1 }),
            (doc! { "a": 1 }, doc! { "b": 0, "_id": 0 }, doc! { "b": 0 }),
            (
                doc! { "a": 1 },
                doc! { "s": { "$meta": "textScore" } },
                doc! { "s": { "$meta": "textScore" }, "a": 1, "_id": 1 },
            ),
        ] {
            assert_eq!(with_keys(Some(projection), &keys(&sort)).unwrap(), Some(sent));
        }
        assert_eq!(with_keys(None, &keys(&doc! {})).unwrap(), None);
        assert_eq!(with_keys(Some(doc! { "_id": 0 }), &keys(&doc! {})).unwrap(), None);
    }

    #[test]
    fn a_projection_without_the_sort_keys_is_refused() {
        for projection in
            [doc! { "a": 0 }, doc! { "a.x": 0 }, doc! { "a": "$b", "c": 1 }, doc! { "a": { "$slice": 1 } }]
        {
            let error = with_keys(Some(projection), &keys(&doc! { "a": 1 })).unwrap_err();
            assert!(error.to_string().contains("the projection excludes or computes `a"), "{error}");
        }
    }
}
