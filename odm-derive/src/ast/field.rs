//! A field of a struct or of a variant.

use proc_macro2::Span;
use syn::{Attribute, ExprPath, Fields, Ident, Member, Type, ext::IdentExt};

use crate::derive::Derive;
use crate::{
    attr::{
        field::FieldAttrs,
        serde::{self, Default},
    },
    ctxt::Ctxt,
};

/// A field of a struct or of a variant.
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    /// The variant that the field belongs to.
    pub(crate) variant: Option<&'a Ident>,
    pub(crate) original: &'a syn::Field,
    pub(crate) ty: &'a Type,
    /// The stored name.
    pub(crate) stored: String,
    /// The span of the stored name.
    pub(crate) stored_span: Span,
    /// Additional names that are read.
    pub(crate) aliases: Vec<String>,
    pub(crate) default: Default,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    pub(crate) skip_serializing_if: Option<ExprPath>,
    pub(crate) codec: Codec,
    /// The span of `#[serde(flatten)]`: the elements of the field are stored in the document itself.
    pub(crate) flatten: Option<Span>,
    /// The attributes, as the user wrote them.
    pub(crate) attrs: FieldAttrs,
    /// The span of `#[odm(serde)]` if there is a serde `with` too: it is unclear which of the two the user means.
    pub(crate) two_codecs: Option<Span>,
    /// The span of the last attribute if several attributes specify the encoding.
    pub(crate) more_codecs: Option<Span>,
}

/// How a field is encoded and decoded.
#[derive(Debug, Clone)]
pub(crate) enum Codec {
    /// By the `Value` implementation of its type.
    Value,
    /// By the serde implementations of its type. `ordered` is whether the stored values have the order of the Rust
    /// values.
    Serde { ordered: bool },
    /// As binary data.
    Binary,
    /// As an integer that counts a unit of time. The text is the name of the unit's type in `odm`.
    Unit(&'static str),
    /// By the functions in serde's `with`, `serialize_with` and `deserialize_with`.
    With { serialize: Option<Box<ExprPath>>, deserialize: Option<Box<ExprPath>> },
    /// Unknown, because an attribute is wrong. The error is reported.
    Invalid,
}

impl<'a> Field<'a> {
    fn read(
        cx: &Ctxt,
        index: usize,
        original: &'a syn::Field,
        serde: serde::Field,
        derive: Derive,
        variant: Option<&'a Ident>,
    ) -> Self {
        let attrs = FieldAttrs::read(cx, original, derive, variant.is_some());
        let with = serde.serialize_with.is_some() || serde.deserialize_with.is_some();
        let spans = [with.then(Span::call_site), attrs.serde.span(), attrs.binary.span(), attrs.unit.span()];
        let more_codecs = spans
            .into_iter()
            .flatten()
            .skip(1)
            .last()
            .filter(|_| attrs.binary.get().is_some() || attrs.unit.get().is_some());
        let codec = if attrs.mistaken_encoding || more_codecs.is_some() {
            Codec::Invalid
        } else if with {
            Codec::With {
                serialize: serde.serialize_with.map(Box::new),
                deserialize: serde.deserialize_with.map(Box::new),
            }
        } else if let Some(&ordered) = attrs.serde.get() {
            Codec::Serde { ordered }
        } else if attrs.binary.get().is_some() {
            Codec::Binary
        } else if let Some(unit) = attrs.unit.get() {
            Codec::Unit(unit)
        } else {
            Codec::Value
        };
        let (stored, stored_span) = match attrs.rename.get() {
            Some(name) => (name.value(), name.span()),
            None => (serde.name, serde.name_span),
        };
        let member = match &original.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::from(index),
        };
        Self {
            member,
            variant,
            original,
            ty: &original.ty,
            stored,
            stored_span,
            aliases: serde.aliases,
            default: serde.default,
            skip_serializing: serde.skip_serializing,
            skip_deserializing: serde.skip_deserializing,
            skip_serializing_if: serde.skip_serializing_if,
            codec,
            flatten: serde.flatten,
            two_codecs: attrs.serde.span().filter(|_| with),
            more_codecs,
            attrs,
        }
    }

    /// Returns whether the field is written or read. A field that is neither has no stored name.
    pub(crate) fn is_stored(&self) -> bool {
        !(self.skip_serializing && self.skip_deserializing)
    }

    /// Returns the doc comment that the user wrote.
    pub(crate) fn docs(&self) -> impl Iterator<Item = &'a Attribute> {
        self.original.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"))
    }
}

/// Returns the field that is stored as `_id`.
pub(crate) fn id<'f, 'a>(fields: &'f [Field<'a>]) -> Option<&'f Field<'a>> {
    fields.iter().find(|field| field.stored == "_id" && field.is_stored() && field.flatten.is_none())
}

/// Returns whether this is the Rust name of the field.
pub(crate) fn is_named(field: &Field<'_>, name: &Ident) -> bool {
    matches!(&field.member, Member::Named(ident) if ident.unraw() == name.unraw())
}

/// Returns the Rust name of a field, for messages.
pub(crate) fn member_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => Ident::to_string(&ident.unraw()),
        Member::Unnamed(index) => index.index.to_string(),
    }
}

/// Parses the fields of a struct or of a variant.
pub(super) fn read_fields<'a>(
    cx: &Ctxt,
    fields: &'a Fields,
    serde: Vec<serde::Field>,
    derive: Derive,
    variant: Option<&'a Ident>,
) -> Vec<Field<'a>> {
    let read = |(index, (field, serde))| Field::read(cx, index, field, serde, derive, variant);
    fields.iter().zip(serde).enumerate().map(read).collect()
}

/// Stores the fields of a tuple under their positions, not counting the skipped ones.
pub(super) fn counted(mut fields: Vec<Field<'_>>) -> Vec<Field<'_>> {
    for (index, field) in fields.iter_mut().filter(|field| field.is_stored()).enumerate() {
        field.stored = index.to_string();
    }
    fields
}

/// Stores the field marked `#[odm(id)]`, or else the field named `id`, as `_id`.
pub(super) fn store_id(cx: &Ctxt, fields: &mut [Field<'_>]) {
    let mut marked = fields.iter().filter(|field| field.attrs.id.get().is_some());
    let first = marked.next().map(|field| field.member.clone());
    for field in marked {
        if let Some(span) = field.attrs.id.span() {
            cx.push(syn::Error::new(span, "two fields are marked as the id; a document has one"));
        }
    }
    let is_id = |field: &Field<'_>| match &first {
        Some(member) => field.member == *member,
        None => matches!(&field.member, Member::Named(ident) if ident.unraw() == "id"),
    };
    if let Some(field) = fields.iter_mut().find(|field| is_id(field)) {
        "_id".clone_into(&mut field.stored);
    }
}
