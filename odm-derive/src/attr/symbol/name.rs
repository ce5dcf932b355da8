//! What all groups of attributes and options have: parsing a name at a position, and the messages for a wrong one.

use std::fmt::Write;

use syn::Ident;

use self::AttributePosition::{Container, Field, FieldIndex, VariantField};
use super::{
    elsewhere::{Elsewhere, elsewhere},
    other_mappers,
};
use crate::derive::Derive::{self, Embedded, Model, Patch, Shape, Value, View};

/// A group of attributes, one variant for each attribute.
pub(crate) trait AttributeName: Copy + 'static {
    /// All attributes of the group.
    const ALL: &'static [Self];

    /// Returns the name of the attribute, as the user writes it.
    fn text(self) -> &'static str;

    /// Returns the correct form, for messages.
    fn form(self) -> &'static str;

    /// Returns whether the attribute is valid at a position of the group.
    fn is_valid(self, position: AttributePosition) -> bool;

    /// Returns the class of the messages where the attribute is not valid, if there are any.
    fn elsewhere(self) -> Option<Elsewhere>;

    /// Parses an attribute of the group, wherever it is valid.
    fn parse(ident: &Ident) -> Option<Self> {
        Self::ALL.iter().copied().find(|attribute| ident == attribute.text())
    }

    /// Parses an attribute that is valid at the position.
    fn parse_at(position: AttributePosition, ident: &Ident) -> Option<Self> {
        Self::parse(ident).filter(|attribute| attribute.is_valid(position))
    }

    /// Parses an attribute that is valid at the position. Returns an error for another attribute.
    fn require_at(position: AttributePosition, ident: &Ident) -> syn::Result<Self> {
        Self::parse_at(position, ident).ok_or_else(|| Self::unknown(position, ident))
    }

    /// Returns the names of the attributes that are valid at the position.
    fn texts(position: AttributePosition) -> Vec<&'static str> {
        let valid = Self::ALL.iter().filter(|attribute| attribute.is_valid(position));
        valid.map(|attribute| attribute.text()).collect()
    }

    /// Returns the attribute that the user probably meant.
    fn closest(position: AttributePosition, ident: &Ident) -> Option<Self> {
        let text = closest(&ident.to_string(), &Self::texts(position))?;
        Self::ALL.iter().copied().find(|attribute| attribute.text() == text)
    }

    /// Returns the error for an attribute that is not valid at the position.
    fn unknown(position: AttributePosition, ident: &Ident) -> syn::Error {
        if let Some(reason) = elsewhere(position, ident) {
            return syn::Error::new(ident.span(), reason);
        }
        if let Some(error) = other_mappers::refused(position, ident) {
            return error;
        }
        let (valid, place) = (Self::texts(position), position.name());
        let mut message = format!("unknown attribute `{ident}` {place}; ");
        if let [only] = valid[..] {
            let _ = write!(message, "the only valid attribute here is `{only}`");
        } else {
            let _ = write!(message, "valid here: {}", enumerate(&valid));
        }
        if let Some(close) = Self::closest(position, ident) {
            let _ = write!(message, "; did you mean `{}`?", close.text());
        }
        syn::Error::new(ident.span(), message)
    }
}

/// A position of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributePosition {
    /// On a struct or enum.
    Container(Derive),
    /// On a variant.
    Variant,
    /// On a field of a struct.
    Field(Derive),
    /// On a field of a variant.
    VariantField(Derive),
    /// On a field without a name of a variant.
    VariantValue(Derive),
    /// In `index(..)` on a model.
    Index,
    /// In `index(..)` on a field.
    FieldIndex,
    /// In `collation(..)`.
    Collation,
    /// In `bounds(..)`.
    Bounds,
    /// In `search_index(..)`.
    SearchIndex,
    /// In `field(..)` of a search index.
    SearchField,
    /// In `vector_search_index(..)`.
    VectorSearchIndex,
    /// In `vector(..)`.
    Vector,
    /// In `validate(..)` on a field.
    FieldRules,
    /// In `validate(..)` on a model or an embedded document.
    DocumentRules,
    /// In `length(..)`.
    Length,
    /// In `range(..)`.
    Range,
    /// In `validator(..)`.
    Validator,
    /// In `capped(..)`.
    Capped,
    /// In `time_series(..)`.
    TimeSeries,
    /// In `clustered(..)`.
    Clustered,
    /// In `view(..)`.
    ViewSource,
    /// In `materialized_view(..)`.
    MaterializedView,
    /// In `schema_version(..)`.
    SchemaVersion,
}

impl AttributePosition {
    /// Returns the position on a field.
    pub(crate) fn field(derive: Derive, in_variant: bool, named: bool) -> Self {
        match derive {
            Model | Value if in_variant && named => VariantField(derive),
            Model | Value if in_variant => Self::VariantValue(derive),
            Model | Embedded | Shape | View | Patch | Value => Field(derive),
        }
    }

    /// Returns the position, for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Container(Model) => "on a model",
            Container(Embedded) => "on an embedded document",
            Container(Shape) => "on a shape",
            Container(View) => "on a view",
            Container(Patch) => "on a patch",
            Container(Value) => "on a value",
            Self::Variant => "on a variant",
            Field(Model) => "on a field of a model",
            Field(Embedded) => "on a field of an embedded document",
            Field(Shape) => "on a field of a shape",
            Field(View) => "on a field of a view",
            Field(Patch) => "on a field of a patch",
            Field(Value) => "on the field of a value",
            VariantField(_) => "on a field of a variant",
            Self::VariantValue(_) => "on a value of a variant",
            Self::Index => "in `index(..)`",
            FieldIndex => "in a field's `index(..)`",
            Self::Collation => "in `collation(..)`",
            Self::Bounds => "in `bounds(..)`",
            Self::SearchIndex => "in `search_index(..)`",
            Self::SearchField => "in `field(..)`",
            Self::VectorSearchIndex => "in `vector_search_index(..)`",
            Self::Vector => "in `vector(..)`",
            Self::FieldRules => "in `validate(..)`",
            Self::DocumentRules => "in `validate(..)` of a whole document",
            Self::Length => "in `length(..)`",
            Self::Range => "in `range(..)`",
            Self::Validator => "in `validator(..)`",
            Self::Capped => "in `capped(..)`",
            Self::TimeSeries => "in `time_series(..)`",
            Self::Clustered => "in `clustered(..)`",
            Self::ViewSource => "in `view(..)`",
            Self::MaterializedView => "in `materialized_view(..)`",
            Self::SchemaVersion => "in `schema_version(..)`",
        }
    }
}

/// Returns the error for a name that is followed by something wrong.
pub(crate) fn malformed(attribute: &Ident, form: &str) -> syn::Error {
    syn::Error::new(attribute.span(), correct(form))
}

/// Returns a message with the correct form.
pub(crate) fn correct(form: &str) -> String {
    format!("the correct form is `{form}`")
}

/// Returns a list of the names, for messages.
pub(crate) fn enumerate(names: &[&str]) -> String {
    names.iter().map(|attribute| format!("`{attribute}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the attribute that the user probably meant.
pub(crate) fn closest<'w>(text: &str, valid: &[&'w str]) -> Option<&'w str> {
    let distance = |attribute: &str| strsim::osa_distance(text, attribute);
    let close = valid.iter().copied().min_by_key(|attribute| distance(attribute))?;
    (distance(close) <= 1 + close.len() / 4).then_some(close)
}
