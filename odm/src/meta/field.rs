//! `FieldMeta`: a declared field.

use std::fmt;

use mongodb::bson::Bson;

use super::{OnDelete, Rules, TypeMeta};
use crate::rule::Rule;

/// A field of a document, as declared.
#[derive(Debug, Clone, Copy)]
pub struct FieldMeta {
    name: Header,
    rust_name: &'static str,
    aliases: &'static [&'static str],
    stored_as: &'static TypeMeta,
    /// Returns whether the type has a value for a missing field.
    reads_missing: fn() -> bool,
    rules: Rules,
    written: Written,
    is_read: bool,
    /// Returns the value of a missing field, if the field has a default.
    default: Option<fn() -> Option<Bson>>,
    is_flattened: bool,
    is_equal_as_stored: bool,
    on_delete: Option<OnDelete>,
}

/// The first bytes of an element, which contain the stored name. rustc computes descriptions whenever it checks a crate,
/// and would take longer for the name.
#[derive(Clone, Copy)]
struct Header(&'static str);

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        stored_name(self.0).fmt(f)
    }
}

/// Which documents contain the field when they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Always,
    Sometimes,
    Never,
}

/// Returns the stored name in the first bytes of an element: the place of the type, the name, the terminating zero.
pub(crate) const fn stored_name(header: &'static str) -> &'static str {
    let (_, name) = header.split_at(1);
    name.split_at(name.len() - 1).0
}

impl FieldMeta {
    /// Returns the description of a field that is always written and read.
    pub(crate) const fn new(
        (header, aliases): (&'static str, &'static [&'static str]),
        rust_name: &'static str,
        stored_as: &'static TypeMeta,
        reads_missing: fn() -> bool,
        rules: Rules,
    ) -> Self {
        Self {
            name: Header(header),
            rust_name,
            aliases,
            stored_as,
            reads_missing,
            rules,
            written: Written::Always,
            is_read: true,
            default: None,
            is_flattened: false,
            is_equal_as_stored: false,
            on_delete: None,
        }
    }

    /// Returns the stored name. It is empty for a [flattened](Self::is_flattened) field, which has none.
    pub fn name(&self) -> &'static str {
        stored_name(self.name.0)
    }

    /// Returns the name in Rust.
    pub fn rust_name(&self) -> &'static str {
        self.rust_name
    }

    /// Returns the other names that the field is read from, `#[serde(alias = "..")]`.
    pub fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// Returns how the field is stored.
    pub fn stored_as(&self) -> &'static TypeMeta {
        self.stored_as
    }

    /// Returns the rules of the field, in declared order. The documents inside have rules of their own.
    pub fn rules(&self) -> impl Iterator<Item = Rule> + use<> {
        self.rules.iter()
    }

    /// Returns whether a document without the field cannot be read. A field is not required if it is an `Option`, has
    /// a default, or is not read.
    pub fn is_required(&self) -> bool {
        self.is_read && !self.has_default() && !self.is_flattened && !(self.reads_missing)()
    }

    /// Returns whether a missing field is read as a default value, `#[serde(default)]` on the field or the document.
    pub fn has_default(&self) -> bool {
        self.default.is_some()
    }

    /// Returns the default value as the field stores it. `None` if the field has no default, or one that cannot be
    /// stored.
    pub(crate) fn default_value(&self) -> Option<Bson> {
        self.default.and_then(|default| default())
    }

    /// Returns whether every written document contains the field. It does not if the field has
    /// `#[serde(skip_serializing)]` or `#[serde(skip_serializing_if = "..")]`.
    pub fn is_always_written(&self) -> bool {
        self.written == Written::Always
    }

    /// Returns whether some written documents contain the field. None do if the field has
    /// `#[serde(skip_serializing)]`.
    pub fn is_written(&self) -> bool {
        self.written != Written::Never
    }

    /// Returns whether the field is read. It is not if it has `#[serde(skip_deserializing)]`.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// Returns whether the field is `#[serde(flatten)]`: its elements are stored in the document itself.
    pub fn is_flattened(&self) -> bool {
        self.is_flattened
    }

    /// Returns whether two values are equal in Rust if and only if the server finds their stored values equal. `false` if
    /// that is not certain.
    pub(crate) fn is_equal_as_stored(&self) -> bool {
        self.is_equal_as_stored
    }

    /// Returns what happens to the document when the document that the field refers to is deleted.
    pub fn on_delete(&self) -> Option<OnDelete> {
        self.on_delete
    }

    /// Records what happens when the document that the field refers to is deleted.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_on_delete(self, rule: OnDelete) -> Self {
        Self { on_delete: Some(rule), ..self }
    }

    /// Records the function that returns the value of a missing field.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_default(self, default: fn() -> Option<Bson>) -> Self {
        Self { default: Some(default), ..self }
    }

    /// Records that a function decides whether the field is written.
    #[doc(hidden)]
    #[must_use]
    pub const fn sometimes_written(self) -> Self {
        Self { written: Written::Sometimes, ..self }
    }

    /// Records that the field is not written.
    #[doc(hidden)]
    #[must_use]
    pub const fn never_written(self) -> Self {
        Self { written: Written::Never, ..self }
    }

    /// Records that the field is not read.
    #[doc(hidden)]
    #[must_use]
    pub const fn never_read(self) -> Self {
        Self { is_read: false, ..self }
    }

    /// Records whether two values are equal in Rust if and only if the server finds their stored values equal.
    pub(crate) const fn equal_as_stored(self, is_equal: bool) -> Self {
        Self { is_equal_as_stored: is_equal, ..self }
    }

    /// Records that the elements of the field are stored in the document itself.
    pub(crate) const fn flattened(self) -> Self {
        Self { is_flattened: true, ..self }
    }
}
