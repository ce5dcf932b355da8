//! Errors of encoding a Rust value as BSON, and of decoding BSON.

use std::{borrow::Cow, fmt};

use super::redact;

/// The result of encoding or decoding a value.
pub type CodecResult<T> = std::result::Result<T, CodecError>;

/// The error of a value that cannot be written as BSON, or of bytes that cannot be read as the declared type.
///
/// The message contains the dotted path, what was expected there and what was found. It does not contain the stored
/// value, which [`CodecError::value`] returns. The keys of maps and the names of fields that are not declared are
/// stored data too: the message shows a `*` instead, as in `prefs.*.qty`, and [`CodecError::path`] returns them.
#[derive(Clone, PartialEq, Eq)]
pub struct CodecError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    /// Innermost first: each level appends its own key when it returns the error.
    path: Vec<Step>,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
    value: Option<String>,
    /// The bytes cannot be read as any type.
    in_bytes: bool,
    /// A value in a query expression, or a key of a map, is not valid. The query expression is constructed correctly.
    in_value: bool,
    written: Option<Written>,
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq)]
enum Step {
    /// A declared name, a dotted path of declared names, or an array index.
    Name(Cow<'static, str>),
    /// The key of a map, or a name that is not declared. Both are stored data.
    Key(String),
}

impl Step {
    fn as_str(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Key(key) => key,
        }
    }

    /// Returns the step as the message shows it.
    fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Name(name) => redact::name(name),
            Self::Key(_) => Cow::Borrowed(redact::KEY),
        }
    }
}

/// The version that the document was written with, and how it is related to the error.
#[derive(Clone, PartialEq, Eq)]
struct Written {
    /// The name of the Rust type.
    of: &'static str,
    version: u32,
    problem: VersionProblem,
}

/// The reason why a document of another version cannot be read.
#[derive(Clone, PartialEq, Eq)]
enum VersionProblem {
    /// The document is newer than the program.
    Newer,
    /// No upgrade step starts at its version.
    TooOld,
    /// An upgrade step refused it, with this message.
    Refused(String),
    /// A view read a part of it, so no upgrade step could run.
    InPart,
    /// It was upgraded, and does not fit after the upgrade.
    Upgraded,
}

impl CodecError {
    /// Creates an error at the current level. The levels above add their keys with [`at`](Self::at).
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

    /// Creates an error of bytes that are truncated or that contradict their own lengths.
    #[cold]
    #[inline(never)]
    pub fn malformed() -> Self {
        Self::new("well-formed BSON", "truncated or malformed bytes").in_bytes()
    }

    /// Marks the error as one of the bytes, independent of the type that they are read as.
    #[cold]
    #[must_use]
    pub(crate) fn in_bytes(mut self) -> Self {
        self.0.in_bytes = true;
        self
    }

    /// Returns `true` if the bytes cannot be read as any type, because they are malformed or nested too deeply.
    pub(crate) fn is_in_bytes(&self) -> bool {
        self.0.in_bytes
    }

    /// Marks the error as one of a value in a query expression.
    #[cold]
    #[must_use]
    pub(crate) fn in_value(mut self) -> Self {
        self.0.in_value = true;
        self
    }

    /// Returns `true` if a value in a query expression, or a key of a map, is not valid.
    pub(crate) fn is_in_value(&self) -> bool {
        self.0.in_value
    }

    /// Creates an error of a required field that is missing.
    #[cold]
    #[inline(never)]
    pub fn missing(key: &'static str) -> Self {
        Self::new("a value", "nothing: the field is missing").at(key)
    }

    /// Prepends a declared name or an array index to the path.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn at(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.0.path.push(Step::Name(key.into()));
        self
    }

    /// Prepends a key that is stored data to the path. The message does not show it.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn at_key(mut self, key: impl Into<String>) -> Self {
        self.0.path.push(Step::Key(key.into()));
        self
    }

    /// Attaches the invalid value, which only [`CodecError::value`] returns.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.0.value = Some(value.into());
        self
    }

    /// Creates an error of a document that a newer program wrote with `version`. `known` is the newest version that
    /// this program reads.
    #[cold]
    pub(crate) fn newer(of: &'static str, known: u32, version: u32) -> Self {
        let expected = format!("at most version {known} of `{of}`, the newest that this program knows");
        Self::new(expected, format!("version {version}")).written(of, version, VersionProblem::Newer)
    }

    /// Creates an error of a document that is older than `oldest`, the first version that has an upgrade step.
    #[cold]
    pub(crate) fn too_old(of: &'static str, oldest: u32, version: u32) -> Self {
        let expected = format!("at least version {oldest} of `{of}`, the oldest that can be upgraded");
        Self::new(expected, format!("version {version}")).written(of, version, VersionProblem::TooOld)
    }

    /// Creates an error of an older document that a view reads. Only a complete document can be upgraded.
    #[cold]
    pub(crate) fn in_part(of: &'static str, current: u32, version: u32) -> Self {
        let expected =
            format!("version {current} of `{of}`: an older document is upgraded as a whole, not in a view");
        Self::new(expected, format!("version {version}")).written(of, version, VersionProblem::InPart)
    }

    /// Creates an error of a document that the upgrade step from version `step` refused. Its message, `words`, may
    /// contain stored values.
    #[cold]
    pub(crate) fn refused_by_step(of: &'static str, version: u32, step: u32, words: String) -> Self {
        let expected = format!("a document that can be upgraded from version {step} of `{of}`");
        Self::new(expected, "one that its upgrade refuses; why is in `upgrade_failure()`").written(
            of,
            version,
            VersionProblem::Refused(words),
        )
    }

    /// Marks the error as one of a document that was upgraded from an older version.
    #[cold]
    #[must_use]
    pub(crate) fn after_upgrade(self, of: &'static str, version: u32) -> Self {
        if self.0.written.is_some() { self } else { self.written(of, version, VersionProblem::Upgraded) }
    }

    fn written(mut self, of: &'static str, version: u32, problem: VersionProblem) -> Self {
        self.0.written = Some(Written { of, version, problem });
        self
    }

    /// Returns the dotted path from the root of the document, such as `lines.3.qty`. It is empty at the root itself.
    ///
    /// The keys of maps in it are stored data. Log it only if stored values may be logged.
    pub fn path(&self) -> String {
        self.0.path.iter().rev().map(Step::as_str).collect::<Vec<_>>().join(".")
    }

    /// Returns the path as the message shows it, with a `*` for the key of a map and for a name that is not declared.
    pub fn shown_path(&self) -> String {
        self.0.path.iter().rev().map(Step::shown).collect::<Vec<_>>().join(".")
    }

    /// Returns what the declared type expects.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// Returns what was found instead: a BSON type or a description, never the stored value.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// Returns the invalid value if it is a short string, such as an unknown variant's name.
    ///
    /// It is user data. Log it only if such data may be logged.
    pub fn value(&self) -> Option<&str> {
        self.0.value.as_deref()
    }

    /// Returns the version that the document was written with, if it is related to the error: the version is newer,
    /// has no upgrade step, a step failed, the upgraded document does not fit, or a view reads an older version.
    pub fn schema_version(&self) -> Option<u32> {
        self.0.written.as_ref().map(|written| written.version)
    }

    /// Returns `true` if a newer program wrote the document.
    pub fn is_newer_version(&self) -> bool {
        matches!(&self.0.written, Some(Written { problem: VersionProblem::Newer, .. }))
    }

    /// Returns the message of the upgrade step that refused the document.
    ///
    /// It may contain stored values. Log it only if stored values may be logged.
    pub fn upgrade_failure(&self) -> Option<&str> {
        match &self.0.written {
            Some(Written { problem: VersionProblem::Refused(words), .. }) => Some(words),
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
            Some(Written { of, version, problem: VersionProblem::Upgraded }) => {
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
