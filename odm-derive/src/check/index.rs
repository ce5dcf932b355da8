//! Checks of indexes: keys and options that do not go together.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    ast::{Container, Data},
    attr::{
        index::{Index, Key, Kind},
        symbol::{self, AttributeName, AttributePosition, IndexAttribute, closest, enumerate},
    },
    ctxt::Ctxt,
};

/// Reports indexes that the server would refuse.
pub(super) fn indexes(cx: &Ctxt, container: &Container<'_>) {
    let mut seen = HashSet::new();
    let mut has_text = false;
    let of_fields = container.fields().iter().flat_map(|field| &field.attrs.indexes);
    for index in container.attrs.indexes.iter().chain(of_fields).filter(|index| !index.broken) {
        if index.keys.is_empty() {
            cx.push(syn::Error::new(index.span, "this index has options but no field"));
        }
        fields(cx, container, index);
        types(cx, index);
        ttl(cx, index);
        wildcard(cx, index);
        text(cx, index);
        other_options(cx, index);
        if index.key_of(Kind::Text).is_some() {
            if has_text {
                let message = "a collection has one text index: put all its fields into one";
                cx.push(syn::Error::new(index.span, message));
            }
            has_text = true;
        }
        if !index.keys.is_empty() && !seen.insert(identity(index)) {
            let message = "another index of this model has the same fields in the same order: keep one";
            cx.push(syn::Error::new(index.span, message));
        }
    }
}

/// Returns the properties by which the server distinguishes two indexes.
fn identity(index: &Index) -> String {
    let keys: Vec<String> =
        index.keys.iter().map(|key| format!("{}:{}", key.dotted(), key.kind.text())).collect();
    let tokens = |tokens: Option<TokenStream>| tokens.map(|tokens| tokens.to_string()).unwrap_or_default();
    let partial = tokens(index.partial.get().map(ToTokens::to_token_stream));
    let collation = index.collation.get().map(|collation| format!("{collation:?}")).unwrap_or_default();
    let listed = |fields: Option<&Vec<Key>>| {
        fields.into_iter().flatten().map(Key::dotted).collect::<Vec<_>>().join(",")
    };
    format!(
        "{} {} {} {partial} {collation} {} {}",
        keys.join(","),
        index.unique.get().is_some(),
        index.sparse.get().is_some(),
        listed(index.include.get()),
        listed(index.exclude.get()),
    )
}

fn fields(cx: &Ctxt, container: &Container<'_>, index: &Index) {
    let mut seen: Vec<String> = Vec::new();
    for key in &index.keys {
        begins_with_a_field(cx, container, key);
        let dotted = key.dotted();
        if seen.contains(&dotted) {
            if key.path.is_empty() {
                cx.push(syn::Error::new(key.span, "every field occurs in this index twice"));
            } else {
                let path = key.path.iter().map(|step| &step.name);
                cx.error(quote!(#(#path).*), format_args!("`{dotted}` occurs in this index twice"));
            }
        }
        seen.push(dotted);
    }
    let listed = index.weights.get().into_iter().flatten().map(|(key, _)| key);
    let listed = listed.chain(index.include.get().into_iter().flatten());
    for key in listed.chain(index.exclude.get().into_iter().flatten()) {
        begins_with_a_field(cx, container, key);
    }
}

/// Refuses an index key that is not a field: it may be a misspelled option. rustc checks the names below the field.
fn begins_with_a_field(cx: &Ctxt, container: &Container<'_>, key: &Key) {
    let (Some(names), [first, below @ ..]) = (not_begun_by(container, key), &key.path[..]) else { return };
    let first = &first.name;
    let may_be_option = below.is_empty() && key.kind == Kind::Ascending;
    if below.is_empty()
        && let Some(option) = IndexAttribute::parse_at(AttributePosition::Index, first)
    {
        cx.push(symbol::malformed(first, option.form()));
        return;
    }
    if below.is_empty()
        && let Some(error) = symbol::refused(AttributePosition::Index, first)
    {
        cx.push(error);
        return;
    }
    let options = if may_be_option { IndexAttribute::texts(AttributePosition::Index) } else { Vec::new() };
    let nor = if options.is_empty() {
        String::new()
    } else {
        format!(", nor an option of an index: {}", enumerate(&options))
    };
    no_field(cx, container, first, &names, &nor, &options);
}

/// Returns the names of the fields if the key begins with none of them.
pub(super) fn not_begun_by(container: &Container<'_>, key: &Key) -> Option<Vec<String>> {
    let (Data::Document(fields), [first, ..]) = (&container.data, &key.path[..]) else { return None };
    let stored = fields.iter().filter(|field| field.is_stored());
    let names: Vec<String> = stored.map(|field| field.member.to_token_stream().to_string()).collect();
    (!names.iter().any(|name| first.name == name)).then_some(names)
}

/// Reports a name that is not a field, and what is similar to it.
pub(super) fn no_field(
    cx: &Ctxt,
    container: &Container<'_>,
    first: &Ident,
    names: &[String],
    nor: &str,
    options: &[&str],
) {
    let candidates: Vec<&str> = names.iter().map(String::as_str).chain(options.iter().copied()).collect();
    let meant = closest(&first.to_string(), &candidates);
    let meant = meant.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
    let model = &container.original.ident;
    cx.error(first, format_args!("`{first}` is not a field of `{model}`{nor}{meant}"));
}

/// Types of keys that do not go together.
fn types(cx: &Ctxt, index: &Index) {
    let refuse = |key: &Key, message: &str| cx.push(syn::Error::new(key.span, message));
    let special =
        |key: &&Key| matches!(key.kind, Kind::Text | Kind::Geo2dSphere | Kind::Geo2d | Kind::Hashed);
    let mut first: Option<&Key> = None;
    for key in index.keys.iter().filter(special) {
        match first {
            Some(other) if other.kind != key.kind => {
                let (one, other) = (other.kind.text(), key.kind.text());
                refuse(key, &format!("an index has keys of one special type, not `{one}` and `{other}`"));
            }
            Some(_) if matches!(key.kind, Kind::Hashed | Kind::Geo2d) => {
                refuse(key, &format!("an index has at most one `{}` key", key.kind.text()));
            }
            _ => first = Some(key),
        }
    }
    if let Some((position, key)) = index.keys.iter().enumerate().find(|(_, key)| key.kind == Kind::Geo2d)
        && position > 0
    {
        refuse(key, "a `2d` key is the first of its index");
    }
    let is_text = |key: &Key| key.kind == Kind::Text;
    if let (Some(from), Some(to)) =
        (index.keys.iter().position(is_text), index.keys.iter().rposition(is_text))
        && let Some(between) = index.keys[from..=to].iter().find(|key| !is_text(key))
    {
        refuse(between, "the text keys of an index follow each other: put this key before or after them");
    }
    if let (Some(key), 2..) = (index.key_of(Kind::Wildcard), index.keys.len()) {
        refuse(key, "a wildcard index has no other keys");
    }
    if let (Some(_), Some(span)) = (index.key_of(Kind::Hashed), index.unique.span()) {
        cx.push(syn::Error::new(span, "a hashed index cannot be unique: declare another index for that"));
    }
}

fn ttl(cx: &Ctxt, index: &Index) {
    let Some(span) = index.ttl.span() else { return };
    if index.keys.len() > 1 {
        cx.push(syn::Error::new(span, "a TTL index has exactly one field"));
    } else if index.keys.iter().any(|key| !key.kind.is_ordered()) {
        cx.push(syn::Error::new(span, "a TTL index is ascending or descending"));
    }
}

fn wildcard(cx: &Ctxt, index: &Index) {
    let lists = [index.include.span(), index.exclude.span()];
    let Some(key) = index.key_of(Kind::Wildcard) else {
        for span in lists.into_iter().flatten() {
            cx.push(syn::Error::new(
                span,
                "only an index with `every_field = \"wildcard\"` includes or excludes fields",
            ));
        }
        return;
    };
    if let (Some(span), false) = (lists.into_iter().flatten().next(), key.path.is_empty()) {
        let message =
            "this wildcard index is already restricted to one field: write `every_field = \"wildcard\"`";
        cx.push(syn::Error::new(span, message));
    }
    if let [Some(_), Some(span)] = lists {
        cx.push(syn::Error::new(span, "a wildcard index includes fields or excludes fields, not both"));
    }
    for span in [index.unique.span(), index.sparse.span()].into_iter().flatten() {
        cx.push(syn::Error::new(span, "a wildcard index cannot be unique or sparse"));
    }
}

fn text(cx: &Ctxt, index: &Index) {
    if index.key_of(Kind::Text).is_none() {
        let spans = [index.weights.span(), index.default_language.span(), index.language_override.span()];
        for span in spans.into_iter().flatten() {
            cx.push(syn::Error::new(span, "this is an option of a text index: write `title = \"text\"`"));
        }
        return;
    }
    let is_key = |weighted: &Key| {
        let mut keys = index.keys.iter().filter(|key| key.kind == Kind::Text);
        keys.any(|key| key.path.is_empty() || key.dotted() == weighted.dotted())
    };
    for (key, _) in index.weights.get().into_iter().flatten().filter(|(key, _)| !is_key(key)) {
        cx.push(syn::Error::new(key.span, "a weight is that of a text key of the same index"));
    }
}

fn other_options(cx: &Ctxt, index: &Index) {
    if let (Some(span), None) = (index.bounds.span(), index.key_of(Kind::Geo2d)) {
        cx.push(syn::Error::new(span, "this is an option of a `2d` index: write `spot = \"2d\"`"));
    }
    if let (Some(_), Some(span)) = (index.partial.get(), index.sparse.span()) {
        let message = "a partial index cannot be sparse: put `.exists(true)` into its filter";
        cx.push(syn::Error::new(span, message));
    }
    if let (Some(collation), Some(span)) = (index.collation.get(), index.collation.span())
        && collation.locale.value() != "simple"
        && let Some(key) = index.key_of(Kind::Text).or_else(|| index.key_of(Kind::Geo2d))
    {
        cx.push(syn::Error::new(span, format_args!("a `{}` index has no collation", key.kind.text())));
    }
}
