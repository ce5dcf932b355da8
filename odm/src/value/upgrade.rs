//! Versions of a document type: the element that says which, and the steps from older ones.
//!
//! MongoDB's manual calls it the schema versioning pattern. The derive writes the element first (behind an `_id`
//! that is declared first); the server puts `_id` in front. So the look at a current document ends at one of its
//! first two elements, and decoding then goes on in declared order as ever.

use std::fmt::Display;

use mongodb::bson::Document;

use super::{Doc, Elements, Raw, Value, Writer};
use crate::error::codec::{CodecError, CodecResult};

/// A document type whose documents say which version of it they were written with.
///
/// Derive it with `#[odm(schema_version = 2, upgrade(1 = path::to::step))]` on a
/// [`Model`](macro@crate::Model#old-documents) or an [`Embedded`](macro@crate::Embedded).
///
/// Reading a document of an older version takes it through the steps. One that is newer, older than the first step, or
/// refused by a step is an error that [`is_decode`](crate::Error::is_decode); of the first,
/// [`is_newer_version`](crate::Error::is_newer_version).
#[diagnostic::on_unimplemented(
    message = "the documents of `{Self}` have no version",
    label = "expected a document type with versions",
    note = "give it one: `#[odm(schema_version = 1)]`"
)]
pub trait Versioned: Doc {
    /// The version that is written, and how older ones are read.
    const SCHEMA: SchemaVersion;

    /// Reads a document of the version that is written.
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

/// From one version to the next.
pub type Step = fn(&mut Document) -> Result<(), String>;

impl SchemaVersion {
    /// The version of the type called `of`; the last step leads to it.
    #[doc(hidden)]
    pub const fn new(of: &'static str, name: &'static str, version: i32, steps: &'static [Step]) -> Self {
        Self { of, name, version, steps }
    }

    /// The version that documents are written with.
    pub const fn version(&self) -> u32 {
        self.version.unsigned_abs()
    }

    /// The stored name of the element that says it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The oldest version that can be read.
    pub fn oldest(&self) -> u32 {
        self.version() - u32::try_from(self.steps.len()).unwrap_or_default().min(self.version())
    }

    /// The version as it is stored.
    pub(crate) fn stored(&self) -> i32 {
        self.version
    }

    /// The document with the version that is written, if it has an older one.
    fn upgrade(&self, raw: Raw<'_>) -> CodecResult<Option<Upgraded>> {
        let version = self.look(raw)?;
        if version == self.version() { Ok(None) } else { self.lift(raw, version).map(Some) }
    }

    fn check_current(&self, raw: Raw<'_>) -> CodecResult<()> {
        match self.look(raw)? {
            version if version == self.version() => Ok(()),
            newer if newer > self.version() => {
                Err(CodecError::newer(self.of, self.version(), newer).at(self.name))
            }
            older => Err(CodecError::in_part(self.of, self.version(), older).at(self.name)),
        }
    }

    /// The version that the document was written with.
    fn look(&self, raw: Raw<'_>) -> CodecResult<u32> {
        let mut elements = raw.elements()?;
        while let Some((key, value)) = elements.next()? {
            if key == self.name.as_bytes() {
                return match u32::decode(value) {
                    Ok(0) => Err(CodecError::new("a version, 1 or more", "0").at(self.name)),
                    version => version.map_err(|error| error.at(self.name)),
                };
            }
        }
        // What was written before there were versions.
        Ok(1)
    }

    #[cold]
    fn lift(&self, raw: Raw<'_>, version: u32) -> CodecResult<Upgraded> {
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
                .map_err(|words| CodecError::refused_by_step(self.of, version, from, words))?;
        }
        document.remove(self.name);
        let mut writer = Writer::new();
        document.encode(&mut writer).map_err(|error| error.after_upgrade(self.of, version))?;
        Ok(Upgraded { from: version, bytes: writer.into_bytes() })
    }
}

/// Refuses a document of another version than the one that is written: what is read of it in parts takes no steps.
#[inline]
pub fn current_version(schema: Option<SchemaVersion>, raw: Raw<'_>) -> CodecResult<()> {
    match schema {
        None => Ok(()),
        Some(schema) => schema.check_current(raw),
    }
}

/// A document after its steps.
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

/// Writes the version that a document is written with.
#[inline]
pub fn put_version<D: Versioned>(writer: &mut Writer) -> CodecResult<()> {
    writer.element(D::SCHEMA.name, &D::SCHEMA.version)
}

/// Passes the version, which has been read, if it is the next element.
#[inline]
pub fn pass_version<D: Versioned>(elements: &mut Elements<'_>) -> CodecResult<()> {
    elements.pass(D::SCHEMA.name).map(|_| ())
}

/// What a step may return.
#[diagnostic::on_unimplemented(
    message = "a step of an upgrade cannot return `{Self}`",
    label = "expected nothing, or a `Result<(), E>` where `E: Display`"
)]
pub trait Outcome {
    /// The words of a refusal.
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
