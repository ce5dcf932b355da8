//! Keys: a zero-sized type for each stored field, and the layer that lays one changed field over a row.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;

use super::{Scope, docs, scope::local};
use crate::{
    ast::{Derive, Field, member_name},
    attr::serde::Default,
};

/// `mod order { pub struct customer; .. }`
pub(crate) fn module(scope: &Scope<'_>) -> TokenStream {
    let keys = &scope.keys;
    let vis = match scope.container.derive {
        // Inside the constant, where nothing else sees it.
        Derive::Model => quote!(pub),
        _ => {
            let vis = scope.vis;
            quote!(#vis)
        }
    };
    let structs = scope.stored().map(|field| {
        let member = &field.member;
        quote!(pub struct #member;)
    });
    quote! {
        #[doc(hidden)]
        #[allow(
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, dead_code,
            missing_debug_implementations, non_camel_case_types, non_snake_case, unreachable_pub
        )]
        #vis mod #keys {
            #(#structs)*
        }
    }
}

/// `impl Key` for each key, and the layer it names.
pub(crate) fn layers(scope: &Scope<'_>) -> TokenStream {
    scope.stored().map(|field| layer(scope, field)).collect()
}

fn layer(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Member::Named(member) = &field.member else { return TokenStream::new() };
    let Scope { runtime, place, base, changed, .. } = scope;
    let (key, stored, docs) = (scope.key(field), &field.stored, docs::accessor(field));
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (rust, ty) = (field.ty, scope.path_type(field));
    let layer = scope.fresh(&format!("Over_{}", member_name(&field.member)));
    let (at, over) = (local("at"), local("base"));
    let aliases = (!field.aliases.is_empty()).then(|| {
        let aliases = &field.aliases;
        quote!(const ALIASES: &'static [&'static str] = &[#(#aliases),*];)
    });
    let default = default(scope, field);
    quote! {
        pub struct #layer<#place, #base, #changed>(#place, #base, ::core::marker::PhantomData<fn() -> #changed>);
        impl<#place: #runtime::At, #base, #changed: #runtime::Value> #layer<#place, #base, #changed> {
            #docs
            pub fn #member(&self) -> #place::Field<#changed, #key> {
                <#place as #runtime::At>::field::<#changed, #key>(&self.0)
            }
        }
        impl<#place, #base, #changed> ::core::ops::Deref for #layer<#place, #base, #changed> {
            type Target = #base;
            fn deref(&self) -> &#base {
                &self.1
            }
        }
        impl<#place, #base: #runtime::Based, #changed> #runtime::Based for #layer<#place, #base, #changed> {
            type Base = <#base as #runtime::Based>::Base;
            fn into_base(self) -> Self::Base {
                <#base as #runtime::Based>::into_base(self.1)
            }
        }
        impl #runtime::Key for #key {
            const NAME: &'static str = #stored;
            #aliases
            type Layer<#place: #runtime::At, #base, #changed: #runtime::Value> = #layer<#place, #base, #changed>;
            fn layer<#place: #runtime::At, #base, #changed: #runtime::Value>(
                #at: #place,
                #over: #base,
            ) -> #layer<#place, #base, #changed> {
                #layer(#at, #over, ::core::marker::PhantomData)
            }
        }
        impl #parameters #runtime::Has<#key> for #itself #bounds {
            type Rust = #rust;
            type Type = #ty;
            #default
        }
    }
}

/// What `Has` says of a field that may be missing.
fn default(scope: &Scope<'_>, field: &Field<'_>) -> Option<TokenStream> {
    let (runtime, member, key) = (&scope.runtime, &field.member, scope.key(field));
    let value = match (&field.default, &scope.container.default) {
        _ if scope.failed => return None,
        (Default::Path(path), _) => quote!(#path()),
        (Default::Trait, _) => quote!(::core::default::Default::default()),
        (Default::None, Default::Trait) => quote!(<Self as ::core::default::Default>::default().#member),
        (Default::None, Default::Path(path)) => quote!(#path().#member),
        (Default::None, Default::None) => return None,
    };
    let has = quote!(<Self as #runtime::Has<#key>>);
    Some(quote! {
        fn default() -> ::core::option::Option<#has::Type> {
            let value: #has::Rust = #value;
            ::core::option::Option::Some(<#has::Type as #runtime::Stores<#has::Rust>>::from_rust(value))
        }
    })
}
