//! Changes of the top-level elements of an encoded document.

use mongodb::bson::{Bson, RawBson, RawDocument, RawDocumentBuf};

use crate::{
    error::{Error, Result},
    write::{encode::sized, unwritten},
};

/// The elements that a policy writes into a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Edits(Vec<(&'static str, Bson)>);

impl Edits {
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<Bson>) {
        self.0.push((name, value.into()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the document with the elements in the place of those with their names, or after all others.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is then too large.
    pub(super) fn apply(&self, document: &RawDocument) -> Result<RawDocumentBuf> {
        let mut edited = RawDocumentBuf::new();
        let mut found = Vec::with_capacity(self.0.len());
        for element in document.iter_elements() {
            let element = element.map_err(|_| malformed())?;
            match self.0.iter().find(|(name, _)| element.key().as_str() == *name) {
                Some((name, value)) => {
                    found.push(*name);
                    edited.append(element.key(), raw(value)?);
                }
                None => edited.append(element.key(), element.value().map_err(|_| malformed())?),
            }
        }
        for (name, value) in self.0.iter().filter(|(name, _)| !found.contains(name)) {
            let name = <&mongodb::bson::raw::CStr>::try_from(*name).map_err(unwritten)?;
            edited.append(name, raw(value)?);
        }
        sized(edited)
    }
}

fn raw(value: &Bson) -> Result<RawBson> {
    RawBson::try_from(value.clone()).map_err(unwritten)
}

#[cold]
fn malformed() -> Error {
    Error::refused("the model did not encode itself as a BSON document")
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    #[test]
    fn elements_are_replaced_in_place_or_appended() {
        let mut edits = Edits::default();
        edits.set("a", 2);
        edits.set("c", "x");
        let document = rawdoc! { "_id": 1, "a": null, "b": { "a": 1 } };
        assert_eq!(edits.apply(&document).unwrap(), rawdoc! { "_id": 1, "a": 2, "b": { "a": 1 }, "c": "x" });
        assert_eq!(Edits::default().apply(&document).unwrap(), document);
    }
}
