//! Schema versions of a document type: the element with the version, and the steps that upgrade older documents.
//!
//! MongoDB's manual calls this the schema versioning pattern. The derive writes the element first (after an `_id`
//! that is declared first); the server moves `_id` to the front. So in a current document, the search for the version
//! ends at one of the first two elements, and decoding then continues in the declared order.

use std::fmt::Display;

use mongodb::bson::{Document, RawDocument, RawDocumentBuf, raw::CString};

use super::{Doc, Elements, Raw, Value, Writer};
use crate::error::codec::{CodecError, CodecResult};

/// A document type whose documents contain the version of the type that they were written with.
///
/// Derive it with `#[odm(schema_version = 2, upgrade(1 = path::to::step))]` on a
/// [`Model`](macro@crate::Model#old-documents) or an [`Embedded`](macro@crate::Embedded).
///
/// Reading a document of an older version applies the steps to it.
///
/// # Errors
///
/// Decoding fails if the document is newer than the model, older than the first step, or refused by a step. The error
/// is one for which [`is_decode`](crate::Error::is_decode) is true. If the document is newer,
/// [`is_newer_version`](crate::Error::is_newer_version) is true as well.
#[diagnostic::on_unimplemented(
    message = "the documents of `{Self}` have no version",
    label = "expected a document type with versions",
    note = "give it one: `#[odm(schema_version = 1)]`"
)]
pub trait Versioned: Doc {
    /// The current version, which is written, and the steps that upgrade older ones.
    const SCHEMA: SchemaVersion;

    /// Reads a document of the current version.
    #[doc(hidden)]
    fn decode_current(raw: Raw<'_>) -> CodecResult<Self>;
}

/// The version of a document type, and the steps that lead to it.
#[derive(Debug, Clone, Copy)]
pub struct SchemaVersion {
    of: &'static str,
    name: &'static str,
    version: i32,
    steps: &'static [Step],
}

/// A step that upgrades a document from one version to the next.
pub(crate) type Step = fn(&mut Document) -> Result<(), String>;

impl SchemaVersion {
    /// Creates the version of the type with the name `of`. The last step upgrades to it.
    #[doc(hidden)]
    pub const fn new(of: &'static str, name: &'static str, version: i32, steps: &'static [Step]) -> Self {
        Self { of, name, version, steps }
    }

    /// Returns the current version, which documents are written with.
    pub const fn version(&self) -> u32 {
        self.version.unsigned_abs()
    }

    /// Returns the stored name of the element that contains the version.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the oldest version that can be read.
    pub const fn oldest(&self) -> u32 {
        let mut oldest = self.version();
        let mut steps = self.steps.len();
        while steps > 0 && oldest > 0 {
            oldest -= 1;
            steps -= 1;
        }
        oldest
    }

    /// Returns the version as it is stored.
    pub(crate) fn stored(&self) -> i32 {
        self.version
    }

    /// Upgrades the document to the current version. Returns `None` if it has that version.
    fn upgrade(&self, raw: Raw<'_>) -> CodecResult<Option<Upgraded>> {
        let version = self.version_of(raw)?;
        if version == self.version() { Ok(None) } else { self.apply_steps(raw, version).map(Some) }
    }

    fn check_current(&self, raw: Raw<'_>) -> CodecResult<()> {
        match self.version_of(raw)? {
            version if version == self.version() => Ok(()),
            newer if newer > self.version() => {
                Err(CodecError::newer(self.of, self.version(), newer).at(self.name))
            }
            older => Err(CodecError::in_part(self.of, self.version(), older).at(self.name)),
        }
    }

    /// Returns the version that the document was written with.
    fn version_of(&self, raw: Raw<'_>) -> CodecResult<u32> {
        let mut elements = raw.elements()?;
        while let Some((key, value)) = elements.next()? {
            if key == self.name.as_bytes() {
                return match u32::decode(value) {
                    Ok(0) => Err(CodecError::new("a version, 1 or more", "0").at(self.name)),
                    version => version.map_err(|error| error.at(self.name)),
                };
            }
        }
        // A document that was written before the type had versions.
        Ok(1)
    }

    #[cold]
    fn apply_steps(&self, raw: Raw<'_>, version: u32) -> CodecResult<Upgraded> {
        if version > self.version() {
            return Err(CodecError::newer(self.of, self.version(), version).at(self.name));
        }
        let oldest = self.oldest();
        let Some(first) = version.checked_sub(oldest).and_then(|first| usize::try_from(first).ok()) else {
            return Err(CodecError::too_old(self.of, oldest, version).at(self.name));
        };
        let mut document = Document::decode(raw)?;
        document.remove(self.name);
        for (step, from) in self.steps.iter().skip(first).zip(version..) {
            step(&mut document)
                .map_err(|reason| CodecError::refused_by_step(self.of, version, from, reason))?;
        }
        document.remove(self.name);
        let mut writer = Writer::new();
        document.encode(&mut writer).map_err(|error| error.after_upgrade(self.of, version))?;
        Ok(Upgraded { from: version, bytes: writer.into_bytes() })
    }
}

/// Refuses a document of another version than the current one, because no steps can be applied to a document that is
/// read in part.
#[inline]
pub fn current_version(schema: Option<SchemaVersion>, raw: Raw<'_>) -> CodecResult<()> {
    match schema {
        None => Ok(()),
        Some(schema) => schema.check_current(raw),
    }
}

/// A document after the steps were applied.
struct Upgraded {
    from: u32,
    bytes: Vec<u8>,
}

/// Reads a document of any version.
#[inline]
pub fn decode_versioned<D: Versioned>(raw: Raw<'_>) -> CodecResult<D> {
    match D::SCHEMA.upgrade(raw)? {
        None => raw.level(D::decode_current),
        Some(Upgraded { from, bytes }) => raw
            .in_place(&bytes)
            .level(D::decode_current)
            .map_err(|error| error.after_upgrade(D::SCHEMA.of, from)),
    }
}

/// Reads a document of any version. Also returns the document after the steps, with the current version, if they were
/// applied.
pub(crate) fn decode_with_upgraded<D: Doc>(
    document: &RawDocument,
) -> CodecResult<(D, Option<RawDocumentBuf>)> {
    let raw = Raw::document(document.as_bytes());
    let Some(schema) = D::VERSION else { return Ok((D::decode(raw)?, None)) };
    let Some(Upgraded { from, bytes }) = schema.upgrade(raw)? else { return Ok((D::decode(raw)?, None)) };
    let mut upgraded = RawDocumentBuf::from_bytes(bytes).map_err(|_| CodecError::malformed())?;
    let name = CString::try_from(schema.name.to_owned()).map_err(|_| CodecError::malformed())?;
    upgraded.append(name, schema.stored());
    let read = D::decode(Raw::document(upgraded.as_bytes()));
    Ok((read.map_err(|error| error.after_upgrade(schema.of, from))?, Some(upgraded)))
}

/// Writes the element with the current version.
#[inline]
pub fn put_version<D: Versioned>(writer: &mut Writer) -> CodecResult<()> {
    writer.element(D::SCHEMA.name, &D::SCHEMA.version)
}

/// Skips the element with the version, which has been read, if it is the next one.
#[inline]
pub fn skip_version<D: Versioned>(elements: &mut Elements<'_>) -> CodecResult<()> {
    elements.skip(D::SCHEMA.name).map(|_| ())
}

/// A type that a step may return.
#[diagnostic::on_unimplemented(
    message = "a step of an upgrade cannot return `{Self}`",
    label = "expected nothing, or a `Result<(), E>` where `E: Display`"
)]
pub trait Outcome {
    /// Returns an error text if the step refuses the document.
    fn outcome(self) -> Result<(), String>;
}

impl Outcome for () {
    fn outcome(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: Display> Outcome for Result<(), E> {
    fn outcome(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}
