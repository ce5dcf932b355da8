//! `Path`: which elements of a document a dotted name reaches.
//!
//! A name goes into a document, and into each document that is an element of an array, but not of an array in an array.
//! A position also goes to the element of an array at this position. What a path cannot reach in a scalar is missing; a
//! scalar in an array has no element at all.

use mongodb::bson::spec::ElementType;

use super::operand::field;
use crate::{error::codec::CodecResult, value::Raw};

#[derive(Debug)]
pub(super) struct Path {
    steps: Vec<Box<[u8]>>,
}

/// What a path that ends at an array gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtArray {
    /// Its elements, and the array itself.
    ElementsAndArray,
    /// Only the array.
    Array,
}

/// What is done with each element. `None` is a missing one. Returns whether to stop.
type Visit<'v> = &'v mut dyn FnMut(Option<Raw<'_>>) -> CodecResult<bool>;

impl Path {
    pub(super) fn new(name: &[u8]) -> Self {
        Self { steps: name.split(|byte| *byte == b'.').map(Into::into).collect() }
    }

    /// Returns whether `visit` returns true for an element that the path reaches.
    pub(super) fn any(&self, document: Raw<'_>, at_array: AtArray, visit: Visit<'_>) -> CodecResult<bool> {
        self.from_document(document, 0, at_array, visit)
    }

    /// Returns whether a name follows. An empty rest ends the path.
    fn goes_on(&self, step: usize) -> bool {
        match self.steps.get(step) {
            Some(last) if step + 1 == self.steps.len() => !last.is_empty(),
            Some(_) => true,
            None => false,
        }
    }

    fn from_document(
        &self,
        document: Raw<'_>,
        mut step: usize,
        at_array: AtArray,
        visit: Visit<'_>,
    ) -> CodecResult<bool> {
        let mut current = document;
        loop {
            let name: &[u8] = self.steps.get(step).map_or(&[], AsRef::as_ref);
            let Some(value) = field(current, name)? else { return visit(None) };
            step += 1;
            let is_last = step >= self.steps.len();
            match value.element_type() {
                Some(ElementType::EmbeddedDocument) if !is_last => current = value,
                Some(ElementType::Array) => {
                    if !self.goes_on(step) && at_array == AtArray::Array {
                        return visit(Some(value));
                    }
                    return self.in_array(value, step, at_array, visit);
                }
                _ => return visit(is_last.then_some(value)),
            }
        }
    }

    fn in_array(
        &self,
        array: Raw<'_>,
        step: usize,
        at_array: AtArray,
        visit: Visit<'_>,
    ) -> CodecResult<bool> {
        let mut items = array.items()?;
        if !self.goes_on(step) {
            while let Some((_, item)) = items.next()? {
                if visit(Some(item))? {
                    return Ok(true);
                }
            }
            return visit(Some(array));
        }
        let position = self.steps.get(step).and_then(|name| position(name));
        let is_last = step + 1 == self.steps.len();
        let mut index = 0_usize;
        while let Some((_, item)) = items.next()? {
            let is_here = position == Some(index);
            let is_document = item.is(ElementType::EmbeddedDocument);
            if is_document && self.from_document(item, step, at_array, visit)? {
                return Ok(true);
            }
            let found = match () {
                () if !is_here => false,
                () if is_last => visit(Some(item))?,
                () if is_document => self.from_document(item, step + 1, at_array, visit)?,
                () if item.is(ElementType::Array) => self.in_array(item, step + 1, at_array, visit)?,
                () => false,
            };
            if found {
                return Ok(true);
            }
            index += 1;
        }
        Ok(false)
    }
}

/// Returns the position that a name is. `01` is none.
fn position(name: &[u8]) -> Option<usize> {
    let is_number = name.iter().all(u8::is_ascii_digit) && (name.len() == 1 || name.first() != Some(&b'0'));
    std::str::from_utf8(name).ok().filter(|_| is_number)?.parse().ok()
}
