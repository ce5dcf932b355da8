//! The tree between parsing and expanding: a struct or an enum, with what odm reads from its attributes.

mod field;
mod variant;

use proc_macro2::Span;
use syn::{Data as SynData, DataEnum, DeriveInput, Fields, Member};

use self::field::{counted, read_fields, store_id};
pub(crate) use self::{
    field::{Codec, Field, id, is_named, member_name},
    variant::{Content, Variant},
};
use crate::{
    attr::{
        container::ContainerAttrs,
        serde::{self, Default, Tagging},
    },
    ctxt::Ctxt,
    derive::Derive,
};

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
        Derive::Embedded | Derive::Shape | Derive::View | Derive::Patch => false,
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
