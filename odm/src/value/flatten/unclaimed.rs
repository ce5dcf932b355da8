//! `UnclaimedElements`: the elements of a document while its flattened documents are read.

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{
        Elements, FieldNames, Raw, Writer, field_names::is_one_of, tagging::more_than_the_variant,
        unknown_field,
    },
};

/// The elements of a document that none of its own fields took. They are copied when a flattened document is read.
#[derive(Debug)]
pub struct UnclaimedElements<'de> {
    elements: Vec<Element<'de>>,
    /// All elements of the document.
    pub(super) whole: Elements<'de>,
    /// The names of the variants of each enum that took an element.
    variants: Vec<&'static [&'static str]>,
    /// Whether a map took all the elements that could be read by it.
    caught: bool,
}

#[derive(Debug)]
struct Element<'de> {
    key: &'de [u8],
    value: Raw<'de>,
    /// Whether the element may be read by the flattened document that is read last.
    shown: bool,
}

impl<'de> UnclaimedElements<'de> {
    /// Returns an empty `UnclaimedElements` of the document with these elements.
    pub fn of(elements: Elements<'de>) -> Self {
        Self { elements: Vec::new(), whole: elements, variants: Vec::new(), caught: false }
    }

    /// Adds an element.
    pub fn push(&mut self, key: &'de [u8], value: Raw<'de>) {
        self.elements.push(Element { key, value, shown: false });
    }

    /// Removes the elements with these names that could be read by the last flattened document.
    pub fn take(&mut self, names: &FieldNames) {
        self.elements.retain(|element| !(element.shown && names.contain(element.key)));
    }

    /// Removes all the elements that could be read by the last flattened document, which is or contains a map.
    pub(in crate::value) fn take_all(&mut self) {
        self.caught = true;
        self.elements.retain(|element| !element.shown);
    }

    /// Removes the elements that could be read by the last flattened document and whose names are also in `document`.
    pub(in crate::value) fn take_written(&mut self, document: Raw<'_>) -> CodecResult<()> {
        let (mut elements, mut written) = (document.elements()?, Vec::new());
        while let Some((key, _)) = elements.next()? {
            written.push(key);
        }
        self.elements.retain(|element| !(element.shown && written.contains(&element.key)));
        Ok(())
    }

    /// Removes the elements with these names, even if they could not be read by a flattened document.
    pub(super) fn skip(&mut self, names: &FieldNames) {
        self.elements.retain(|element| !names.contain(element.key));
    }

    /// Returns a document of the elements with these names, and marks them as read.
    pub(super) fn document(&mut self, names: &[&str]) -> CodecResult<Vec<u8>> {
        self.show(|key| is_one_of(key, names))
    }

    /// Returns a document of the elements that the flattened document declares, and of those that nothing declares.
    /// An element with a name of the document itself stays here if its field is not read and unknown fields are
    /// denied.
    pub(super) fn undeclared(&mut self, declared: &FieldNames, beside: &FieldNames) -> CodecResult<Vec<u8>> {
        self.show(|key| !beside.contain(key) || declared.contain(key))
    }

    fn show(&mut self, is_shown: impl Fn(&[u8]) -> bool) -> CodecResult<Vec<u8>> {
        for element in &mut self.elements {
            element.shown = is_shown(element.key);
        }
        let mut writer = Writer::new();
        let shown = self.elements.iter().filter(|element| element.shown);
        writer.raw_document(shown.map(|element| (element.key, element.value)))?;
        Ok(writer.into_bytes())
    }

    /// Returns a document of all the elements.
    pub(super) fn all(&self) -> CodecResult<Vec<u8>> {
        let mut writer = Writer::new();
        writer.raw_document(self.elements.iter().map(|element| (element.key, element.value)))?;
        Ok(writer.into_bytes())
    }

    /// Removes the first element with one of these names, and returns a document of it.
    pub(super) fn first(&mut self, names: &'static [&'static str]) -> CodecResult<Vec<u8>> {
        self.variants.push(names);
        let first = self.elements.iter().position(|element| is_one_of(element.key, names));
        let first = first.map(|first| self.elements.remove(first));
        let mut writer = Writer::new();
        writer.raw_document(first.map(|element| (element.key, element.value)))?;
        Ok(writer.into_bytes())
    }

    /// Refuses elements that would be lost: a second variant of an enum and, beside a map, the elements that the map
    /// must not contain and that no flattened document took.
    pub fn end(self) -> CodecResult<()> {
        let is_variant = |name: &[u8]| self.variants.iter().any(|names| is_one_of(name, names));
        if self.elements.iter().any(|element| is_variant(element.key)) {
            return Err(more_than_the_variant());
        }
        match self.elements.first() {
            Some(element) if self.caught => Err(not_taken(element.key)),
            _ => Ok(()),
        }
    }

    /// Refuses the remaining elements, for a document that denies unknown fields.
    pub fn refuse(self, names: &[&str]) -> CodecResult<()> {
        match self.elements.first() {
            None => Ok(()),
            Some(element) => Err(unknown_field(element.key, names)),
        }
    }
}

/// Returns the error for an element of a variant that the document does not hold.
#[cold]
fn not_taken(name: &[u8]) -> CodecError {
    CodecError::new("an element of the variant that the document holds", "one of another variant")
        .at(String::from_utf8_lossy(name).into_owned())
}
