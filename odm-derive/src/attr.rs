//! The attributes `#[odm(..)]` and `#[serde(..)]`, parsed into values.
//!
//! An *attribute* is an entry of `#[odm(..)]`: `name`, `name = ..` or `name(..)`. The entries of `index(..)`,
//! `validator(..)` and similar lists are parsed in the same way. If an attribute is wrong, the error is added to the
//! [`Ctxt`] and parsing continues with the next attribute, so that all errors are reported at once.

pub(crate) mod collection;
pub(crate) mod container;
pub(crate) mod duration;
pub(crate) mod field;
pub(crate) mod index;
pub(crate) mod rule;
pub(crate) mod search_index;
pub(crate) mod serde;
pub(crate) mod symbol;
pub(crate) mod validator;
pub(crate) mod variant;
pub(crate) mod version;

use proc_macro2::{Span, TokenTree};
use syn::{Attribute, Ident, LitStr, Token, ext::IdentExt, parenthesized, parse::ParseStream, token};

use crate::ctxt::Ctxt;

/// Calls `each` for every attribute in every `#[odm(..)]`. `each` parses what follows the name of the attribute.
pub(crate) fn odm_attributes(
    cx: &Ctxt,
    attributes: &[Attribute],
    mut each: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("odm")) {
        let read = attribute.parse_args_with(|input: ParseStream<'_>| {
            names(cx, input, &mut each);
            Ok(())
        });
        if let Err(error) = read {
            cx.push(error);
        }
    }
}

/// Calls `each` for every attribute in a comma-separated list. After an error, continues after the next comma.
pub(crate) fn names(
    cx: &Ctxt,
    input: ParseStream<'_>,
    each: &mut dyn FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    while !input.is_empty() {
        let attribute = Ident::parse_any(input).map_err(|error| {
            syn::Error::new(error.span(), "expected an attribute: `name`, `name = ..` or `name(..)`")
        });
        let read = attribute.and_then(|attribute| each(&attribute, input)).and_then(|()| {
            if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(input.error("expected `,`")) }
        });
        if let Err(error) = read {
            cx.push(error);
        }
        while !input.is_empty() && input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_none()) {
            drop(input.parse::<TokenTree>());
        }
    }
}

/// Parses the list in parentheses after the name of an attribute: `name(..)`.
pub(crate) fn list(
    cx: &Ctxt,
    attribute: &Ident,
    input: ParseStream<'_>,
    form: &str,
    mut each: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    if !input.peek(token::Paren) {
        return Err(symbol::malformed(attribute, form));
    }
    let content;
    parenthesized!(content in input);
    if content.is_empty() {
        return Err(symbol::malformed(attribute, form));
    }
    names(cx, &content, &mut each);
    Ok(())
}

/// Parses the string after the name of an attribute: `name = ".."`.
pub(crate) fn text(attribute: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<LitStr> {
    if !input.peek(Token![=]) {
        return Err(symbol::malformed(attribute, form));
    }
    input.parse::<Token![=]>()?;
    input.parse().map_err(|error| syn::Error::new(error.span(), symbol::correct(form)))
}

/// Parses what follows `name =`.
pub(crate) fn value<T: syn::parse::Parse>(
    attribute: &Ident,
    input: ParseStream<'_>,
    form: &str,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        return Err(symbol::malformed(attribute, form));
    }
    input.parse::<Token![=]>()?;
    input.parse().map_err(|error| syn::Error::new(error.span(), symbol::correct(form)))
}

/// Returns an error if something follows the name of the attribute, which is a flag.
pub(crate) fn flag(attribute: &Ident, input: ParseStream<'_>, form: &str) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(symbol::malformed(attribute, form)) }
}

/// A value that may be specified once.
#[derive(Debug, Clone)]
pub(crate) struct Once<T>(Option<(T, Span)>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Once<T> {
    /// Stores the value. Returns an error at the attribute if there is a value already.
    pub(crate) fn set(&mut self, attribute: &Ident, value: T) -> syn::Result<()> {
        if self.0.is_some() {
            return Err(syn::Error::new(attribute.span(), format_args!("`{attribute}` is given twice")));
        }
        self.0 = Some((value, attribute.span()));
        Ok(())
    }

    /// Returns the value.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(value, _)| value)
    }

    /// Returns the span of the attribute.
    pub(crate) fn span(&self) -> Option<Span> {
        self.0.as_ref().map(|(_, span)| *span)
    }
}
