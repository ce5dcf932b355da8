//! The tree between parsing and expanding: an item as odm sees it.

use proc_macro2::Span;
use syn::{Attribute, Data as SynData, DeriveInput, ExprPath, Fields, Ident, Member, Type, ext::IdentExt};

use crate::{
    attr::{
        container::ContainerAttrs,
        field::FieldAttrs,
        index::Index,
        rule::Rule,
        serde::{self, Default},
        variant::VariantAttrs,
    },
    ctxt::Ctxt,
};

/// Which derive was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    Model,
    Embedded,
    Shape,
    Value,
}

/// The item the derive stands on.
pub(crate) struct Container<'a> {
    pub(crate) derive: Derive,
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) default: Default,
    pub(crate) deny_unknown_fields: bool,
    pub(crate) transparent: Option<Span>,
    pub(crate) data: Data<'a>,
}

/// What the item holds.
pub(crate) enum Data<'a> {
    /// Named fields: a document.
    Document(Vec<Field<'a>>),
    /// One field: stored as that.
    Newtype(Box<Field<'a>>),
    /// Names: stored as text.
    Units(Vec<Variant<'a>>),
    /// Nothing the derive supports; the mistake is reported.
    Unsupported,
}

/// A field of a document or a newtype.
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) original: &'a syn::Field,
    pub(crate) ty: &'a Type,
    /// The stored name.
    pub(crate) stored: String,
    /// Where the stored name is given.
    pub(crate) stored_span: Span,
    /// Names that are read besides.
    pub(crate) aliases: Vec<String>,
    pub(crate) default: Default,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    pub(crate) skip_serializing_if: Option<ExprPath>,
    pub(crate) codec: Codec,
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
    /// `#[odm(id)]` stands here.
    pub(crate) id_span: Option<Span>,
    /// `#[odm(serde)]` and a serde `with` stand here: which of the two is meant is not known.
    pub(crate) two_codecs: Option<Span>,
    /// The last of several words of which each says how the field is stored.
    pub(crate) more_codecs: Option<Span>,
}

/// How a field is written and read.
#[derive(Debug, Clone)]
pub(crate) enum Codec {
    /// By its type's `Value`.
    Value,
    /// By its type's serde.
    Serde,
    /// As binary data.
    Binary,
    /// As a number of the unit that odm calls by this name.
    Unit(&'static str),
    /// By functions that serde's `with` and its relatives name.
    With { serialize: Option<Box<ExprPath>>, deserialize: Option<Box<ExprPath>> },
}

/// A variant of an enum of names.
pub(crate) struct Variant<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) stored: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) skip_serializing: bool,
    pub(crate) skip_deserializing: bool,
    pub(crate) other: bool,
}

impl<'a> Container<'a> {
    /// Reads the item. Mistakes go to `cx`; the tree holds what could be read.
    pub(crate) fn read(cx: &Ctxt, original: &'a DeriveInput, derive: Derive) -> Self {
        let attrs = ContainerAttrs::read(cx, original, derive);
        let serde = serde::Container::read(cx, original);
        let (default, deny_unknown_fields) = (serde.default.clone(), serde.deny_unknown_fields);
        let transparent = serde.transparent;
        let data = match &original.data {
            SynData::Struct(data) => structure(cx, &data.fields, serde, derive),
            SynData::Enum(data) => {
                let units = data.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
                if derive == Derive::Value && units && !data.variants.is_empty() {
                    let variants = data.variants.iter().zip(serde.variants);
                    Data::Units(variants.map(|(variant, serde)| Variant::read(cx, variant, serde)).collect())
                } else {
                    Data::Unsupported
                }
            }
            SynData::Union(_) => Data::Unsupported,
        };
        Self { derive, original, attrs, default, deny_unknown_fields, transparent, data }
    }

    /// The fields of a document; none for other values.
    pub(crate) fn fields(&self) -> &[Field<'a>] {
        match &self.data {
            Data::Document(fields) => fields,
            _ => &[],
        }
    }

    /// The fields of a document, or the one of a newtype.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &Field<'a>> {
        let newtype = match &self.data {
            Data::Newtype(field) => Some(&**field),
            _ => None,
        };
        self.fields().iter().chain(newtype)
    }

    /// The field that is stored as `_id`.
    pub(crate) fn id(&self) -> Option<&Field<'a>> {
        self.fields().iter().find(|field| field.stored == "_id" && field.is_stored())
    }
}

fn structure<'a>(cx: &Ctxt, fields: &'a Fields, serde: serde::Container, derive: Derive) -> Data<'a> {
    let transparent = serde.transparent.is_some();
    let read = |(index, (field, serde))| Field::read(cx, index, field, serde, derive);
    let mut read: Vec<_> = fields.iter().zip(serde.fields).enumerate().map(read).collect();
    match (derive, fields) {
        (Derive::Value, Fields::Unnamed(_)) if read.len() == 1 => match read.pop() {
            Some(field) => Data::Newtype(Box::new(field)),
            None => Data::Unsupported,
        },
        (Derive::Value, Fields::Named(_)) if transparent && read.len() == 1 => match read.pop() {
            Some(field) => Data::Newtype(Box::new(field)),
            None => Data::Unsupported,
        },
        (Derive::Model | Derive::Embedded | Derive::Shape, Fields::Named(_)) => {
            if derive != Derive::Embedded {
                store_id(cx, &mut read);
            }
            Data::Document(read)
        }
        _ => Data::Unsupported,
    }
}

/// The field marked `#[odm(id)]`, or else the one named `id`, is stored as `_id`.
fn store_id(cx: &Ctxt, fields: &mut [Field<'_>]) {
    let mut marked = fields.iter().filter(|field| field.id_span.is_some());
    let first = marked.next().map(|field| field.member.clone());
    for field in marked {
        if let Some(span) = field.id_span {
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

impl<'a> Field<'a> {
    fn read(cx: &Ctxt, index: usize, original: &'a syn::Field, serde: serde::Field, derive: Derive) -> Self {
        let attrs = FieldAttrs::read(cx, original, original.ident.as_ref(), derive);
        let with = serde.serialize_with.is_some() || serde.deserialize_with.is_some();
        let codec = if with {
            Codec::With {
                serialize: serde.serialize_with.map(Box::new),
                deserialize: serde.deserialize_with.map(Box::new),
            }
        } else if attrs.serde.get().is_some() {
            Codec::Serde
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
            indexes: attrs.indexes,
            rules: attrs.rules,
            id_span: attrs.id.span(),
            two_codecs: attrs.serde.span().filter(|_| with),
            more_codecs: [
                with.then(Span::call_site),
                attrs.serde.span(),
                attrs.binary.span(),
                attrs.unit.span(),
            ]
            .into_iter()
            .flatten()
            .skip(1)
            .last()
            .filter(|_| attrs.binary.get().is_some() || attrs.unit.get().is_some()),
        }
    }

    /// Whether it is written or read: a field that is skipped both ways has no stored name.
    pub(crate) fn is_stored(&self) -> bool {
        !(self.skip_serializing && self.skip_deserializing)
    }

    /// The user's own doc comment.
    pub(crate) fn docs(&self) -> impl Iterator<Item = &'a Attribute> {
        self.original.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"))
    }
}

impl<'a> Variant<'a> {
    fn read(cx: &Ctxt, original: &'a syn::Variant, serde: serde::Variant) -> Self {
        let attrs = VariantAttrs::read(cx, original);
        let stored = attrs.rename.get().map_or(serde.name, syn::LitStr::value);
        Self {
            original,
            stored,
            aliases: serde.aliases,
            skip_serializing: serde.skip_serializing,
            skip_deserializing: serde.skip_deserializing,
            other: serde.other,
        }
    }
}

/// The name of a field as Rust prints it, for messages.
pub(crate) fn member_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => Ident::to_string(&ident.unraw()),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
