//! Rules that need more than one attribute, one function each.

use std::collections::HashMap;

use quote::quote;
use syn::{Fields, GenericParam, Type};

use crate::{
    ast::{Codec, Container, Data, Derive, Field, Variant, member_name},
    attr::index::Index,
    ctxt::Ctxt,
};

/// Reports everything that the parts of the tree cannot know of each other.
pub(crate) fn check(cx: &Ctxt, container: &Container<'_>) {
    supported_data(cx, container);
    transparent(cx, container);
    lifetimes(cx, container);
    for field in container.fields() {
        stored_name(cx, field);
    }
    one_codec(cx, container);
    distinct_fields(cx, container.fields());
    if let Data::Units(variants) = &container.data {
        distinct_variants(cx, variants);
    }
    if container.derive == Derive::Model {
        collection(cx, container);
        id(cx, container);
        indexes(cx, container);
    }
}

/// Each derive takes one kind of item.
fn supported_data(cx: &Ctxt, container: &Container<'_>) {
    if !matches!(container.data, Data::Unsupported) {
        return;
    }
    let ident = &container.original.ident;
    let through_serde = "mark the fields that hold it `#[odm(serde)]` to store them through serde";
    let message = match (container.derive, &container.original.data) {
        (_, syn::Data::Union(_)) => "a union has no document form; derive this for a struct".to_owned(),
        (Derive::Value, syn::Data::Enum(data)) if data.variants.is_empty() => {
            "an enum without variants has no value to store".to_owned()
        }
        (Derive::Value, syn::Data::Enum(data)) => {
            let with_data = data.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit));
            if let Some(variant) = with_data {
                cx.error(
                    variant,
                    format_args!(
                        "`{}` carries data: `odm::Value` stores enums of plain names; {through_serde}",
                        variant.ident
                    ),
                );
            }
            return;
        }
        (Derive::Value, syn::Data::Struct(data)) => match data.fields {
            Fields::Named(_) => "a struct with named fields is a document: derive `odm::Embedded`".to_owned(),
            Fields::Unit => "a unit struct holds nothing to store".to_owned(),
            Fields::Unnamed(_) => format!(
                "`odm::Value` stores a newtype as the one value it holds; \
                 name the fields and derive `odm::Embedded`, or {through_serde}"
            ),
        },
        (derive, syn::Data::Enum(_)) => format!(
            "{} is a struct with named fields; derive `odm::Value` for an enum of plain names, or {through_serde}",
            kind(derive)
        ),
        (derive, syn::Data::Struct(_)) => {
            format!("{} is a struct with named fields; derive `odm::Value` for a newtype", kind(derive))
        }
    };
    cx.error(ident, message);
}

/// The derive in words.
fn kind(derive: Derive) -> &'static str {
    match derive {
        Derive::Model => "a model",
        Derive::Embedded => "an embedded document",
        Derive::Shape => "a shape",
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
    if !field.is_stored() {
        return;
    }
    for name in std::iter::once(&field.stored).chain(&field.aliases) {
        let problem = if name.is_empty() {
            "is empty"
        } else if name.contains('\0') {
            "contains NUL"
        } else if name.contains('.') {
            "contains `.`, which separates the names of a path"
        } else if name.starts_with('$') {
            "starts with `$`, which marks an operator"
        } else {
            continue;
        };
        let message = format!("a field cannot be stored as {name:?}: the name {problem}");
        cx.push(syn::Error::new(field.stored_span, message));
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
    for field in fields.iter().filter(|field| field.is_stored()) {
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

/// Two variants under one name would be read as the first.
fn distinct_variants(cx: &Ctxt, variants: &[Variant<'_>]) {
    let mut seen: HashMap<&str, &Variant<'_>> = HashMap::new();
    for variant in variants {
        for name in std::iter::once(&variant.stored).chain(&variant.aliases) {
            let Some(first) = seen.insert(name, variant) else { continue };
            if std::ptr::eq(first, variant) {
                continue;
            }
            let (one, two) = (&first.original.ident, &variant.original.ident);
            let (from, to) = (first.original, variant.original);
            let message = format!("`{one}` and `{two}` are both stored as `{name}`: rename one of them");
            cx.error(quote!(#from #to), message);
        }
    }
}

/// A model says where it lives.
fn collection(cx: &Ctxt, container: &Container<'_>) {
    let Some(name) = container.attrs.collection.get() else {
        if container.attrs.says_collection {
            return;
        }
        let ident = &container.original.ident;
        let message =
            format!("`{ident}` needs the name of its collection: add `#[odm(collection = \"..\")]`");
        cx.error(ident, message);
        return;
    };
    let text = name.value();
    let problem = if text.is_empty() {
        "it is empty"
    } else if text.contains('\0') {
        "it contains NUL"
    } else if text.contains('$') {
        "it contains `$`"
    } else if text.starts_with("system.") {
        "names that start with `system.` belong to the server"
    } else {
        return;
    };
    cx.error(name, format_args!("{text:?} cannot be the name of a collection: {problem}"));
}

/// A model has an identity that is always there.
fn id(cx: &Ctxt, container: &Container<'_>) {
    if !matches!(container.data, Data::Document(_)) {
        return;
    }
    let ident = &container.original.ident;
    let Some(field) = container.id() else {
        cx.error(
            ident,
            format_args!(
                "`{ident}` has no id: add a field `id: odm::Id<{ident}>`, or mark the field that is the identity \
                 with `#[odm(id)]`"
            ),
        );
        return;
    };
    if !matches!(field.codec, Codec::Value) {
        let message = match field.codec {
            Codec::Binary | Codec::Unit(_) => {
                "the id is stored as its type says: put the attribute on a newtype that derives `odm::Value`"
            }
            _ => "the id cannot be stored through serde: its type must be an odm `Value`",
        };
        cx.error(field.ty, message);
    }
    if last_segment(field.ty).is_some_and(|segment| segment == "Option") {
        cx.error(
            field.ty,
            format_args!(
                "every stored document has an `_id`, so it cannot be an `Option`: declare it `odm::Id<{ident}>` \
                 and make new ones with `Id::new()`"
            ),
        );
    }
    if field.skip_serializing || field.skip_deserializing {
        cx.error(&field.member, "the id cannot be skipped: it is what a document is found by");
    }
    for index in &field.indexes {
        cx.push(syn::Error::new(index.span, "`_id` always has an index: remove this one"));
    }
}

/// The last name of a path type.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Indexes that the server would refuse.
fn indexes(cx: &Ctxt, container: &Container<'_>) {
    let mut seen: HashMap<(String, bool, bool), &Index> = HashMap::new();
    let of_fields = container.fields().iter().flat_map(|field| &field.indexes);
    for index in container.attrs.indexes.iter().chain(of_fields).filter(|index| !index.broken) {
        if index.keys.is_empty() {
            cx.push(syn::Error::new(index.span, "this index has options but no field"));
        }
        if let (Some(span), 2..) = (index.ttl.span(), index.keys.len()) {
            cx.push(syn::Error::new(span, "a TTL index has exactly one field"));
        }
        let mut fields: Vec<String> = Vec::new();
        for key in &index.keys {
            let dotted = key.dotted();
            if fields.contains(&dotted) {
                let path = &key.path;
                cx.error(quote!(#(#path).*), format_args!("`{dotted}` stands in this index twice"));
            }
            fields.push(dotted);
        }
        let keys: Vec<String> = index
            .keys
            .iter()
            .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.dotted()))
            .collect();
        let same = (keys.join(","), index.unique.get().is_some(), index.sparse.get().is_some());
        if !keys.is_empty() && seen.insert(same, index).is_some() {
            let message = "another index of this model has the same fields in the same order: keep one";
            cx.push(syn::Error::new(index.span, message));
        }
    }
}
