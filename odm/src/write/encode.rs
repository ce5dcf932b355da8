//! Validates, encodes and measures models, for every verb that writes whole documents.

use std::ops::Range;

use mongodb::bson::{RawDocument, RawDocumentBuf};

use crate::{
    error::{Error, ErrorKind, Result, codec::CodecResult},
    model::Model,
    value::Writer,
};

/// The maximum size of a stored document: `maxBsonObjectSize`, the same in every version of the server.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// Returns the document as it will be stored.
///
/// # Errors
///
/// Returns an error if the document violates a rule of its model, cannot be encoded, or is too large.
pub(crate) fn encode<M: Model>(model: &M) -> Result<RawDocumentBuf> {
    model.validate()?;
    encode_unchecked(model)
}

/// Returns the document as it would be stored, whether or not it satisfies the rules of its model.
pub(crate) fn encode_unchecked<M: Model>(model: &M) -> Result<RawDocumentBuf> {
    let mut writer = Writer::new();
    model.encode(&mut writer)?;
    let bytes = writer.into_bytes();
    check(&bytes)?;
    RawDocumentBuf::from_bytes(bytes).map_err(|_| not_a_document())
}

/// Returns the document as it will be stored in place of another.
///
/// # Errors
///
/// Returns an error for the same reasons as [`encode`], and if the first name starts with `$`: the server would read
/// such a replacement as update operators.
pub(crate) fn encode_replacement<M: Model>(model: &M) -> Result<RawDocumentBuf> {
    let document = encode(model)?;
    match document.iter_elements().next() {
        Some(Ok(first)) if first.key().as_str().starts_with('$') => Err(Error::refused(
            "the document begins with a name that has a leading `$`, so the server would take it for update operators \
             in place of a document: put a declared field in front of the flattened one",
        )),
        _ => Ok(document),
    }
}

/// Many encoded documents in one buffer. A buffer for each document would cost more than the encoding.
#[derive(Default)]
pub(crate) struct EncodedDocuments {
    writer: Writer,
    /// The position after each document.
    ends: Vec<usize>,
}

impl EncodedDocuments {
    /// Appends a document. Appends nothing if the document violates a rule of its model or cannot be encoded.
    pub(crate) fn push<M: Model>(&mut self, model: &M) -> Result<()> {
        model.validate()?;
        let written = model.encode(&mut self.writer).map(drop);
        self.finish(written)
    }

    fn finish(&mut self, written: CodecResult<()>) -> Result<()> {
        let (start, end) = (self.start(self.len()), self.writer.as_bytes().len());
        let outcome = written.map_err(Error::from).and_then(|()| check(self.bytes(start..end)));
        match outcome {
            Ok(()) => self.ends.push(end),
            Err(_) => self.writer.truncate(start),
        }
        outcome
    }

    /// Appends a document that is encoded already.
    pub(crate) fn push_encoded(&mut self, document: &RawDocument) {
        self.writer.put(document.as_bytes());
        self.ends.push(self.writer.as_bytes().len());
    }

    /// Returns what `change` makes of each document.
    pub(super) fn map(self, change: impl Fn(&RawDocument) -> Result<RawDocumentBuf>) -> Result<Self> {
        let mut changed = Self::default();
        for position in 0..self.len() {
            let document = change(self.document(position).ok_or_else(not_a_document)?)?;
            changed.push_encoded(&document);
        }
        Ok(changed)
    }

    /// Returns the number of documents.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the size of all documents, in bytes.
    pub(crate) fn bytes_len(&self) -> usize {
        self.writer.as_bytes().len()
    }

    /// Returns the size of each document, in bytes.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = usize> {
        self.ends.iter().enumerate().map(|(position, end)| end - self.start(position))
    }

    /// Returns the document at this position.
    pub(crate) fn document(&self, position: usize) -> Option<&RawDocument> {
        let end = *self.ends.get(position)?;
        RawDocument::from_bytes(self.bytes(self.start(position)..end)).ok()
    }

    /// Returns the documents, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &RawDocument> {
        (0..self.len()).filter_map(|position| self.document(position))
    }

    fn start(&self, position: usize) -> usize {
        position.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0)
    }

    fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.writer.as_bytes().get(range).unwrap_or_default()
    }
}

/// Returns the document, or an error if it is too large to be stored.
pub(crate) fn sized(document: RawDocumentBuf) -> Result<RawDocumentBuf> {
    check_size(document.as_bytes()).map(|()| document)
}

fn check(bytes: &[u8]) -> Result<()> {
    check_size(bytes)?;
    RawDocument::from_bytes(bytes).map(drop).map_err(|_| not_a_document())
}

fn check_size(bytes: &[u8]) -> Result<()> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Error::new(ErrorKind::TooLarge(
            format!("the document has {} bytes and the server stores at most {MAX_DOCUMENT}", bytes.len())
                .into(),
        )));
    }
    Ok(())
}

#[cold]
fn not_a_document() -> Error {
    Error::refused("the model did not encode itself as a BSON document")
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, rawdoc};

    use super::*;
    use crate::error::codec::CodecError;

    /// A document that cannot be encoded leaves no bytes behind.
    #[test]
    fn a_refused_document_is_cut_off() {
        let mut encoded = EncodedDocuments::default();
        let write = |encoded: &mut EncodedDocuments, number: Bson| {
            let written = encoded.writer.document(|writer| {
                writer.element("n", &number)?;
                if number == Bson::Null { Err(CodecError::malformed()) } else { Ok(()) }
            });
            encoded.finish(written.map(drop))
        };
        for _ in 0..200 {
            assert!(write(&mut encoded, Bson::Null).is_err());
        }
        assert!(write(&mut encoded, Bson::Int32(1)).is_ok());
        assert!(write(&mut encoded, Bson::Null).is_err());
        assert!(write(&mut encoded, Bson::Int64(2)).is_ok());

        let documents: Vec<_> =
            (0..encoded.len()).filter_map(|position| encoded.document(position)).collect();
        assert_eq!(documents, [&*rawdoc! { "n": 1 }, &*rawdoc! { "n": 2_i64 }]);
        assert_eq!(
            encoded.sizes().collect::<Vec<_>>(),
            documents.iter().map(|d| d.as_bytes().len()).collect::<Vec<_>>()
        );
    }
}
