//! `PagePosition`: the place of a document in the order of the sort keys.

use mongodb::bson::{Bson, Document, spec::ElementType};

use super::keys::Keys;
use crate::{
    error::codec::{CodecError, CodecResult},
    value::{MAX_OPTION, Raw, Value, Writer, bounded},
};

/// The values of the sort keys of a document. A missing field is null, as it is for the server's sort.
#[derive(Debug, Clone)]
pub(super) struct PagePosition(Vec<Bson>);

impl PagePosition {
    /// Reads the position of a stored document.
    ///
    /// # Errors
    ///
    /// Returns an error if a key is a value that no filter can continue after: an array, whose least element decides in
    /// one direction and whose greatest in the other; `undefined`, which filters do not distinguish from null; a
    /// `DBPointer`; a symbol, or an id that is a string, with a collation.
    pub(super) fn of(document: &[u8], keys: &Keys) -> CodecResult<Self> {
        let mut position = Self(Vec::with_capacity(keys.len()));
        for (name, _) in keys.iter(false) {
            let value = find(Raw::document(document), name)?;
            // The server sorts symbols by the collation, but filters ignore it for them.
            if keys.compares_text() && has(&value, |value| matches!(value, Bson::Symbol(_))) {
                let expected = "a string, because the documents are paged by a collation";
                return Err(CodecError::new(expected, "a symbol").at(name.to_owned()));
            }
            position.0.push(value);
        }
        match position.0.last() {
            Some(id) if keys.compares_text() && has(id, |value| matches!(value, Bson::String(_))) => {
                let expected =
                    "an id without text, because the collation may treat different strings as equal";
                Err(CodecError::new(expected, "an id with text").at("_id"))
            }
            _ => Ok(position),
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Bson> {
        self.0.iter()
    }

    /// Returns whether both are the position of one document. NaN is the same as NaN here.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let written = |position: &Self| {
            let mut bytes = Vec::new();
            position.write(&mut bytes).map(|()| bytes)
        };
        written(self).ok() == written(other).ok()
    }

    /// Returns the bounds of an index: `{ placedAt: value, _id: value }`.
    pub(super) fn bounds(&self, keys: &Keys) -> Document {
        keys.iter(false).map(|(name, _)| name.to_owned()).zip(self.0.iter().cloned()).collect()
    }

    /// Appends the position to the content of a token.
    pub(super) fn write(&self, content: &mut Vec<u8>) -> CodecResult<()> {
        let mut writer = Writer::new();
        let names = (0..).map(|index: usize| index.to_string());
        names.zip(self.0.iter().cloned()).collect::<Document>().encode(&mut writer)?;
        content.extend(writer.into_bytes());
        Ok(())
    }

    /// Reads the position from the content of a token.
    pub(super) fn read(content: &[u8]) -> CodecResult<Self> {
        let values = Document::decode(Raw::document(content))?;
        Ok(Self(values.into_iter().map(|(_, value)| value).collect()))
    }
}

/// Returns the value at a dotted name, or null.
fn find(document: Raw<'_>, name: &str) -> CodecResult<Bson> {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let at = |error: CodecError| error.at(first.to_owned());
    let mut elements = document.elements()?;
    while let Some((key, value)) = elements.next()? {
        if key != first.as_bytes() {
            continue;
        }
        return match (value.element_type(), rest) {
            (Some(ElementType::Array), _) => {
                Err(at(CodecError::new("a single value, because the documents are paged by it", "an array")))
            }
            (Some(ElementType::Undefined), _) => {
                Err(at(CodecError::new("a value that can be paged by", "`undefined`")))
            }
            // An index orders them otherwise than a sort in memory.
            (Some(ElementType::DbPointer), _) => {
                Err(at(CodecError::new("a value that can be paged by", "a `DBPointer`")))
            }
            (Some(ElementType::EmbeddedDocument), Some(rest)) => find(value, rest).map_err(at),
            (_, Some(_)) => Ok(Bson::Null),
            (_, None) => Bson::decode(value).and_then(|value| bounded(value, MAX_OPTION)).map_err(at),
        };
    }
    Ok(Bson::Null)
}

/// Returns whether a value is one of these, or contains one.
fn has(value: &Bson, is_one: fn(&Bson) -> bool) -> bool {
    match value {
        Bson::Document(document) => document.values().any(|value| has(value, is_one)),
        Bson::Array(items) => items.iter().any(|item| has(item, is_one)),
        value => is_one(value),
    }
}
