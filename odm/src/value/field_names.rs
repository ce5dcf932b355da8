//! `FieldNames`: the stored names that a type declares, wherever its elements lie flat in another document.
//!
//! A map that lies flat in a document never has an element under one of them: neither read, nor written, nor by a path.

use std::ptr;

use super::Elements;
use crate::error::codec::CodecResult;

/// Names of elements: those of a document itself, and those of the parts that lie flat in it.
///
/// The derive makes one constant for each type, which decoding, encoding and paths read. Parts are functions because a
/// document may hold itself.
#[derive(Debug, Clone, Copy)]
pub struct FieldNames {
    own: &'static [&'static str],
    parts: &'static [fn() -> FieldNames],
}

/// A name that no map may have here: what `FieldNames::contain` returns for a document that a path goes through.
pub type Reserved = fn(&[u8]) -> bool;

impl FieldNames {
    /// None: what a map, a number or a text declares.
    pub const NONE: Self = Self::new(&[], &[]);

    /// The names of a document itself, and of its parts.
    pub const fn new(own: &'static [&'static str], parts: &'static [fn() -> Self]) -> Self {
        Self { own, parts }
    }

    /// The names of the document itself.
    pub(super) fn own(&self) -> &'static [&'static str] {
        self.own
    }

    /// Whether the document or one of its parts declares this name.
    pub(super) fn contain(&self, name: &[u8]) -> bool {
        self.own_contain(name) || self.parts_contain(name)
    }

    /// Whether the document itself declares this name.
    pub(super) fn own_contain(&self, name: &[u8]) -> bool {
        is_one_of(name, self.own)
    }

    /// Whether one of the parts declares this name.
    pub(super) fn parts_contain(&self, name: &[u8]) -> bool {
        !self.parts.is_empty() && Within { names: *self, above: None }.parts_contain(name)
    }

    fn is(&self, other: &Self) -> bool {
        ptr::eq(self.own, other.own) && ptr::eq(self.parts, other.parts)
    }
}

/// Names on the way down through parts: a document that holds itself is entered once.
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
    /// Whether an element has one of these names.
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
