//! The tree between parsing and expanding: a struct or an enum, with what odm reads from its attributes.

mod variant;

use proc_macro2::Span;
use syn::{
    Attribute, Data as SynData, DataEnum, DeriveInput, ExprPath, Fields, Ident, Member, Type, ext::IdentExt,
};

pub(crate) use self::variant::{Content, Variant};
use crate::{
    attr::{
        container::ContainerAttrs,
        field::FieldAttrs,
        index::Index,
        rule::Rule,
        serde::{self, Default, Tagging},
    },
    ctxt::Ctxt,
};

/// The derive that is expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    Model,
    Embedded,
    Shape,
    View,
    Value,
}

/// The item that has the derive.
pub(crate) struct Container<'a> {
    pub(crate) derive: Derive,
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) default: Default,
    pub(crate) deny_unknown_fields: bool,
    pub(crate) transparent: Option<Span>,
    /// The element that a struct with `#[serde(tag)]` begins with: its name and its value, which is the name of the
    /// type.
    pub(crate) tag: Option<(String, String)>,
    /// The span of serde's `from` or `try_from`: another type is read and converted.
    pub(crate) from: Option<Span>,
    /// The span of serde's `into`: the value is converted, and another type is written.
    pub(crate) into: Option<Span>,
    pub(crate) data: Data<'a>,
}

/// The content of the item, by how it is stored.
pub(crate) enum Data<'a> {
    /// Named fields: a document.
    Document(Vec<Field<'a>>),
    /// One field: stored as the value of this field. The other members are not stored.
    Newtype(Box<Field<'a>>, Vec<Member>),
    /// Fields without names: stored as an array.
    Tuple(Vec<Field<'a>>),
    /// A unit struct: stored as null.
    Unit,
    /// An enum without data: stored as the name of its variant.
    Units(Vec<Variant<'a>>),
    /// An enum with data.
    Enum(Tagging, Vec<Variant<'a>>),
    /// A type with `from`, `try_from` or `into`, which serde stores as another type.
    Serde,
    /// An item that the derive does not support. The error is reported.
    Unsupported,
}

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
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
    /// The span of `#[odm(id)]`.
    pub(crate) id_span: Option<Span>,
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

impl<'a> Container<'a> {
    /// Parses the item. Reports errors to `cx` and returns a tree of what could be parsed.
    pub(crate) fn read(cx: &Ctxt, original: &'a DeriveInput, derive: Derive) -> Self {
        let attrs = ContainerAttrs::read(cx, original, derive);
        let serde = serde::Container::read(cx, original);
        let (default, deny_unknown_fields) = (serde.default.clone(), serde.deny_unknown_fields);
        let tag = match (&original.data, &serde.tagging) {
            (SynData::Struct(_), Tagging::Internal { tag }) => Some((tag.clone(), serde.name.clone())),
            _ => None,
        };
        let (transparent, from, into) = (serde.transparent, serde.from, serde.into);
        let through_serde = derive == Derive::Value && (from.is_some() || into.is_some());
        let data = match &original.data {
            _ if through_serde => Data::Serde,
            SynData::Struct(data) => structure(cx, &data.fields, serde, derive),
            SynData::Enum(data) => enumeration(cx, data, serde, derive),
            SynData::Union(_) => Data::Unsupported,
        };
        Self { derive, original, attrs, default, deny_unknown_fields, transparent, tag, from, into, data }
    }

    /// Returns the fields of a document, and no fields for another item.
    pub(crate) fn fields(&self) -> &[Field<'a>] {
        match &self.data {
            Data::Document(fields) => fields,
            _ => &[],
        }
    }

    /// Returns the variants of an enum, and no variants for another item.
    pub(crate) fn variants(&self) -> &[Variant<'a>] {
        match &self.data {
            Data::Units(variants) | Data::Enum(_, variants) => variants,
            _ => &[],
        }
    }

    /// Returns all fields, including those of the variants.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &Field<'a>> {
        self.own_fields().iter().chain(self.variants().iter().flat_map(|variant| variant.content.fields()))
    }

    /// Returns the fields of a struct, and no fields for an enum.
    pub(crate) fn own_fields(&self) -> &[Field<'a>] {
        match &self.data {
            Data::Document(fields) | Data::Tuple(fields) => fields,
            Data::Newtype(field, _) => std::slice::from_ref(&**field),
            _ => &[],
        }
    }

    /// Returns the lists of named fields. The fields of one list are written into one document.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &[Field<'a>]> {
        let of_variants = self.variants().iter().filter_map(|variant| match &variant.content {
            Content::Document(fields) => Some(fields.as_slice()),
            _ => None,
        });
        std::iter::once(self.fields()).chain(of_variants)
    }

    /// Returns the field that is stored as `_id`.
    pub(crate) fn id(&self) -> Option<&Field<'a>> {
        id(self.fields())
    }
}

/// Returns the field that is stored as `_id`.
pub(crate) fn id<'f, 'a>(fields: &'f [Field<'a>]) -> Option<&'f Field<'a>> {
    fields.iter().find(|field| field.stored == "_id" && field.is_stored() && field.flatten.is_none())
}

fn structure<'a>(cx: &Ctxt, fields: &'a Fields, serde: serde::Container, derive: Derive) -> Data<'a> {
    let transparent: Vec<_> = serde.fields.iter().map(|field| field.transparent).collect();
    let is_transparent = serde.transparent.is_some();
    let mut read = read_fields(cx, fields, serde.fields, derive, None);
    match (derive, fields) {
        (Derive::Value, Fields::Unit) => Data::Unit,
        (Derive::Value, _) if is_transparent => match transparent.iter().position(|stored| *stored) {
            Some(at) => {
                let field = read.remove(at);
                Data::Newtype(Box::new(field), read.into_iter().map(|field| field.member).collect())
            }
            None => Data::Unsupported,
        },
        (Derive::Value, Fields::Unnamed(_)) => match read.pop() {
            Some(field) if read.is_empty() => Data::Newtype(Box::new(field), Vec::new()),
            last => {
                read.extend(last);
                Data::Tuple(counted(read))
            }
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

fn enumeration<'a>(cx: &Ctxt, data: &'a DataEnum, serde: serde::Container, derive: Derive) -> Data<'a> {
    let tagging = serde.tagging;
    let read = data.variants.iter().zip(serde.variants);
    let variants: Vec<_> =
        read.map(|(variant, serde)| Variant::read(cx, variant, serde, &tagging, derive)).collect();
    let supported = match derive {
        Derive::Value => true,
        Derive::Model => matches!(tagging, Tagging::Internal { .. }),
        Derive::Embedded | Derive::Shape | Derive::View => false,
    };
    let plain = |variant: &Variant<'_>| {
        matches!(variant.content, Content::Unit) && variant.skipped.is_none() && !variant.untagged
    };
    if !supported || variants.is_empty() {
        Data::Unsupported
    } else if tagging == Tagging::External && variants.iter().all(plain) {
        Data::Units(variants)
    } else {
        Data::Enum(tagging, variants)
    }
}

fn read_fields<'a>(
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
fn counted(mut fields: Vec<Field<'_>>) -> Vec<Field<'_>> {
    for (index, field) in fields.iter_mut().filter(|field| field.is_stored()).enumerate() {
        field.stored = index.to_string();
    }
    fields
}

/// Stores the field marked `#[odm(id)]`, or else the field named `id`, as `_id`.
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
            indexes: attrs.indexes,
            rules: attrs.rules,
            id_span: attrs.id.span(),
            two_codecs: attrs.serde.span().filter(|_| with),
            more_codecs,
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

/// Returns the Rust name of a field, for messages.
pub(crate) fn member_name(member: &Member) -> String {
    match member {
        Member::Named(ident) => Ident::to_string(&ident.unraw()),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
