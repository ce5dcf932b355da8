//! Rules that need more than one attribute, one function each.

use std::collections::HashMap;

use quote::quote;
use syn::{GenericParam, Member, Type};

use crate::{
    ast::{self, Codec, Container, Content, Data, Derive, Field, Variant, member_name},
    attr::{index::Index, serde::Tagging},
    ctxt::Ctxt,
};

/// Reports everything that the parts of the tree cannot know of each other.
pub(crate) fn check(cx: &Ctxt, container: &Container<'_>) {
    supported_data(cx, container);
    transparent(cx, container);
    lifetimes(cx, container);
    conversions(cx, container);
    one_codec(cx, container);
    versions(cx, container);
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
    distinct_variants(cx, container.variants());
    for variant in container.variants() {
        with_of_variant(cx, variant);
    }
    if let Data::Enum(tagging, variants) = &container.data {
        tags(cx, container, tagging, variants);
    }
    if container.derive == Derive::Model {
        collection(cx, container);
        id(cx, container);
        indexes(cx, container);
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
    if !matches!(field.codec, Codec::Value | Codec::Serde | Codec::Mistaken) {
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

/// serde gives such functions all fields of the variant at once.
fn with_of_variant(cx: &Ctxt, variant: &Variant<'_>) {
    if let Some(span) = variant.with {
        cx.push(syn::Error::new(
            span,
            "odm takes `with` and its relatives on a variant that holds one value: put them on the fields, or hold \
             the fields in a type of their own",
        ));
    }
}

/// A tag stands among the fields, so none may have its name.
fn tags(cx: &Ctxt, container: &Container<'_>, tagging: &Tagging, variants: &[Variant<'_>]) {
    let names: &[&String] = match tagging {
        Tagging::External | Tagging::Untagged => &[],
        Tagging::Internal { tag } => &[tag],
        Tagging::Adjacent { tag, content } => &[tag, content],
    };
    for name in names {
        if let Some(problem) = problem_of_name(name) {
            let message = format!("the tag cannot be stored as {name:?}: the name {problem}");
            cx.error(&container.original.ident, message);
        }
    }
    let external = *tagging == Tagging::External;
    for variant in variants.iter().filter(|variant| external && !variant.untagged) {
        if let Some(problem) = problem_of_name(&variant.stored) {
            let message = format!("the variant cannot be stored as {:?}: the name {problem}", variant.stored);
            cx.error(&variant.original.ident, message);
        }
    }
    if let Tagging::Internal { tag } = tagging {
        for field in variants.iter().flat_map(|variant| variant.content.fields()) {
            if field.is_stored()
                && std::iter::once(&field.stored).chain(&field.aliases).any(|name| name == tag)
            {
                let name = member_name(&field.member);
                cx.error(
                    field.original,
                    format_args!("`{name}` is stored as `{tag}`, which is the tag: rename one"),
                );
            }
        }
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

/// Two variants under one name would be read as the first.
fn distinct_variants(cx: &Ctxt, variants: &[Variant<'_>]) {
    let mut seen: HashMap<&str, &Variant<'_>> = HashMap::new();
    for variant in variants.iter().filter(|variant| !variant.untagged) {
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

/// Every step leads to the next, the last one to the version that is written, and that has a name of its own.
fn versions(cx: &Ctxt, container: &Container<'_>) {
    let versions = &container.attrs.versions;
    let steps = versions.steps.get().map(Vec::as_slice).unwrap_or_default();
    for pair in steps.windows(2) {
        if pair[0].from.checked_add(1) != Some(pair[1].from) {
            let next = i64::from(pair[0].from) + 1;
            let message =
                format!("the step before leads to version {next}: this one has to go on from there");
            cx.push(syn::Error::new(pair[1].span, message));
        }
    }
    let Some(current) = versions.current.get() else {
        if let (Some(span), false, Some(last)) = (versions.steps.span(), versions.says_current, steps.last())
        {
            let to = i64::from(last.from) + 1;
            let message = format!("these steps lead to version {to}: say so, `schema_version = {to}`");
            cx.push(syn::Error::new(span, message));
        }
        return;
    };
    if let Some(last) = steps.last()
        && last.from.checked_add(1) != Some(current.number)
    {
        let (to, number) = (i64::from(last.from) + 1, current.number);
        let message = format!("the last step leads to version {to}, but documents are written with {number}");
        cx.push(syn::Error::new(current.span, message));
    }
    if matches!(container.data, Data::Enum(..)) {
        let message = "an enum has no version of its own: give one to the documents that its variants hold";
        cx.push(syn::Error::new(current.span, message));
        return;
    }
    let name = current.name();
    let span = current.name.as_ref().map_or(current.span, syn::LitStr::span);
    if let Some(problem) = problem_of_name(&name) {
        cx.push(syn::Error::new(
            span,
            format_args!("a version cannot be stored as {name:?}: the name {problem}"),
        ));
    } else if name == "_id" {
        cx.push(syn::Error::new(span, "`_id` is the identity: store the version under another name"));
        return;
    }
    for field in container.fields().iter().filter(|field| field.is_stored()) {
        if field.stored == name || field.aliases.contains(&name) {
            cx.push(syn::Error::new(
                field.stored_span,
                format_args!(
                    "`{name}` is the version of the document, which is no field: rename this field, or store the \
                     version under another name, `schema_version({}, name = \"..\")`",
                    current.number
                ),
            ));
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
    let ident = &container.original.ident;
    match &container.data {
        Data::Document(fields) => match ast::id(fields) {
            Some(field) => usable_id(cx, ident, field),
            None => no_id(cx, ident, ident),
        },
        Data::Enum(_, variants) => {
            for variant in variants {
                match &variant.content {
                    Content::Document(fields) => match ast::id(fields) {
                        Some(field) => usable_id(cx, ident, field),
                        None => no_id(cx, &variant.original.ident, ident),
                    },
                    // rustc asks the type that it holds.
                    Content::Newtype(_) => {}
                    Content::Unit | Content::Tuple(_) => no_id(cx, &variant.original.ident, ident),
                }
            }
        }
        _ => {}
    }
}

fn no_id(cx: &Ctxt, place: &syn::Ident, model: &syn::Ident) {
    cx.error(
        place,
        format_args!(
            "`{place}` has no id: add a field `id: odm::Id<{model}>`, or mark the field that is the identity \
             with `#[odm(id)]`"
        ),
    );
}

fn usable_id(cx: &Ctxt, ident: &syn::Ident, field: &Field<'_>) {
    if !matches!(field.codec, Codec::Value | Codec::Mistaken) {
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
