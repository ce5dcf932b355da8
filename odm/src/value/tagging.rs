//! Enums with data: how the variant of a value and its content are read.

use mongodb::bson::spec::ElementType;

use super::{Elements, HasField, Raw, Stores, Value, require};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::Key,
};

const ONE_VARIANT: &str = "a document with one element, the variant";

/// Returns the error for further elements in a document whose only element is the variant.
#[cold]
pub(super) fn more_than_the_variant() -> CodecError {
    CodecError::new(ONE_VARIANT, "more")
}

impl<'de> Elements<'de> {
    /// Returns the string of the tag: the element that specifies the variant of a document.
    pub fn tag(self, tag: &'static str) -> CodecResult<&'de str> {
        let mut elements = self;
        while let Some((key, value)) = elements.next()? {
            if key == tag.as_bytes() {
                return value.str().map_err(|error| error.at(tag));
            }
        }
        Err(CodecError::missing(tag))
    }

    /// Returns the variant's name and its content, which are stored side by side under the names `tag` and `content`.
    /// Refuses other elements if `names`, the list of all allowed names, is given.
    pub fn tag_and_content(
        self,
        tag: &'static str,
        content: &'static str,
        names: Option<&[&str]>,
    ) -> CodecResult<(&'de str, Option<Raw<'de>>)> {
        let (mut found, mut held) = (None, None);
        let mut elements = self;
        while let Some((key, value)) = elements.next()? {
            let (slot, name) = match key {
                key if key == tag.as_bytes() => (&mut found, tag),
                key if key == content.as_bytes() => (&mut held, content),
                key => match names {
                    Some(names) => return Err(super::unknown_field(key, names)),
                    None => continue,
                },
            };
            if slot.replace(value).is_some() {
                return Err(super::elements::duplicate(name));
            }
        }
        let found = found.ok_or_else(|| CodecError::missing(tag))?;
        Ok((found.str().map_err(|error| error.at(tag))?, held))
    }

    /// Returns the variant's name, which is the only key of the document, and its content.
    pub fn name_and_content(self) -> CodecResult<(&'de str, Raw<'de>)> {
        let mut elements = self;
        match (elements.next()?, elements.next()?) {
            (Some((key, content)), None) => Ok((super::map::utf8_key(key)?, content)),
            (None, _) => Err(CodecError::new(ONE_VARIANT, "an empty document")),
            (Some(_), Some(_)) => Err(more_than_the_variant()),
        }
    }

    /// Reads the next element of an array that stores a tuple. Returns `None` after the last.
    pub fn item<D: HasField<K>, K: Key>(&mut self) -> CodecResult<Option<D::Rust>> {
        match self.next()? {
            None => Ok(None),
            Some((_, item)) => read_content::<D, K>(item).map(Some),
        }
    }

    /// Refuses more elements than the tuple has.
    pub fn end(mut self, length: usize) -> CodecResult<()> {
        match self.next()? {
            None => Ok(()),
            Some(_) => Err(CodecError::new(format!("an array of {length} items"), "more")),
        }
    }

    /// Marks the tag of an enum as read. Refuses a second tag.
    pub fn mark_tag(seen: &mut bool, tag: &'static str) -> CodecResult<()> {
        if std::mem::replace(seen, true) { Err(super::elements::duplicate(tag)) } else { Ok(()) }
    }
}

impl<'de> Raw<'de> {
    /// Returns the variant's name and its content. The value is a string, which has no content, or a document with
    /// one element.
    pub fn variant(self) -> CodecResult<(&'de str, Option<Raw<'de>>)> {
        if self.is(ElementType::String) {
            return self.str().map(|name| (name, None));
        }
        if !self.is(ElementType::EmbeddedDocument) {
            return Err(self.expected("a variant: a string, or a document with one element"));
        }
        self.elements()?.name_and_content().map(|(name, content)| (name, Some(content)))
    }

    /// Reads a value without content, such as a unit struct.
    pub fn unit(self) -> CodecResult<()> {
        if self.is(ElementType::Null) { Ok(()) } else { Err(self.expected("null")) }
    }
}

/// Reads the single value inside a variant.
pub fn read_content<D: HasField<K>, K: Key>(raw: Raw<'_>) -> CodecResult<D::Rust> {
    match D::Type::decode(raw) {
        Ok(value) => Ok(value.into_rust()),
        Err(error) => Err(error.at(K::NAME)),
    }
}

/// Reads the single value inside a variant. It may be missing if its type has a value for that.
pub fn read_content_or_missing<D: HasField<K>, K: Key>(raw: Option<Raw<'_>>) -> CodecResult<D::Rust> {
    match raw {
        Some(raw) => read_content::<D, K>(raw),
        None => require::<D::Type>(&mut None, K::NAME).map(Stores::into_rust),
    }
}

/// Returns an element that a tuple must have. A missing element is an error and is not read as `None`, because the
/// length of the array is part of the type.
pub fn item_required<D: HasField<K>, K: Key>(item: Option<D::Rust>) -> CodecResult<D::Rust> {
    item.ok_or_else(|| CodecError::missing(K::NAME))
}

/// Returns the content of a variant that must have some.
pub fn require_content<'de>(raw: Option<Raw<'de>>, name: &'static str) -> CodecResult<Raw<'de>> {
    raw.ok_or_else(|| CodecError::new("a document with the variant's content", "its name alone").at(name))
}

/// Refuses content, except null, of a variant that has none.
pub fn refuse_content(raw: Option<Raw<'_>>, name: &'static str) -> CodecResult<()> {
    match raw {
        None => Ok(()),
        Some(raw) => raw.unit().map_err(|error| error.at(name)),
    }
}

/// Returns the error for a value of a variant that is never written.
#[cold]
pub fn skipped_variant(name: &'static str) -> CodecError {
    CodecError::new("a variant that can be stored", format!("`{name}`, which is skipped"))
}
