//! `Versioned`: the version of a document, and the steps that upgrade older documents.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ext::IdentExt, spanned::Spanned};

use super::{
    Scope,
    span::{local, respan},
};
use crate::{
    ast::Field,
    attr::version::{Current, Step},
};

/// Returns the body of `decode`. `current` is the code that reads a document of the current version.
pub(crate) fn decode(scope: &Scope<'_>, current: TokenStream) -> TokenStream {
    let (runtime, raw) = (&scope.runtime, local("__raw"));
    if is_versioned(scope) { quote!(#runtime::decode_versioned::<Self>(#raw)) } else { current }
}

/// Returns `Doc::VERSION`, if the document has a version.
pub(crate) fn version(scope: &Scope<'_>) -> TokenStream {
    if !is_versioned(scope) {
        return TokenStream::new();
    }
    let runtime = &scope.runtime;
    quote! {
        const VERSION: ::core::option::Option<#runtime::SchemaVersion> =
            ::core::option::Option::Some(<Self as #runtime::Versioned>::SCHEMA);
    }
}

/// Returns `impl Versioned`, if the document has a version.
pub(crate) fn expand(scope: &Scope<'_>, current: &TokenStream) -> TokenStream {
    let Some(version) = scope.container.attrs.versions.current.get() else { return TokenStream::new() };
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (of, name, number) = (scope.ident.unraw().to_string(), version.name(), version.number);
    let steps = scope.container.attrs.versions.steps.get().filter(|_| !scope.failed);
    let steps = steps.into_iter().flatten().map(|one| step(scope, one));
    let raw = local("__raw");
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Versioned for #itself #bounds {
            const SCHEMA: #runtime::SchemaVersion = #runtime::SchemaVersion::new(#of, #name, #number, &[#(#steps),*]);
            fn decode_current(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                #current
            }
        }
    }
}

/// Returns one step. rustc reports a function with a wrong signature at its name.
fn step(scope: &Scope<'_>, step: &Step) -> TokenStream {
    let function = &step.function;
    let span = Span::call_site().located_at(function.span());
    let runtime = respan(scope.runtime.to_token_stream(), span);
    let document = respan(local("document").to_token_stream(), span);
    let call = quote_spanned!(span=> #function(#document));
    quote_spanned!(span=> |#document| #runtime::Outcome::outcome(#call))
}

/// Returns the calls for the fields, with the call for the version inserted: first, or after an `_id` that is first.
pub(crate) fn insert_version(
    scope: &Scope<'_>,
    fields: &[&Field<'_>],
    mut calls: Vec<TokenStream>,
    version: TokenStream,
) -> Vec<TokenStream> {
    if is_versioned(scope) {
        let behind_id = fields.first().is_some_and(|field| field.stored == "_id");
        calls.insert(usize::from(behind_id), version);
    }
    calls
}

/// Returns the name of the version as a pattern, for the match arm that skips it.
pub(crate) fn name(scope: &Scope<'_>) -> Option<Literal> {
    element(scope).map(|name| Literal::byte_string(name.as_bytes()))
}

/// Returns the name of the element that stores the version.
pub(crate) fn element(scope: &Scope<'_>) -> Option<String> {
    scope.container.attrs.versions.current.get().map(Current::name)
}

/// Returns whether the document has a version.
pub(crate) fn is_versioned(scope: &Scope<'_>) -> bool {
    element(scope).is_some()
}
