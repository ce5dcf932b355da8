//! `Key`: one field of an index. The functions are for generated code: they read the name from a typed path, and their
//! bounds are what the type of the index requires of the field.

use super::IndexType;
use crate::{
    geometry::Geospatial,
    path::Path,
    value::{Dated, Text, Value},
};

/// The name of every field, in the key of a text index or of a wildcard index.
pub(super) const EVERY_FIELD: &str = "$**";

/// One field of an index.
#[derive(Debug, Clone)]
pub struct Key {
    /// The dotted stored name, or `$**`.
    pub(super) field: String,
    pub(super) index_type: IndexType,
    /// The length of the prefix that is the innermost array; 0 if there is none, or if it is unknown.
    pub(super) array: usize,
    /// Why the path cannot be a key.
    pub(super) problem: Option<String>,
}

/// Two keys are equal if the server treats them as equal.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && self.index_type == other.index_type
    }
}

impl Key {
    pub(super) fn new(field: String, index_type: IndexType) -> Self {
        Self { field, index_type, array: 0, problem: None }
    }

    fn of<M, V: Value, R>(path: &Path<M, V, R>, index_type: IndexType) -> Self {
        let at = path.location();
        let array = if V::ARRAYS.is_always_array() { at.name().len() } else { at.array() };
        let problem = at.problem().map(ToString::to_string);
        Self { array, problem, ..Self::new(at.name().to_owned(), index_type) }
    }

    /// Returns the name in the document of the key.
    pub(super) fn name(&self) -> String {
        if self.index_type == IndexType::Wildcard && self.field != EVERY_FIELD {
            format!("{}.{EVERY_FIELD}", self.field)
        } else {
            self.field.clone()
        }
    }

    /// Returns the array that the field is in or that it is, if there is one.
    pub(super) fn array(&self) -> Option<&str> {
        self.field.get(..self.array).filter(|array| !array.is_empty())
    }
}

/// Returns the key of a field of any type.
pub fn field_key<M, V: Value, R>(path: &Path<M, V, R>, index_type: IndexType) -> Key {
    Key::of(path, index_type)
}

/// Returns the key of a TTL index.
pub fn date_key<M, V: Dated, R>(path: &Path<M, V, R>, index_type: IndexType) -> Key {
    Key::of(path, index_type)
}

/// Returns the key of a field in a text index.
pub fn text_key<M, V: Text, R>(path: &Path<M, V, R>, index_type: IndexType) -> Key {
    Key::of(path, index_type)
}

/// Returns the key of a geometry in a `2dsphere` or a `2d` index.
pub fn geo_key<M, V: Geospatial, R>(path: &Path<M, V, R>, index_type: IndexType) -> Key {
    Key::of(path, index_type)
}

/// Returns the key for all fields of a document.
pub fn every_field_key(index_type: IndexType) -> Key {
    Key::new(EVERY_FIELD.to_owned(), index_type)
}
