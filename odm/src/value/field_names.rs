//! `FieldNames`: the stored names that a type declares, also if it is flattened into another document.
//!
//! A map that is flattened into a document never has an element with one of these names: not when it is read, not
//! when it is written, and not in a path.

use std::ptr;

use super::Elements;
use crate::error::codec::CodecResult;

/// Names of elements: those of a document itself, and those of the documents that are flattened into it.
///
/// The derive generates one constant for each type, which decoding, encoding and paths use. The flattened documents
/// are functions because a document may contain itself.
#[derive(Debug, Clone, Copy)]
pub struct FieldNames {
    own: &'static [&'static str],
    parts: &'static [fn() -> FieldNames],
}

/// Returns whether a document on a path declares this name, so that no flattened map may have it as a key.
pub(crate) type Reserved = fn(&[u8]) -> bool;

impl FieldNames {
    /// No names, for example of a map, a number or a string.
    pub const NONE: Self = Self::new(&[], &[]);

    /// Returns the names of a document itself, and of its flattened documents.
    pub const fn new(own: &'static [&'static str], parts: &'static [fn() -> Self]) -> Self {
        Self { own, parts }
    }

    /// Returns the names of the document itself.
    pub(super) fn own(&self) -> &'static [&'static str] {
        self.own
    }

    /// Returns whether the document or one of its flattened documents declares this name.
    pub(crate) fn contain(&self, name: &[u8]) -> bool {
        self.own_contain(name) || self.parts_contain(name)
    }

    /// Returns whether the document itself declares this name.
    pub(super) fn own_contain(&self, name: &[u8]) -> bool {
        is_one_of(name, self.own)
    }

    /// Returns whether one of the flattened documents declares this name.
    pub(super) fn parts_contain(&self, name: &[u8]) -> bool {
        !self.parts.is_empty() && Within { names: *self, above: None }.parts_contain(name)
    }

    fn is(&self, other: &Self) -> bool {
        ptr::eq(self.own, other.own) && ptr::eq(self.parts, other.parts)
    }
}

/// One step of the search through flattened documents. A document that contains itself is searched once.
struct Within<'a> {
    names: FieldNames,
    above: Option<&'a Within<'a>>,
}

impl Within<'_> {
    fn parts_contain(&self, name: &[u8]) -> bool {
        self.names.parts.iter().any(|part| {
            let names = part();
            if names.own_contain(name) {
                return true;
            }
            let mut entered = Some(self);
            while let Some(within) = entered {
                if within.names.is(&names) {
                    return false;
                }
                entered = within.above;
            }
            Within { names, above: Some(self) }.parts_contain(name)
        })
    }
}

pub(super) fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|one| one.as_bytes() == name)
}

impl Elements<'_> {
    /// Returns whether an element has one of these names.
    pub(crate) fn have_any(mut self, names: &FieldNames) -> CodecResult<bool> {
        while let Some((key, _)) = self.next()? {
            if names.contain(key) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> FieldNames {
        FieldNames::new(&["a", "b"], &[])
    }

    fn node() -> FieldNames {
        FieldNames::new(&["name"], &[leaf, node])
    }

    #[test]
    fn names_are_found_in_every_part_even_if_a_document_holds_itself() {
        let names = FieldNames::new(&["own"], &[node]);
        for name in ["own", "name", "a", "b"] {
            assert!(names.contain(name.as_bytes()), "{name}");
        }
        assert!(!names.contain(b"c") && !node().contain(b"own"));
        assert!(!names.own_contain(b"a") && names.parts_contain(b"a") && !names.parts_contain(b"own"));
    }
}
