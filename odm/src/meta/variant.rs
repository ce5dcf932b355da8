//! `EnumMeta`: a declared enum and its variants.

use std::any;

use super::{FieldMeta, TypeMeta};

/// An enum, as declared.
#[derive(Debug, Clone, Copy)]
pub struct EnumMeta {
    name: &'static str,
    /// Returns the name of the type with its path and its arguments.
    type_name: fn() -> &'static str,
    tagging: Tagging,
    variants: &'static [VariantMeta],
    denies_unknown_fields: bool,
}

/// How the variant of a value is stored. The names are those of serde.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tagging {
    /// As a string if the variant has no content, else as the only name of a document: `{ Card: { .. } }`.
    External,
    /// As an element among those of the content: `{ kind: "Card", .. }`.
    Internal {
        /// The stored name of the element.
        tag: &'static str,
    },
    /// As an element beside the content: `{ kind: "Card", content: { .. } }`.
    Adjacent {
        /// The stored name of the element.
        tag: &'static str,
        /// The stored name of the content.
        content: &'static str,
    },
    /// Not at all: the content identifies the variant.
    Untagged,
}

impl EnumMeta {
    pub(crate) const fn new(
        (name, type_name): (&'static str, fn() -> &'static str),
        tagging: Tagging,
        variants: &'static [VariantMeta],
    ) -> Self {
        Self { name, type_name, tagging, variants, denies_unknown_fields: false }
    }

    /// The enum of a type that is none.
    pub(crate) const NONE: Self = Self::new(("", any::type_name::<()>), Tagging::Untagged, &[]);

    /// Returns the name of the type in Rust, without its path.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name of the type with its path and its arguments.
    pub(crate) fn type_name(&self) -> &'static str {
        (self.type_name)()
    }

    /// Returns how the variant of a value is stored.
    pub fn tagging(&self) -> Tagging {
        self.tagging
    }

    /// Returns the stored variants, in declared order.
    pub fn variants(&self) -> &'static [VariantMeta] {
        self.variants
    }

    /// Returns whether an undeclared field of a variant is an error, `#[serde(deny_unknown_fields)]`.
    pub fn denies_unknown_fields(&self) -> bool {
        self.denies_unknown_fields
    }

    /// Records that an undeclared field is an error.
    #[doc(hidden)]
    #[must_use]
    pub const fn denying_unknown_fields(self) -> Self {
        Self { denies_unknown_fields: true, ..self }
    }

    /// Returns the strings that are written, if the enum is stored as one of them: if no variant has content, and
    /// unknown names are an error.
    ///
    /// ```
    /// use odm::{Value, meta::TypeMeta};
    ///
    /// #[derive(Value)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Status { Open, Paid }
    ///
    /// let TypeMeta::Enum(status) = Status::STORED_AS else { panic!() };
    /// assert_eq!(status.constants(), Some(vec!["open", "paid"]));
    /// ```
    pub fn constants(&self) -> Option<Vec<&'static str>> {
        let is_constant = |variant: &VariantMeta| {
            matches!(variant.content, ContentMeta::Unit) && !variant.is_untagged && !variant.is_other
        };
        let all = self.tagging == Tagging::External && self.variants.iter().all(is_constant);
        let written = self.variants.iter().filter(|variant| variant.is_written);
        all.then(|| written.map(|variant| variant.name).collect())
    }
}

/// A variant of an enum.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // each is an attribute of serde
pub struct VariantMeta {
    name: &'static str,
    rust_name: &'static str,
    aliases: &'static [&'static str],
    content: ContentMeta,
    is_untagged: bool,
    is_other: bool,
    is_written: bool,
    is_read: bool,
}

/// The content of a variant.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ContentMeta {
    /// None.
    Unit,
    /// One value.
    Single(&'static TypeMeta),
    /// Several values, which are stored as an array.
    Tuple(&'static [&'static TypeMeta]),
    /// Named fields.
    Document(&'static [FieldMeta]),
}

impl VariantMeta {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        aliases: &'static [&'static str],
        rust_name: &'static str,
        content: ContentMeta,
    ) -> Self {
        Self {
            name,
            rust_name,
            aliases,
            content,
            is_untagged: false,
            is_other: false,
            is_written: true,
            is_read: true,
        }
    }

    /// Returns the stored name of the variant. An [untagged](Self::is_untagged) variant does not store it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name in Rust.
    pub fn rust_name(&self) -> &'static str {
        self.rust_name
    }

    /// Returns the other names that the variant is read from.
    pub fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// Returns the content.
    pub fn content(&self) -> ContentMeta {
        self.content
    }

    /// Returns whether the name is not stored, so that the content identifies the variant.
    pub fn is_untagged(&self) -> bool {
        self.is_untagged
    }

    /// Returns whether unknown names are read as this variant, `#[serde(other)]`.
    pub fn is_other(&self) -> bool {
        self.is_other
    }

    /// Returns whether the variant is written. It is not if it has `#[serde(skip_serializing)]`.
    pub fn is_written(&self) -> bool {
        self.is_written
    }

    /// Returns whether the variant is read. It is not if it has `#[serde(skip_deserializing)]`.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// Records that the name is not stored.
    #[doc(hidden)]
    #[must_use]
    pub const fn untagged(self) -> Self {
        Self { is_untagged: true, ..self }
    }

    /// Records that unknown names are read as this variant.
    #[doc(hidden)]
    #[must_use]
    pub const fn other(self) -> Self {
        Self { is_other: true, ..self }
    }

    /// Records that the variant is not written.
    #[doc(hidden)]
    #[must_use]
    pub const fn never_written(self) -> Self {
        Self { is_written: false, ..self }
    }

    /// Records that the variant is not read.
    #[doc(hidden)]
    #[must_use]
    pub const fn never_read(self) -> Self {
        Self { is_read: false, ..self }
    }
}
