//! Checks of the variants of an enum.

use std::collections::HashMap;

use quote::quote;

use super::problem_of_name;
use crate::{
    ast::{Container, Data, Field, Variant, member_name},
    attr::serde::Tagging,
    ctxt::Ctxt,
};

/// Refuses `with` on a variant without exactly one value: serde passes all fields of the variant to such functions.
pub(super) fn with_of_variant(cx: &Ctxt, variant: &Variant<'_>) {
    if let Some(span) = variant.with {
        cx.push(syn::Error::new(
            span,
            "odm supports `with`, `serialize_with` and `deserialize_with` only on a variant with one value: put \
             them on the fields, or move the fields to a type of their own",
        ));
    }
}

/// Checks that an ordered enum declares its variants in the order of their stored names, which the server compares:
/// the derived order in Rust is then the same.
pub(super) fn ordered(cx: &Ctxt, container: &Container<'_>) {
    let Some(span) = container.attrs.ordered.span() else { return };
    let Data::Units(variants) = &container.data else {
        let message =
            "`ordered` is only for an enum without data: another type has the order of the value inside";
        cx.push(syn::Error::new(span, message));
        return;
    };
    for (one, next) in variants.iter().zip(variants.iter().skip(1)) {
        if one.stored < next.stored {
            continue;
        }
        let message = format!(
            "`ordered` is the order of the stored names, in which `{}` comes before `{}`: declare `{}` before `{}`, \
             or rename them in their order, `#[serde(rename = \"1-{}\")]`",
            next.stored, one.stored, next.original.ident, one.original.ident, one.stored,
        );
        cx.error(&next.original.ident, message);
    }
}

/// Checks the names of the tag, the content and the variants, if they are names of elements.
pub(super) fn tags(cx: &Ctxt, container: &Container<'_>, tagging: &Tagging, variants: &[Variant<'_>]) {
    let names: &[&String] = match tagging {
        Tagging::External | Tagging::Untagged => &[],
        Tagging::Internal { tag } => &[tag],
        Tagging::Adjacent { tag, content } => &[tag, content],
    };
    for name in names {
        name_of_tag(cx, container, name);
    }
    let external = *tagging == Tagging::External;
    for variant in variants.iter().filter(|variant| external && !variant.untagged) {
        if let Some(problem) = problem_of_name(&variant.stored) {
            let message = format!("the variant cannot be stored as {:?}: the name {problem}", variant.stored);
            cx.error(&variant.original.ident, message);
        }
    }
    if let Tagging::Internal { tag } = tagging {
        for variant in variants {
            beside_tag(cx, tag, variant.content.fields());
        }
    }
}

/// Checks the tag of a struct, which is stored beside the fields.
pub(super) fn own_tag(cx: &Ctxt, container: &Container<'_>) {
    if let Some((tag, _)) = &container.tag {
        name_of_tag(cx, container, tag);
        beside_tag(cx, tag, container.fields());
    }
}

fn name_of_tag(cx: &Ctxt, container: &Container<'_>, name: &str) {
    if let Some(problem) = problem_of_name(name) {
        let message = format!("the tag cannot be stored as {name:?}: the name {problem}");
        cx.error(&container.original.ident, message);
    }
}

/// Refuses a field with the name of the tag, which is stored beside the fields.
fn beside_tag(cx: &Ctxt, tag: &str, fields: &[Field<'_>]) {
    for field in fields.iter().filter(|field| field.is_stored() && field.flatten.is_none()) {
        if std::iter::once(&field.stored).chain(&field.aliases).any(|name| name == tag) {
            let name = member_name(&field.member);
            cx.error(
                field.original,
                format_args!("`{name}` is stored as `{tag}`, which is the tag: rename one"),
            );
        }
    }
}

/// Refuses two variants with the same name: both would be read as the first.
pub(super) fn distinct_variants(cx: &Ctxt, variants: &[Variant<'_>]) {
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
