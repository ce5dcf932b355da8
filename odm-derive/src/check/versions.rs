//! Checks of the version of a document and of the steps that upgrade to it.

use super::problem_of_name;
use crate::{
    ast::{Container, Data},
    ctxt::Ctxt,
};

/// Checks that each step leads to the next one and the last step to the version that is written, and that the version
/// has a name of its own.
pub(super) fn versions(cx: &Ctxt, container: &Container<'_>) {
    let versions = &container.attrs.versions;
    let steps = versions.steps.get().map(Vec::as_slice).unwrap_or_default();
    for pair in steps.windows(2) {
        if pair[0].from.checked_add(1) != Some(pair[1].from) {
            let next = i64::from(pair[0].from) + 1;
            let message =
                format!("the step before leads to version {next}, so this step must start at version {next}");
            cx.push(syn::Error::new(pair[1].span, message));
        }
    }
    let Some(current) = versions.current.get() else {
        if let (Some(span), false, Some(last)) = (versions.steps.span(), versions.has_current, steps.last()) {
            let to = i64::from(last.from) + 1;
            let message = format!("these steps lead to version {to}: add `schema_version = {to}`");
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
        cx.push(syn::Error::new(
            span,
            "`_id` is the id of the document: store the version under another name",
        ));
        return;
    }
    if container.tag.as_ref().is_some_and(|(tag, _)| *tag == name) {
        let message = format!("`{name}` is the tag: store the version under another name");
        cx.push(syn::Error::new(span, message));
    }
    for field in container.fields().iter().filter(|field| field.is_stored()) {
        if field.stored == name || field.aliases.contains(&name) {
            cx.push(syn::Error::new(
                field.stored_span,
                format_args!(
                    "`{name}` is the version of the document, which is not a field: rename this field, or store the \
                     version under another name, `schema_version({}, name = \"..\")`",
                    current.number
                ),
            ));
        }
    }
}
