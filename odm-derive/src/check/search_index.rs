//! Checks of search indexes: fields and options that do not go together.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::quote;

use super::index::{no_field, not_begun_by};
use crate::{
    ast::Container,
    attr::search_index::{SearchField, SearchIndex, SearchKind},
    ctxt::Ctxt,
};

/// Reports search indexes that the server would refuse.
pub(super) fn search_indexes(cx: &Ctxt, container: &Container<'_>) {
    let mut names = HashSet::new();
    let is_time_series = container.attrs.options.time_series.get().is_some();
    for index in container.attrs.search_indexes.iter().filter(|index| !index.broken) {
        let span = index.name.span().unwrap_or(index.span);
        if !names.insert(index.name()) {
            let name = index.name();
            let message = format!(
                "another search index of this model has the name `{name}`: give this one another `name`"
            );
            cx.push(syn::Error::new(span, message));
        }
        if is_time_series {
            push(cx, index.span, "a time series has no search index");
        }
        has_fields(cx, index);
        fields(cx, container, index);
    }
}

fn push(cx: &Ctxt, span: Span, message: &str) {
    cx.push(syn::Error::new(span, message));
}

fn has_fields(cx: &Ctxt, index: &SearchIndex) {
    let is_vector = |field: &SearchField| matches!(field.kind, SearchKind::Vector { .. });
    if index.is_vector && !index.fields.iter().any(is_vector) {
        let message = "this vector search index has no vector: write \
                       `vector(embedding, num_dimensions = 1536, similarity = \"cosine\")`";
        push(cx, index.span, message);
    } else if !index.is_vector && index.fields.is_empty() && index.dynamic.get().is_none() {
        push(
            cx,
            index.span,
            "this search index has no field: write `field(title)`, or `dynamic` for all fields",
        );
    }
}

fn fields(cx: &Ctxt, container: &Container<'_>, index: &SearchIndex) {
    let mut seen = HashSet::new();
    for field in &index.fields {
        if let (Some(names), Some(first)) = (not_begun_by(container, &field.key), field.key.path.first()) {
            no_field(cx, container, &first.name, &names, "", &[]);
        }
        let mut as_type = "";
        if let SearchKind::Field { field_type, analyzer, search_analyzer } = &field.kind {
            as_type = field_type.map_or("", |field_type| field_type.variant);
            if let (Some(field_type), Some(span)) = (field_type, analyzer.span().or(search_analyzer.span()))
                && !field_type.has_words()
            {
                let message =
                    "an analyzer divides a string into words: the type is `string` or `autocomplete`";
                push(cx, span, message);
            }
        }
        let dotted = field.key.dotted();
        if !seen.insert((dotted.clone(), as_type)) {
            let path = field.key.path.iter().map(|step| &step.name);
            cx.error(quote!(#(#path).*), format_args!("`{dotted}` occurs in this index twice"));
        }
    }
}
