//! A variant of an enum, and its content.

use proc_macro2::Span;
use syn::Fields;

use super::{Codec, Field, counted, read_fields, store_id};
use crate::derive::Derive;
use crate::{
    attr::{
        serde::{self, Tagging},
        variant::VariantAttrs,
    },
    ctxt::Ctxt,
};

/// A variant of an enum.
#[allow(clippy::struct_excessive_bools)] // each is an attribute of serde
pub(crate) struct Variant<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) stored: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    pub(crate) other: bool,
    /// Its name is not stored, even if the names of other variants are: its content identifies it.
    pub(crate) untagged: bool,
    /// The span of a serde `with`, if the variant does not hold one value.
    pub(crate) with: Option<Span>,
    /// The one value of the variant, if it is skipped. The variant is then stored as one without data.
    pub(crate) skipped: Option<Box<Field<'a>>>,
    pub(crate) content: Content<'a>,
}

/// The content of a variant.
pub(crate) enum Content<'a> {
    /// No data.
    Unit,
    /// One value.
    Newtype(Box<Field<'a>>),
    /// Several values, or none: stored as an array.
    Tuple(Vec<Field<'a>>),
    /// Named fields: a document.
    Document(Vec<Field<'a>>),
}

impl<'a> Content<'a> {
    /// Returns the fields, named or not.
    pub(crate) fn fields(&self) -> &[Field<'a>] {
        match self {
            Self::Unit => &[],
            Self::Newtype(field) => std::slice::from_ref(&**field),
            Self::Tuple(fields) | Self::Document(fields) => fields,
        }
    }
}

impl<'a> Variant<'a> {
    pub(super) fn read(
        cx: &Ctxt,
        original: &'a syn::Variant,
        serde: serde::Variant,
        tagging: &Tagging,
        derive: Derive,
    ) -> Self {
        let attrs = VariantAttrs::read(cx, original);
        let stored = attrs.rename.get().map_or(serde.name, syn::LitStr::value);
        let untagged = serde.untagged || *tagging == Tagging::Untagged;
        let mut fields = read_fields(cx, &original.fields, serde.fields, derive, Some(&original.ident));
        let (mut with, mut skipped) = (serde.with, None);
        let content = match &original.fields {
            Fields::Unit => Content::Unit,
            Fields::Named(_) => {
                if derive == Derive::Model {
                    store_id(cx, &mut fields);
                }
                Content::Document(fields)
            }
            Fields::Unnamed(_) => match fields.pop() {
                Some(field) if fields.is_empty() && !field.is_stored() => {
                    skipped = Some(Box::new(field));
                    Content::Unit
                }
                Some(mut field) if fields.is_empty() => {
                    field.stored = match tagging {
                        _ if untagged => String::new(),
                        Tagging::External => stored.clone(),
                        Tagging::Adjacent { content, .. } => content.clone(),
                        Tagging::Internal { .. } | Tagging::Untagged => String::new(),
                    };
                    if with.take().is_some() {
                        field.codec = Codec::With {
                            serialize: serde.serialize_with.map(Box::new),
                            deserialize: serde.deserialize_with.map(Box::new),
                        };
                    }
                    Content::Newtype(Box::new(field))
                }
                last => {
                    fields.extend(last);
                    Content::Tuple(counted(fields))
                }
            },
        };
        Self {
            original,
            stored,
            aliases: serde.aliases,
            skip_serializing: serde.skip_serializing,
            skip_deserializing: serde.skip_deserializing,
            other: serde.other,
            untagged,
            with,
            skipped,
            content,
        }
    }

    /// Returns whether the variant is written or read.
    pub(crate) fn is_stored(&self) -> bool {
        !(self.skip_serializing && self.skip_deserializing)
    }
}
