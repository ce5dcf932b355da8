//! `SortKeys`: the order in which the server sorts documents.

use std::cmp::Ordering;

use mongodb::bson::{Document, spec::ElementType};

use super::{
    compare::compare,
    number::Number,
    operand::{Operand, contents, encoded, field},
};
use crate::{
    error::{
        Error, Result,
        codec::{CodecError, CodecResult},
    },
    value::Raw,
};

/// The keys of a sort, each with its direction.
#[derive(Debug)]
pub(crate) struct SortKeys(Vec<(Vec<Box<[u8]>>, Direction)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// The values of the keys of one document, in the order of the sort.
#[derive(Debug, Clone)]
pub(crate) struct SortKey(Vec<(Operand, Direction)>);

impl SortKeys {
    /// Reads a sort: `{ placedAt: -1, _id: 1 }`.
    pub(crate) fn of(sort: &Document) -> Result<Self> {
        let bytes = encoded(sort)?;
        let unreadable = |cause| Error::new(crate::error::ErrorKind::Encode(cause));
        let (mut elements, mut keys) = (Raw::document(&bytes).elements().map_err(unreadable)?, Vec::new());
        while let Some((name, value)) = elements.next().map_err(unreadable)? {
            let direction = match Number::of(value).map_err(unreadable)?.and_then(Number::integral) {
                Some(1) => Direction::Ascending,
                Some(-1) => Direction::Descending,
                _ => {
                    return Err(Error::refused(format!(
                        "the sort by `{}` is evaluated only by the server: sort by fields, with 1 or -1",
                        String::from_utf8_lossy(name)
                    )));
                }
            };
            let names: Vec<Box<[u8]>> = name.split(|byte| *byte == b'.').map(Into::into).collect();
            if names.iter().any(|name| name.iter().all(u8::is_ascii_digit)) {
                return Err(Error::refused(format!(
                    "the sort by `{}` is evaluated only by the server: sort by fields, not by positions of arrays",
                    String::from_utf8_lossy(name)
                )));
            }
            keys.push((names, direction));
        }
        Ok(Self(keys))
    }

    /// Returns the place of a document. Of an array, the least or the greatest element decides.
    ///
    /// # Errors
    ///
    /// Returns an error if two keys lead through the same array, because the server sorts by pairs of its elements then.
    pub(crate) fn key_of(&self, document: &[u8]) -> Result<SortKey> {
        self.read(Raw::document(document)).map_err(|cause| Error::decode(document, cause))
    }

    fn read(&self, document: Raw<'_>) -> CodecResult<SortKey> {
        let mut arrays: Vec<&[u8]> = Vec::new();
        let mut values = Vec::with_capacity(self.0.len());
        for (names, direction) in &self.0 {
            let first = names.first().map_or(&[][..], AsRef::as_ref);
            let is_array = field(document, first)?.map_or(Ok(false), contains_array)?;
            if is_array {
                if arrays.contains(&first) {
                    return Err(CodecError::new(
                        "a single value, because the documents are sorted by two of its fields",
                        "an array",
                    )
                    .at_key(String::from_utf8_lossy(first)));
                }
                arrays.push(first);
            }
            values.push((value(names, document, *direction)?, *direction));
        }
        Ok(SortKey(values))
    }
}

impl SortKey {
    /// Compares the places of documents of the same sort.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        for ((one, direction), (other, _)) in self.0.iter().zip(&other.0) {
            // The values were read before, when the keys were made.
            let order = compare(one.raw(), other.raw()).unwrap_or(Ordering::Equal);
            let order = if *direction == Direction::Descending { order.reverse() } else { order };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// Returns whether the value is an array, or a document in which the array may be.
fn contains_array(value: Raw<'_>) -> CodecResult<bool> {
    match value.element_type() {
        Some(ElementType::Array) => Ok(true),
        Some(ElementType::EmbeddedDocument) => {
            let mut elements = contents(value)?;
            while let Some((_, value)) = elements.next()? {
                if contains_array(value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// Returns the value that decides, which is the least or the greatest one.
fn value(names: &[Box<[u8]>], document: Raw<'_>, direction: Direction) -> CodecResult<Operand> {
    let mut best: Option<Raw<'_>> = None;
    visit(names, document, &mut |value| {
        let is_better = match best {
            None => true,
            Some(best) if direction == Direction::Ascending => compare(value, best)?.is_lt(),
            Some(best) => compare(value, best)?.is_gt(),
        };
        if is_better {
            best = Some(value);
        }
        Ok(())
    })?;
    Operand::of(best.unwrap_or(NULL)).ok_or_else(CodecError::malformed)
}

const NULL: Raw<'static> = Raw::valueless(ElementType::Null);
const UNDEFINED: Raw<'static> = Raw::valueless(ElementType::Undefined);

/// Visits the values at a path. A missing one is null, and so is a scalar in an array that the path leads through. An
/// empty array is undefined.
fn visit<'de>(
    names: &[Box<[u8]>],
    document: Raw<'de>,
    found: &mut dyn FnMut(Raw<'de>) -> CodecResult<()>,
) -> CodecResult<()> {
    let Some((name, rest)) = names.split_first() else { return Ok(()) };
    let Some(value) = field(document, name)? else { return found(NULL) };
    if value.is(ElementType::Array) {
        let mut items = value.items()?;
        if items.is_empty() {
            return found(if rest.is_empty() { UNDEFINED } else { NULL });
        }
        while let Some((_, item)) = items.next()? {
            match item.element_type() {
                _ if rest.is_empty() => found(item)?,
                Some(ElementType::EmbeddedDocument) => visit(rest, item, found)?,
                _ => found(NULL)?,
            }
        }
        return Ok(());
    }
    match value.element_type() {
        _ if rest.is_empty() => found(value),
        Some(ElementType::EmbeddedDocument) => visit(rest, value, found),
        _ => found(NULL),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, doc};

    use super::*;

    fn sorted(sort: &Document, mut documents: Vec<Document>) -> Vec<Bson> {
        let keys = SortKeys::of(sort).unwrap();
        let key = |document: &Document| keys.key_of(&encoded(document).unwrap()).unwrap();
        documents.sort_by(|one, other| key(one).compare(&key(other)));
        documents.into_iter().filter_map(|document| document.get("_id").cloned()).collect()
    }

    #[test]
    fn the_least_or_the_greatest_element_of_an_array_decides() {
        let documents = vec![
            doc! { "_id": 1, "a": [5, 1] },
            doc! { "_id": 2, "a": 2 },
            doc! { "_id": 3, "a": [] },
            doc! { "_id": 4 },
            doc! { "_id": 5, "a": [{ "b": 1 }] },
        ];
        assert_eq!(sorted(&doc! { "a": 1 }, documents.clone()), [3, 4, 1, 2, 5].map(Bson::Int32));
        assert_eq!(sorted(&doc! { "a": -1 }, documents), [5, 1, 2, 4, 3].map(Bson::Int32));
    }

    #[test]
    fn sorts_that_are_not_evaluated_here_are_refused() {
        let error = SortKeys::of(&doc! { "score": { "$meta": "textScore" } }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the sort by `score` is evaluated only by the server: sort by fields, with 1 or -1; nothing was sent"
        );
        let error = SortKeys::of(&doc! { "a.0": 1 }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the sort by `a.0` is evaluated only by the server: sort by fields, not by positions of arrays; nothing \
             was sent"
        );
        let keys = SortKeys::of(&doc! { "a.x": 1, "a.y": 1 }).unwrap();
        let document = encoded(&doc! { "a": [{ "x": 1, "y": 2 }] }).unwrap();
        assert!(keys.key_of(&document).unwrap_err().is_decode());
    }
}
