//! What goes wrong between a Rust value and its BSON bytes.

use std::{borrow::Cow, fmt};

use super::redact;

/// The result of encoding or decoding a value.
pub type CodecResult<T> = std::result::Result<T, CodecError>;

/// A value that cannot be written as BSON, or bytes that cannot be read as the declared type.
///
/// Names the dotted path, what was expected there and what was found. The stored value itself is not
/// part of the message: it is behind [`CodecError::value`]. Nor are the keys of maps and the names of fields that are not
/// declared, which are stored data, too: the message has a `*` in their place, `prefs.*.qty`, and
/// [`CodecError::path`] has them.
#[derive(Clone, PartialEq, Eq)]
pub struct CodecError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    /// Innermost first: each level adds its own key on the way out.
    path: Vec<Step>,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
    value: Option<String>,
    /// The bytes are at fault: they cannot be read as another type either.
    in_bytes: bool,
    /// A value of a sentence, or a key of a map, is at fault, and not how the sentence is made.
    in_value: bool,
    written: Option<Written>,
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq)]
enum Step {
    /// A declared name, or several with dots between them; a position in an array.
    Name(Cow<'static, str>),
    /// The key of a map, or a name that is not declared: stored data.
    Key(String),
}

impl Step {
    fn as_str(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Key(key) => key,
        }
    }

    /// As it is shown.
    fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Name(name) => redact::name(name),
            Self::Key(_) => Cow::Borrowed(redact::KEY),
        }
    }
}

/// The version that the document around the error was written with, and what that has to do with the error.
#[derive(Clone, PartialEq, Eq)]
struct Written {
    /// The name of the Rust type.
    of: &'static str,
    version: u32,
    then: Then,
}

/// What came of a document of another version.
#[derive(Clone, PartialEq, Eq)]
enum Then {
    /// It is newer than the program.
    Newer,
    /// No step leads from it to a version that the program reads.
    TooOld,
    /// A step refused it, in these words.
    Refused(String),
    /// It was read in part, so that no step could be taken.
    InPart,
    /// It was upgraded, and still does not fit.
    Upgraded,
}

impl CodecError {
    /// An error at the current place.
    #[cold]
    #[inline(never)]
    pub fn new(expected: impl Into<Cow<'static, str>>, found: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            path: Vec::new(),
            expected: expected.into(),
            found: found.into(),
            value: None,
            in_bytes: false,
            in_value: false,
            written: None,
        }))
    }

    /// The bytes end early or contradict their own lengths.
    #[cold]
    #[inline(never)]
    pub fn malformed() -> Self {
        Self::new("well-formed BSON", "truncated or malformed bytes").in_bytes()
    }

    /// The same error, which is one of the bytes and not of the type they are read as.
    #[cold]
    #[must_use]
    pub(crate) fn in_bytes(mut self) -> Self {
        self.0.in_bytes = true;
        self
    }

    /// Whether the bytes cannot be read as another type either: they are malformed, or nest too deep.
    pub(crate) fn is_in_bytes(&self) -> bool {
        self.0.in_bytes
    }

    /// The same error, which is one of a value in a sentence.
    #[cold]
    #[must_use]
    pub(crate) fn in_value(mut self) -> Self {
        self.0.in_value = true;
        self
    }

    /// Whether a value of a sentence, or a key of a map, is at fault.
    pub(crate) fn is_in_value(&self) -> bool {
        self.0.in_value
    }

    /// A required field has no element.
    #[cold]
    #[inline(never)]
    pub fn missing(key: &'static str) -> Self {
        Self::new("a value", "nothing: the field is missing").at(key)
    }

    /// The same error, one level further out.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn at(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.0.path.push(Step::Name(key.into()));
        self
    }

    /// The same error, one level further out, at a key that is data: the message does not show it.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn at_key(mut self, key: impl Into<String>) -> Self {
        self.0.path.push(Step::Key(key.into()));
        self
    }

    /// The same error with the offending value, which only [`CodecError::value`] shows.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.0.value = Some(value.into());
        self
    }

    /// A document that a newer program wrote: of `version`, where `known` is the newest that this one reads.
    #[cold]
    pub(crate) fn newer(of: &'static str, known: u32, version: u32) -> Self {
        let expected = format!("at most version {known} of `{of}`, the newest that this program knows");
        Self::new(expected, format!("version {version}")).written(of, version, Then::Newer)
    }

    /// A document that is older than the first version that a step leads on from.
    #[cold]
    pub(crate) fn too_old(of: &'static str, oldest: u32, version: u32) -> Self {
        let expected = format!("at least version {oldest} of `{of}`, the oldest that can be upgraded");
        Self::new(expected, format!("version {version}")).written(of, version, Then::TooOld)
    }

    /// A document that a view reads, and which would have to be whole to be upgraded.
    #[cold]
    pub(crate) fn in_part(of: &'static str, current: u32, version: u32) -> Self {
        let expected =
            format!("version {current} of `{of}`: an older document is upgraded as a whole, not in a view");
        Self::new(expected, format!("version {version}")).written(of, version, Then::InPart)
    }

    /// A document that the step from the version `step` on refuses, in words that may hold stored values.
    #[cold]
    pub(crate) fn refused_by_step(of: &'static str, version: u32, step: u32, words: String) -> Self {
        let expected = format!("a document that can be upgraded from version {step} of `{of}`");
        Self::new(expected, "one that its upgrade refuses; why is in `upgrade_failure()`").written(
            of,
            version,
            Then::Refused(words),
        )
    }

    /// The same error, in what became of a document of an older version.
    #[cold]
    #[must_use]
    pub(crate) fn after_upgrade(self, of: &'static str, version: u32) -> Self {
        if self.0.written.is_some() { self } else { self.written(of, version, Then::Upgraded) }
    }

    fn written(mut self, of: &'static str, version: u32, then: Then) -> Self {
        self.0.written = Some(Written { of, version, then });
        self
    }

    /// The dotted path from the root of the document, `lines.3.qty`; empty at the root itself.
    ///
    /// The keys of maps in it are stored data: do not log it unless you may.
    pub fn path(&self) -> String {
        self.0.path.iter().rev().map(Step::as_str).collect::<Vec<_>>().join(".")
    }

    /// The same path as the message shows it: `*` for the key of a map and for a name that is not declared.
    pub fn shown_path(&self) -> String {
        self.0.path.iter().rev().map(Step::shown).collect::<Vec<_>>().join(".")
    }

    /// What the declared type expects.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What stands there instead: a BSON type or a description, never the stored value.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The offending value where it is a short text, such as an unknown variant's name.
    ///
    /// It is user data: do not log it unless you may.
    pub fn value(&self) -> Option<&str> {
        self.0.value.as_deref()
    }

    /// The version that the document was written with, where that has to do with the error: it is newer, has
    /// no upgrade, its upgrade failed, what was upgraded does not fit, or a view reads an older one.
    pub fn schema_version(&self) -> Option<u32> {
        self.0.written.as_ref().map(|written| written.version)
    }

    /// Whether a newer program wrote the document.
    pub fn is_newer_version(&self) -> bool {
        matches!(&self.0.written, Some(Written { then: Then::Newer, .. }))
    }

    /// Why a step of an upgrade refused the document, in the step's own words.
    ///
    /// They may hold stored values: do not log them unless you may.
    pub fn upgrade_failure(&self) -> Option<&str> {
        match &self.0.written {
            Some(Written { then: Then::Refused(words), .. }) => Some(words),
            _ => None,
        }
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "`{}`: ", self.shown_path())?;
        }
        write!(f, "expected {}, found {}", self.0.expected, self.0.found)?;
        match &self.0.written {
            Some(Written { of, version, then: Then::Upgraded }) => {
                write!(f, ", after an upgrade from version {version} of `{of}`")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodecError({self})")
    }
}

impl std::error::Error for CodecError {}
