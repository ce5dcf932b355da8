//! Spans of generated code: where rustc reports its errors, and how its names are resolved.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::spanned::Spanned;

use crate::ast::{Codec, Field};

/// Returns a local variable that the user's paths cannot refer to. It starts with `__`, because a name in a pattern
/// refers to a constant or a unit struct of the user's with that name, even in generated code.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{}", name.trim_start_matches('_')), Span::mixed_site())
}

/// Returns the span of a field's type, for code that can only fail because of that type.
pub(crate) fn at_type(field: &Field<'_>) -> Span {
    Span::call_site().located_at(field.ty.span())
}

/// Returns a call of a function that the user specified, with the span of its name, so that rustc reports there that
/// it has another type.
pub(crate) fn called(function: &syn::ExprPath, arguments: &TokenStream) -> TokenStream {
    let at = Span::call_site().located_at(function.span());
    let call = respan(quote!((#arguments)), at);
    quote!(#function #call)
}

/// Returns the code, at the span of the field's type if the field is marked `binary` or `unit`. The encoding of such
/// a field is an associated type of the field's type. If the trait is not implemented, rustc reports it wherever the
/// code uses the type, but only once for each span.
pub(crate) fn about(field: &Field<'_>, code: TokenStream) -> TokenStream {
    match field.codec {
        Codec::Binary | Codec::Unit(_) => respan(code, at_type(field)),
        Codec::Value | Codec::Serde { .. } | Codec::With { .. } | Codec::Invalid => code,
    }
}

/// Returns the same tokens at another location. Their names are resolved as before.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let respan_one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            let mut respanned = proc_macro2::Group::new(group.delimiter(), respan(group.stream(), span));
            respanned.set_span(group.span().located_at(span));
            return TokenTree::Group(respanned);
        }
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.into_iter().map(respan_one).collect()
}
