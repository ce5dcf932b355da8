//! Rules that need more than one attribute, one function each.

mod model;
mod variants;
mod versions;

use std::collections::HashMap;

use quote::quote;
use syn::{GenericParam, Member};

pub(crate) use self::model::last_segment;
use crate::{
    ast::{Codec, Container, Data, Derive, Field, member_name},
    ctxt::Ctxt,
};

/// Reports everything that the parts of the tree cannot know of each other.
pub(crate) fn check(cx: &Ctxt, container: &Container<'_>) {
    supported_data(cx, container);
    transparent(cx, container);
    lifetimes(cx, container);
    conversions(cx, container);
    one_codec(cx, container);
    versions::versions(cx, container);
    for fields in container.documents() {
        for field in fields {
            stored_name(cx, field);
            flattened(cx, field);
        }
        distinct_fields(cx, fields);
    }
    for field in container.all_fields().filter(|field| matches!(field.member, Member::Unnamed(_))) {
        unnamed(cx, field);
    }
    variants::ordered(cx, container);
    variants::own_tag(cx, container);
    variants::distinct_variants(cx, container.variants());
    for variant in container.variants() {
        variants::with_of_variant(cx, variant);
    }
    if let Data::Enum(tagging, variants) = &container.data {
        variants::tags(cx, container, tagging, variants);
    }
    model::ids_of_models(cx, container);
    if container.derive == Derive::Model {
        model::collection(cx, container);
        model::id(cx, container);
        model::indexes(cx, container);
    }
}

/// What is stored is then another type: a document's accessors would name fields that are not there.
fn conversions(cx: &Ctxt, container: &Container<'_>) {
    if container.derive == Derive::Value {
        return;
    }
    if let Some(span) = container.into {
        let message = "`#[serde(into)]` stores another type in place of this document, so its fields would name \
                       nothing: derive `odm::Value` instead, or derive for that other type";
        cx.push(syn::Error::new(span, message));
    }
}

/// A flattened field has no name, so nothing that needs one.
fn flattened(cx: &Ctxt, field: &Field<'_>) {
    let Some(span) = field.flatten else { return };
    if let Some(index) = field.indexes.first() {
        let message = "a flattened field has no name to index: index its fields from the model, \
                       `#[odm(index(audit.created_at))]`";
        cx.push(syn::Error::new(index.span, message));
    }
    if !matches!(field.codec, Codec::Value | Codec::Serde { .. } | Codec::Mistaken) {
        cx.push(syn::Error::new(
            span,
            "a flattened field is stored as its type stores it: remove `with` and its relatives, or put them on \
             the fields inside",
        ));
    }
}

/// The items of an array have their places, not names.
fn unnamed(cx: &Ctxt, field: &Field<'_>) {
    if field.skip_serializing_if.is_some() || field.skip_serializing != field.skip_deserializing {
        cx.error(
            &field.original.ty,
            "an item of an array cannot be left out now and then: those behind it would move; name the fields, or \
             `#[serde(skip)]` it for good",
        );
    }
}

/// Each derive takes one kind of item.
fn supported_data(cx: &Ctxt, container: &Container<'_>) {
    if !matches!(container.data, Data::Unsupported) {
        return;
    }
    // serde says why it is not transparent.
    if container.derive == Derive::Value && container.transparent.is_some() {
        return;
    }
    let ident = &container.original.ident;
    let message = match (container.derive, &container.original.data) {
        (_, syn::Data::Union(_)) => "a union has no document form; derive this for a struct".to_owned(),
        (_, syn::Data::Enum(data)) if data.variants.is_empty() => {
            "an enum without variants has no value to store".to_owned()
        }
        (Derive::Value, syn::Data::Struct(_)) => {
            "a struct with named fields is a document: derive `odm::Embedded`".to_owned()
        }
        (Derive::Model, syn::Data::Enum(_)) => {
            "a model that is an enum says in each document which variant it is: add `#[serde(tag = \"kind\")]`"
                .to_owned()
        }
        (derive, syn::Data::Enum(_)) => {
            format!("{} is a struct with named fields; derive `odm::Value` for an enum", kind(derive))
        }
        (derive, syn::Data::Struct(_)) => format!(
            "{} is a struct with named fields; derive `odm::Value` for a newtype or a tuple",
            kind(derive)
        ),
    };
    cx.error(ident, message);
}

/// The derive in words.
fn kind(derive: Derive) -> &'static str {
    match derive {
        Derive::Model => "a model",
        Derive::Embedded => "an embedded document",
        Derive::Shape => "a shape",
        Derive::View => "a view",
        Derive::Value => "a value",
    }
}

/// A document is not one value.
fn transparent(cx: &Ctxt, container: &Container<'_>) {
    if let (Data::Document(_), Some(span)) = (&container.data, container.transparent) {
        cx.push(syn::Error::new(
            span,
            "`#[serde(transparent)]` stores the field in place of the document: derive `odm::Value` instead",
        ));
    }
}

/// Documents outlive the bytes they are read from.
fn lifetimes(cx: &Ctxt, container: &Container<'_>) {
    for parameter in &container.original.generics.params {
        if let GenericParam::Lifetime(lifetime) = parameter {
            cx.error(
                lifetime,
                "stored types own their data, so they cannot have lifetimes: \
                 hold a `String`, a `Vec<_>` or a `Cow<'static, str>`",
            );
        }
    }
}

/// The server, or a path through the field, would read such a name as something else.
fn stored_name(cx: &Ctxt, field: &Field<'_>) {
    if !field.is_stored() || field.flatten.is_some() {
        return;
    }
    for name in std::iter::once(&field.stored).chain(&field.aliases) {
        let Some(problem) = problem_of_name(name) else { continue };
        let message = format!("a field cannot be stored as {name:?}: the name {problem}");
        cx.push(syn::Error::new(field.stored_span, message));
    }
}

/// What is wrong with the name of an element.
fn problem_of_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("is empty")
    } else if name.contains('\0') {
        Some("contains NUL")
    } else if name.contains('.') {
        Some("contains `.`, which separates the names of a path")
    } else if name.starts_with('$') {
        Some("starts with `$`, which marks an operator")
    } else {
        None
    }
}

/// A field is stored in one way.
fn one_codec(cx: &Ctxt, container: &Container<'_>) {
    for span in container.all_fields().filter_map(|field| field.two_codecs) {
        cx.push(syn::Error::new(
            span,
            "`#[serde(with)]` and its relatives already store this field through serde: remove `#[odm(serde)]`",
        ));
    }
    for span in container.all_fields().filter_map(|field| field.more_codecs) {
        let message =
            "a field is stored in one way: keep one of `binary`, `unit`, `serde` and serde's `with`";
        cx.push(syn::Error::new(span, message));
    }
}

/// Two fields under one name would overwrite each other.
fn distinct_fields(cx: &Ctxt, fields: &[Field<'_>]) {
    let mut seen: HashMap<&str, &Field<'_>> = HashMap::new();
    for field in fields.iter().filter(|field| field.is_stored() && field.flatten.is_none()) {
        for name in std::iter::once(&field.stored).chain(&field.aliases) {
            let Some(first) = seen.insert(name, field) else { continue };
            if std::ptr::eq(first, field) {
                continue;
            }
            let (one, two) = (member_name(&first.member), member_name(&field.member));
            let (from, to) = (&first.original, &field.original);
            let verb = if first.stored == *name && field.stored == *name { "stored as" } else { "read from" };
            let both = quote!(#from #to);
            cx.error(both, format_args!("`{one}` and `{two}` are both {verb} `{name}`: rename one of them"));
        }
    }
}
