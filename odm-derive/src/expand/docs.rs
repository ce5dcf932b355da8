//! The doc comments on generated items.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::Scope;
use crate::ast::Field;

/// Returns the doc comment of an accessor: the user's own for the field, and its stored name.
pub(crate) fn accessor(field: &Field<'_>) -> TokenStream {
    let own: Vec<_> = field.docs().collect();
    let line = match field.flatten {
        None => format!(" Stored as `{}`.", field.stored),
        Some(_) => " Its fields are stored in this document.".to_owned(),
    };
    if own.is_empty() { quote!(#[doc = #line]) } else { quote!(#(#own)* #[doc = ""] #[doc = #line]) }
}

/// Returns the doc comment of a literal.
pub(crate) fn literal(scope: &Scope<'_>) -> TokenStream {
    let name = scope.ident.unraw();
    let first = format!(
        " Produces a [`{name}`] in a stage of a pipeline: one expression or accumulator for each field."
    );
    quote!(#[doc = #first])
}

/// Returns the doc comment of a field of a literal.
pub(crate) fn slot(field: &Field<'_>) -> TokenStream {
    let own: Vec<_> = field.docs().collect();
    let line = format!(" Stored as `{}`.", field.stored);
    if own.is_empty() { quote!(#[doc = #line]) } else { quote!(#(#own)* #[doc = ""] #[doc = #line]) }
}
