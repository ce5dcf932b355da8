//! The stored fields that no model declares: a rewrite keeps them.

use mongodb::bson::{RawDocument, RawDocumentBuf};

use crate::{
    Model,
    error::{Error, Result},
    value::{Value, Writer, upgrade::decode_with_upgraded},
    write::sized,
};

/// A stored document that was read as a model.
pub(super) struct Stored<Old> {
    document: Old,
    kept: KeptFields,
}

impl<Old: Model> Stored<Old> {
    pub(super) fn read(stored: &RawDocument) -> Result<Self> {
        let (document, upgraded) =
            decode_with_upgraded::<Old>(stored).map_err(|cause| Error::decode(stored.as_bytes(), cause))?;
        let kept = KeptFields::of(&document, upgraded.as_deref().unwrap_or(stored))?;
        Ok(Self { document, kept })
    }

    pub(super) fn into_parts(self) -> (Old, KeptFields) {
        (self.document, self.kept)
    }
}

/// The top-level fields of a stored document that its old model does not declare.
pub(super) struct KeptFields(RawDocumentBuf);

impl KeptFields {
    /// Returns the fields that the type does not declare and does not write. A flattened map declares no names, and
    /// writes those that it has read.
    fn of<Old: Model>(document: &Old, stored: &RawDocument) -> Result<Self> {
        let mut writer = Writer::new();
        // A document that can be read and not written declares what its type does.
        let written = match document.encode(&mut writer) {
            Ok(_) => RawDocumentBuf::from_bytes(writer.into_bytes()).unwrap_or_default(),
            Err(_) => RawDocumentBuf::new(),
        };
        Ok(Self(without::<Old>(stored, &written)?))
    }

    /// Appends the fields that the new model does not declare and has not written.
    pub(super) fn append_to<New: Model>(self, mut document: RawDocumentBuf) -> Result<RawDocumentBuf> {
        for element in &without::<New>(&self.0, &document)? {
            let (name, value) = element.map_err(|error| Error::from_driver(error.into()))?;
            document.append(name, value);
        }
        sized(document)
    }
}

/// Returns the elements that the type does not declare and that `written` does not contain.
fn without<D: Value>(stored: &RawDocument, written: &RawDocument) -> Result<RawDocumentBuf> {
    let mut rest = RawDocumentBuf::new();
    for element in stored {
        let (name, value) = element.map_err(|error| Error::from_driver(error.into()))?;
        let is_declared = D::DECLARED.contain(name.as_str().as_bytes());
        if !is_declared && !matches!(written.get(name), Ok(Some(_))) {
            rest.append(name, value);
        }
    }
    Ok(rest)
}
