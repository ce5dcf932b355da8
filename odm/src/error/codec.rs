//! What goes wrong between a Rust value and its BSON bytes.

use std::{borrow::Cow, fmt};

/// The result of encoding or decoding a value.
pub type CodecResult<T> = std::result::Result<T, CodecError>;

/// A value that cannot be written as BSON, or bytes that cannot be read as the declared type.
///
/// Names the dotted path, what was expected there and what was found. The stored value itself is not
/// part of the message: it is behind [`CodecError::value`].
#[derive(Clone, PartialEq, Eq)]
pub struct CodecError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    /// Innermost first: each level adds its own key on the way out.
    path: Vec<Cow<'static, str>>,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
    value: Option<String>,
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
        }))
    }

    /// The bytes end early or contradict their own lengths.
    #[cold]
    #[inline(never)]
    pub fn malformed() -> Self {
        Self::new("well-formed BSON", "truncated or malformed bytes")
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
        self.0.path.push(key.into());
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

    /// The dotted path from the root of the document, `lines.3.qty`; empty at the root itself.
    pub fn path(&self) -> String {
        self.0.path.iter().rev().map(AsRef::as_ref).collect::<Vec<&str>>().join(".")
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
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "`{}`: ", self.path())?;
        }
        write!(f, "expected {}, found {}", self.0.expected, self.0.found)
    }
}

impl fmt::Debug for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodecError({self})")
    }
}

impl std::error::Error for CodecError {}
