//! Stored documents that do not fit the declared type.

use std::fmt;

use mongodb::bson::{Bson, RawBsonRef, RawDocument, RawDocumentBuf};

use super::codec::CodecError;

/// The error of a stored document that does not fit the declared type: the document, the path, and what was expected.
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

    /// Creates the error of a change event. The event contains the document.
    pub(super) fn of_event(key: &[u8], event: RawDocumentBuf, cause: CodecError) -> Self {
        Self { document: None, event: Some(event), ..Self::new(key, cause) }
    }

    pub(super) fn set_collection(&mut self, name: &str) {
        self.collection = Some(name.to_owned());
    }

    pub(super) fn cause(&self) -> &CodecError {
        &self.cause
    }

    /// Returns the collection that was read, or `None` if it is not known.
    pub fn collection(&self) -> Option<&str> {
        self.collection.as_deref()
    }

    /// Returns the `_id` of the document, if it can be read.
    ///
    /// It is a stored value. `Display` shows it only if it is an `ObjectId`, an integer or a UUID, because these only
    /// identify the document.
    pub fn id(&self) -> Option<&Bson> {
        self.id.as_ref()
    }

    /// Returns the document as it was read, even if it is no longer stored, for example after a
    /// `find_one_and_delete`. Returns `None` if its bytes are not a document, and for a change event, which
    /// [`event`](Self::event) returns.
    ///
    /// It contains stored values. Log it only if stored values may be logged.
    pub fn document(&self) -> Option<&RawDocument> {
        self.document.as_deref()
    }

    /// Returns the whole change event, if the document is part of one.
    ///
    /// The position of the event is `ResumeToken::of_event(event)`.
    pub fn event(&self) -> Option<&RawDocument> {
        self.event.as_deref()
    }

    /// Returns the dotted path of the field, such as `lines.3.qty`. It is empty for the document itself.
    ///
    /// The keys of maps in it are stored data. Log it only if stored values may be logged.
    pub fn path(&self) -> String {
        self.cause.path()
    }

    /// Returns the path as the message shows it, with a `*` for the key of a map and for a name that is not declared.
    pub fn shown_path(&self) -> String {
        self.cause.shown_path()
    }

    /// Returns what the declared type expects at the path.
    pub fn expected(&self) -> &str {
        self.cause.expected()
    }

    /// Returns what was found at the path: a BSON type or a description, never the stored value.
    pub fn found(&self) -> &str {
        self.cause.found()
    }

    /// Returns the stored value if it is a short string, such as the name of an unknown variant. Do not log it unless
    /// you may.
    pub fn value(&self) -> Option<&str> {
        self.cause.value()
    }

    /// Returns the version that the document was written with, if it is related to the error: the version is newer,
    /// has no upgrade step, a step failed, the upgraded document does not fit, or a view reads an older version. If
    /// [`path`](Self::path) leads into an embedded document with its own versions, it is the version of that
    /// document.
    pub fn schema_version(&self) -> Option<u32> {
        self.cause.schema_version()
    }

    /// Returns `true` if a newer program wrote the document, with a version that this program does not know.
    pub fn is_newer_version(&self) -> bool {
        self.cause.is_newer_version()
    }

    /// Returns the message of the upgrade step that refused the document. Log it only if stored values
    /// may be logged.
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

/// Reads the `_id`. A truncated document is read up to the end of its bytes.
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

/// Returns `true` if a value has so few levels that `bson`, which recurses without a limit, can read it.
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
