//! Checks of the elements that a flattened document wrote.

use std::collections::HashSet;

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Elements, FieldNames, Writer},
};

impl Writer {
    /// Refuses elements that a flattened document wrote since `start` with names that are declared beside it. A name
    /// that the flattened document declares too may be that of another one: both can be enums of one type.
    pub(super) fn refuse_declared(
        &self,
        start: usize,
        beside: &FieldNames,
        declared: &FieldNames,
    ) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        while let Some((key, _)) = elements.next()? {
            if beside.own_contain(key) || beside.parts_contain(key) && !declared.contain(key) {
                return Err(declared_name(key));
            }
        }
        Ok(())
    }

    /// Refuses two elements with one name among those written since `start`, because the element of one flattened
    /// document would hide that of another.
    pub fn refuse_duplicates(&self, start: usize) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        let mut seen = HashSet::new();
        while let Some((key, _)) = elements.next()? {
            if !seen.insert(key) {
                let found = "two: a flattened field writes it again";
                return Err(
                    CodecError::new("one element of this name", found).at_key(String::from_utf8_lossy(key))
                );
            }
        }
        Ok(())
    }
}

/// Returns the error for an element of a flattened map that has the name or an alias of a declared field.
#[cold]
fn declared_name(name: &[u8]) -> CodecError {
    CodecError::new("the declared field of this name", "an element that a flattened field writes")
        .at(String::from_utf8_lossy(name).into_owned())
}
