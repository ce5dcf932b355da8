//! Stored documents that do not fit the declared type.

use std::fmt;

use mongodb::bson::{Bson, RawBsonRef, RawDocument, RawDocumentBuf};

use super::codec::CodecError;

/// A stored document that does not fit the declared type: which one, where, and how.
pub struct DecodeError {
    collection: Option<String>,
    id: Option<Bson>,
    cause: CodecError,
    document: Option<RawDocumentBuf>,
    event: Option<RawDocumentBuf>,
}

impl DecodeError {
    pub(super) fn new(bytes: &[u8], cause: CodecError) -> Self {
        let document = RawDocumentBuf::from_bytes(bytes.to_vec()).ok();
        Self { collection: None, id: find_id(bytes), cause, document, event: None }
    }

    /// The error of an event, whose document is part of it.
    pub(super) fn of_event(key: &[u8], event: RawDocumentBuf, cause: CodecError) -> Self {
        Self { document: None, event: Some(event), ..Self::new(key, cause) }
    }

    pub(super) fn set_collection(&mut self, name: &str) {
        self.collection = Some(name.to_owned());
    }

    pub(super) fn cause(&self) -> &CodecError {
        &self.cause
    }

    /// The collection that was read; `None` where it is not known.
    pub fn collection(&self) -> Option<&str> {
        self.collection.as_deref()
    }

    /// The `_id` of the document, where its bytes could be read that far.
    ///
    /// It is a stored value. `Display` shows it only where it says nothing but which document it is: an
    /// `ObjectId`, an integer, a UUID.
    pub fn id(&self) -> Option<&Bson> {
        self.id.as_ref()
    }

    /// The document as it was read, also where it is not stored any more, as after a `find_one_and_delete`. `None` where
    /// its bytes are no document; of a change, [`event`](Self::event) has it.
    ///
    /// It holds stored values: do not log it unless you may.
    pub fn document(&self) -> Option<&RawDocument> {
        self.document.as_deref()
    }

    /// The whole change event, where the document came with one.
    ///
    /// Its position is `ResumeToken::of_event(event)`.
    pub fn event(&self) -> Option<&RawDocument> {
        self.event.as_deref()
    }

    /// The dotted path of the field, `lines.3.qty`; empty for the document itself.
    ///
    /// The keys of maps in it are stored data: do not log it unless you may.
    pub fn path(&self) -> String {
        self.cause.path()
    }

    /// The same path as the message shows it: `*` for the key of a map and for a name that is not declared.
    pub fn shown_path(&self) -> String {
        self.cause.shown_path()
    }

    /// What the declared type expects there.
    pub fn expected(&self) -> &str {
        self.cause.expected()
    }

    /// What stands there instead: a BSON type or a description, never the stored value.
    pub fn found(&self) -> &str {
        self.cause.found()
    }

    /// The stored value where it is a short text, such as the name of an unknown variant. Do not log it unless
    /// you may.
    pub fn value(&self) -> Option<&str> {
        self.cause.value()
    }

    /// The version that the document was written with, where that has to do with the error: it is newer, has
    /// no upgrade, its upgrade failed, what was upgraded does not fit, or a view reads an older one. It is that of an
    /// embedded document, where [`path`](Self::path) leads into one with versions of its own.
    pub fn schema_version(&self) -> Option<u32> {
        self.cause.schema_version()
    }

    /// Whether a newer program wrote the document, with a version that this one does not know.
    pub fn is_newer_version(&self) -> bool {
        self.cause.is_newer_version()
    }

    /// Why a step of an upgrade refused the document, in the step's own words. Do not log them unless you may.
    pub fn upgrade_failure(&self) -> Option<&str> {
        self.cause.upgrade_failure()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            None => f.write_str("a document")?,
            Some(Bson::ObjectId(id)) => write!(f, "the document with `_id` {id}")?,
            Some(Bson::Int32(id)) => write!(f, "the document with `_id` {id}")?,
            Some(Bson::Int64(id)) => write!(f, "the document with `_id` {id}")?,
            Some(Bson::Binary(binary)) => match binary.to_uuid() {
                Ok(id) => write!(f, "the document with `_id` {id}")?,
                Err(_) => f.write_str("the document whose `_id` is in `decode_error()`")?,
            },
            Some(_) => f.write_str("the document whose `_id` is in `decode_error()`")?,
        }
        write!(f, " does not fit the declared type: {}", self.cause)
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

/// The `_id`, as far as the bytes can be read: a truncated document is read up to where it ends.
fn find_id(bytes: &[u8]) -> Option<Bson> {
    let mut closed = bytes.to_vec();
    closed.push(0);
    let length = i32::try_from(closed.len()).ok()?;
    closed.get_mut(..4)?.copy_from_slice(&length.to_le_bytes());
    let mut read = 4;
    for element in RawDocument::from_bytes(&closed).ok()?.iter_elements() {
        let element = element.ok()?;
        read += 1 + element.key().as_str().len() + 1 + element.size();
        if read > bytes.len() {
            return None;
        }
        if element.key() == "_id" {
            let value = element.value().ok()?;
            return if is_shallow(value, 8) { Bson::try_from(value).ok() } else { None };
        }
    }
    None
}

/// Whether a value nests so little that `bson`, which recurses without counting, can read it.
fn is_shallow(value: RawBsonRef<'_>, depth: usize) -> bool {
    match value {
        RawBsonRef::Document(document) => {
            depth > 0
                && document.iter().all(|element| element.is_ok_and(|(_, value)| is_shallow(value, depth - 1)))
        }
        RawBsonRef::Array(_) | RawBsonRef::JavaScriptCodeWithScope(_) => false,
        _ => true,
    }
}
