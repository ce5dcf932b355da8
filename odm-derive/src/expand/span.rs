//! Where generated code stands: the place at which rustc tells of it, and what its names mean there.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::spanned::Spanned;

use crate::ast::{Codec, Field};

/// A local variable that the user's paths cannot mean; behind `__`, for a constant or a unit struct of the user's takes
/// the place of a variable of its name in a pattern, wherever the pattern was written.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{}", name.trim_start_matches('_')), Span::mixed_site())
}

/// Where the type of a field stands, for code whose only possible mistake is that type.
pub(crate) fn at_type(field: &Field<'_>) -> Span {
    Span::call_site().located_at(field.ty.span())
}

/// A call of a function that the user named, where the name stands: so rustc says there that it has another type.
pub(crate) fn called(function: &syn::ExprPath, arguments: &TokenStream) -> TokenStream {
    let at = Span::call_site().located_at(function.span());
    let call = respan(quote!((#arguments)), at);
    quote!(#function #call)
}

/// Code about a field. The type of an encoded field is an answer of its own type's; where there is none, rustc says so
/// wherever the code asks for it, and once for each place.
pub(crate) fn about(field: &Field<'_>, code: TokenStream) -> TokenStream {
    match field.codec {
        Codec::Binary | Codec::Unit(_) => respan(code, at_type(field)),
        Codec::Value | Codec::Serde { .. } | Codec::With { .. } | Codec::Mistaken => code,
    }
}

/// The same tokens at another place; what their names mean stays.
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
