//! Checks that need more than one attribute, one function each.

mod collection;
mod index;
mod model;
mod policies;
mod rules;
mod search_index;
mod variants;
mod versions;

use std::collections::HashMap;

use quote::quote;
use syn::{GenericParam, Member};

pub(crate) use self::model::{last_segment, without_ids_of_keys};
use crate::{
    ast::{Codec, Container, Data, Field, member_name},
    ctxt::Ctxt,
    derive::Derive,
};

/// Reports the errors of the tree as a whole.
pub(crate) fn check(cx: &Ctxt, container: &Container<'_>) {
    supported_data(cx, container);
    transparent(cx, container);
    lifetimes(cx, container);
    conversions(cx, container);
    one_codec(cx, container);
    versions::versions(cx, container);
    rules::fields(cx, container);
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
        policies::policies(cx, container);
        index::indexes(cx, container);
        search_index::search_indexes(cx, container);
        collection::options(cx, container);
    }
}

/// Refuses `into` on a document: another type is stored, so paths to the document's fields would match nothing.
fn conversions(cx: &Ctxt, container: &Container<'_>) {
    if container.derive == Derive::Value {
        return;
    }
    if let Some(span) = container.into {
        let message = "`#[serde(into)]` stores another type in place of this document, so paths to its fields would \
                       match nothing: derive `odm::Value` instead, or derive for that other type";
        cx.push(syn::Error::new(span, message));
    }
}

/// Refuses an index and an encoding on a flattened field, because both need a field with a name of its own.
fn flattened(cx: &Ctxt, field: &Field<'_>) {
    let Some(span) = field.flatten else { return };
    if let Some(index) = field.attrs.indexes.first() {
        let message = "a flattened field has no name to index: index its fields from the model, \
                       `#[odm(index(audit.created_at))]`";
        cx.push(syn::Error::new(index.span, message));
    }
    if !matches!(field.codec, Codec::Value | Codec::Serde { .. } | Codec::Invalid) {
        cx.push(syn::Error::new(
            span,
            "a flattened field is stored as its type stores it: remove the attribute that specifies another \
             encoding, or put it on the fields inside",
        ));
    }
}

/// Refuses an unnamed field that is skipped conditionally, because array elements are identified by their positions.
fn unnamed(cx: &Ctxt, field: &Field<'_>) {
    if field.skip_serializing_if.is_some() || field.skip_serializing != field.skip_deserializing {
        cx.error(
            &field.original.ty,
            "an array element cannot be skipped in some documents only, because the elements after it would move: \
             name the fields, or skip it always with `#[serde(skip)]`",
        );
    }
}

/// Refuses an item of a kind that the derive does not support.
fn supported_data(cx: &Ctxt, container: &Container<'_>) {
    if !matches!(container.data, Data::Unsupported) {
        return;
    }
    // serde's parser reports why it is not transparent.
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
            "a model that is an enum stores the name of its variant in each document: add `#[serde(tag = \"kind\")]`"
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

/// Returns what the derive generates, for messages.
fn kind(derive: Derive) -> &'static str {
    match derive {
        Derive::Model => "a model",
        Derive::Embedded => "an embedded document",
        Derive::Shape => "a shape",
        Derive::View => "a view",
        Derive::Patch => "a patch",
        Derive::Value => "a value",
    }
}

/// Refuses `transparent` on a document, which is not stored as one value.
fn transparent(cx: &Ctxt, container: &Container<'_>) {
    if let (Data::Document(_), Some(span)) = (&container.data, container.transparent) {
        cx.push(syn::Error::new(
            span,
            "`#[serde(transparent)]` stores the field in place of the document: derive `odm::Value` instead",
        ));
    }
}

/// Refuses lifetimes, because a document outlives the bytes that it is read from.
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

/// Refuses a stored name to which the server or a path gives another meaning.
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

/// Returns what is wrong with the name of an element.
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

/// Refuses more than one encoding of a field.
fn one_codec(cx: &Ctxt, container: &Container<'_>) {
    for span in container.all_fields().filter_map(|field| field.two_codecs) {
        cx.push(syn::Error::new(
            span,
            "serde's `with`, `serialize_with` or `deserialize_with` already stores this field: remove \
             `#[odm(serde)]`",
        ));
    }
    for span in container.all_fields().filter_map(|field| field.more_codecs) {
        let message =
            "a field is stored in one way: keep one of `binary`, `unit`, `serde` and serde's `with`";
        cx.push(syn::Error::new(span, message));
    }
}

/// Refuses two fields with the same name, which would overwrite each other.
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
