//! `Validator`: how the server validates the documents of a collection.

/// How the server validates the documents of a model's collection.
///
/// `#[odm(validator)]` on a model declares one. [`Schema::plan`](crate::schema::Schema::plan) compares it with the
/// validator of the collection; nothing is changed before the plan is applied. The rules of the validator come from
/// the fields of the model and their rules: see [`schema`](crate::schema#validators).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // each is a word of the attribute
#[must_use]
pub struct Validator {
    is_moderate: bool,
    warns: bool,
    denies_unknown_fields: bool,
    has_exact_types: bool,
}

impl Validator {
    /// Returns a validator that refuses each document that the model cannot read or that violates a rule:
    /// `validationLevel: "strict"`, `validationAction: "error"`.
    pub const fn new() -> Self {
        Self { is_moderate: false, warns: false, denies_unknown_fields: false, has_exact_types: false }
    }

    /// Accepts updates of documents that are invalid already: `validationLevel: "moderate"`. Inserts, and updates of
    /// valid documents, are still checked.
    #[doc(alias = "validationLevel")]
    pub const fn moderate(self) -> Self {
        Self { is_moderate: true, ..self }
    }

    /// Writes a line to the log of the server and accepts the document: `validationAction: "warn"`.
    #[doc(alias = "validationAction")]
    pub const fn warn(self) -> Self {
        Self { warns: true, ..self }
    }

    /// Refuses fields that are not declared, in the document and the documents inside. Without this, only documents
    /// with `#[serde(deny_unknown_fields)]` refuse them.
    #[doc(alias = "additionalProperties")]
    pub const fn deny_unknown_fields(self) -> Self {
        Self { denies_unknown_fields: true, ..self }
    }

    /// Accepts only the BSON types that the model writes. Without this, each type that the model reads is accepted: an
    /// integer may be an int32, an int64 or a double without a fraction.
    pub const fn exact_types(self) -> Self {
        Self { has_exact_types: true, ..self }
    }

    /// Returns the `validationLevel`: `strict` or `moderate`.
    pub const fn level(&self) -> &'static str {
        if self.is_moderate { "moderate" } else { "strict" }
    }

    /// Returns the `validationAction`: `error` or `warn`.
    pub const fn action(&self) -> &'static str {
        if self.warns { "warn" } else { "error" }
    }

    /// Returns whether fields that are not declared are refused.
    pub const fn denies_unknown_fields(&self) -> bool {
        self.denies_unknown_fields
    }

    /// Returns whether only the BSON types that the model writes are accepted.
    pub const fn has_exact_types(&self) -> bool {
        self.has_exact_types
    }
}
