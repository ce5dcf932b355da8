//! `Keys`: the sort of a page, made total by the `_id`.

use mongodb::{
    bson::{Bson, Document, spec::ElementType},
    options::Collation,
};

use crate::{
    error::{Error, Result},
    meta::{DocumentMeta, FieldMeta, TypeMeta},
};

const ID: &str = "_id";

/// How many types may be nested in a path, for a type that contains itself.
const MAX_TYPES: usize = 100;

/// The fields that documents are sorted by, with their directions. The last one is the `_id`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Keys {
    keys: Vec<(String, bool)>,
    /// Whether the `_id` could be a string that a collation treats as equal to another.
    compares_text: bool,
}

impl Keys {
    /// Returns the keys of a sort. The `_id` is added in the direction of the last key, so that an index on the keys and
    /// the `_id`, all ascending, serves a sort that is all descending too. Keys after the `_id` decide nothing.
    pub(super) fn of(
        sort: Option<&Document>,
        collation: Option<&Collation>,
        model: &DocumentMeta,
    ) -> Result<Self> {
        let mut keys = Vec::new();
        for (name, direction) in sort.into_iter().flatten() {
            if name == "$natural" {
                return Err(Error::refused(
                    "pages cannot be in the natural order, which changes: sort by a field, or by nothing for the order of `_id`",
                ));
            }
            keys.push((name.clone(), ascending(name, direction)?));
            if name == ID {
                break;
            }
        }
        if keys.last().is_none_or(|(name, _)| name != ID) {
            let ascending = keys.last().is_none_or(|(_, ascending)| *ascending);
            keys.push((ID.to_owned(), ascending));
        }
        let compares_text = collation.is_some_and(|collation| collation.locale != "simple");
        Self { keys, compares_text }.fitting(model)
    }

    /// Refuses keys that cannot be paged by, as far as the declared types show it.
    fn fitting(self, model: &DocumentMeta) -> Result<Self> {
        for (name, _) in &self.keys {
            if in_document(model, name, 0) {
                return Err(Error::refused(format!(
                    "pages cannot be sorted by `{name}`, which is or passes through an array: a document has several values there, so \
                     it would be on several pages or on none. Store the value to sort by in a field of its own, or use \
                     `.offset_page(..)`",
                )));
            }
        }
        let id_is_text = || {
            let id = model.field(ID).and_then(|id| id.stored_as().bson_types());
            id.is_some_and(|types| types.contains(&ElementType::String))
        };
        if self.compares_text && id_is_text() {
            return Err(Error::refused(
                "the `_id` of this model is text, and the collation may treat different strings as equal, so that documents would be \
                 skipped: page without `.collation(..)`, or use `.offset_page(..)`. The default collation of the collection needs no \
                 `.collation(..)`",
            ));
        }
        Ok(self)
    }

    /// Returns the names and whether each is ascending. `backward` turns all directions round.
    pub(super) fn iter(&self, backward: bool) -> impl Iterator<Item = (&str, bool)> {
        self.keys.iter().map(move |(name, ascending)| (name.as_str(), *ascending != backward))
    }

    /// Returns whether a collation decides which strings are equal.
    pub(super) fn compares_text(&self) -> bool {
        self.compares_text
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns the sort as it is sent.
    pub(super) fn sort(&self, backward: bool) -> Document {
        let direction = |ascending| Bson::Int32(if ascending { 1 } else { -1 });
        self.iter(backward).map(|(name, ascending)| (name.to_owned(), direction(ascending))).collect()
    }

    /// Returns whether an index has exactly these keys, in these directions.
    pub(super) fn are(&self, index: &Document, backward: bool) -> bool {
        index.len() == self.keys.len()
            && index.iter().zip(self.iter(backward)).all(|((name, direction), (key, is_ascending))| {
                name == key && ascending(name, direction).is_ok_and(|ascending| ascending == is_ascending)
            })
    }
}

/// Returns the sort of an offset page: the sort, then the `_id`, so that pages do not overlap.
pub(super) fn with_id(sort: Option<Document>) -> Document {
    let mut sort = sort.unwrap_or_default();
    if !sort.contains_key(ID) {
        let last = sort.iter().last().map(|(name, direction)| ascending(name, direction));
        sort.insert(ID, if let Some(Ok(false)) = last { -1 } else { 1 });
    }
    sort
}

fn ascending(name: &str, direction: &Bson) -> Result<bool> {
    let number = match direction {
        Bson::Int32(number) => f64::from(*number),
        Bson::Double(number) => *number,
        Bson::Int64(number) if *number < 0 => -1.0,
        Bson::Int64(number) if *number > 0 => 1.0,
        Bson::Document(meta) if meta.contains_key("$meta") => {
            return Err(Error::refused(format!(
                "pages cannot be sorted by `{name}`, a score that the server computes: no filter continues after one. Use \
                 `.offset_page(..)`",
            )));
        }
        _ => 0.0,
    };
    if number < 0.0 {
        Ok(false)
    } else if number > 0.0 {
        Ok(true)
    } else {
        Err(Error::refused(format!("the direction of `{name}` in the sort must be 1 or -1")))
    }
}

/// Returns whether a path in this document is or passes through an array.
fn in_document(document: &DocumentMeta, path: &str, types: usize) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    if let Some(field) = document.field(name) {
        return in_value(field.stored_as(), rest, types);
    }
    let flattened = document.fields().iter().filter(|field| field.is_flattened());
    flattened.map(FieldMeta::stored_as).any(|stored| in_value(stored, Some(path), types))
}

/// Returns whether a path below a value is or passes through an array. Without a path, whether the value may be one.
fn in_value(stored: &TypeMeta, path: Option<&str>, types: usize) -> bool {
    if types > MAX_TYPES {
        return false;
    }
    let Some(path) = path else {
        let types = stored.bson_types();
        return types.is_some_and(|types| types.contains(&ElementType::Array));
    };
    match stored {
        TypeMeta::Nullable(inside) => in_value(inside, Some(path), types + 1),
        TypeMeta::Recursive(same) => in_value(same, Some(path), types + 1),
        TypeMeta::Array { .. } | TypeMeta::Tuple(_) => true,
        TypeMeta::Document(document) => in_document(document, path, types + 1),
        TypeMeta::Map { values } => in_value(values, path.split_once('.').map(|(_, rest)| rest), types + 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn an_offset_page_is_sorted_by_the_id_last() {
        for (sort, sent) in [
            (None, doc! { "_id": 1 }),
            (Some(doc! { "a": 1 }), doc! { "a": 1, "_id": 1 }),
            (Some(doc! { "a": 1, "b": -1 }), doc! { "a": 1, "b": -1, "_id": -1 }),
            (Some(doc! { "_id": -1, "b": 1 }), doc! { "_id": -1, "b": 1 }),
            (Some(doc! { "a": { "$meta": "textScore" } }), doc! { "a": { "$meta": "textScore" }, "_id": 1 }),
        ] {
            assert_eq!(with_id(sort), sent);
        }
    }
}
