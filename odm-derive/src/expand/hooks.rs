//! The hooks of a model: `Model::HOOKS`, and `HasHooks`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::Scope;

/// Returns the constant with the table of the hooks, or nothing for a model without them.
pub(super) fn constant(scope: &Scope<'_>) -> TokenStream {
    let runtime = &scope.runtime;
    let Some(attribute) = scope.container.attrs.hooks.get().filter(|_| !scope.failed) else {
        return TokenStream::new();
    };
    // The model has no hooks: rustc reports it at the attribute.
    let table = quote_spanned!(attribute.span()=> #runtime::hook_table::<Self>());
    quote! {
        const HOOKS: ::core::option::Option<#runtime::HookTable> = ::core::option::Option::Some(#table);
    }
}

/// Returns the implementation of the trait that `Hooks` requires.
pub(super) fn marker(scope: &Scope<'_>) -> TokenStream {
    if scope.failed || scope.container.attrs.hooks.get().is_none() {
        return TokenStream::new();
    }
    let runtime = &scope.runtime;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::HasHooks for #itself #bounds {}
    }
}
