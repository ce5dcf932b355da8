//! Keys: a zero-sized type for each stored field, and the layer that lays one changed field over a row.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;

use super::{Scope, docs, scope::local};
use crate::ast::{Derive, Field, member_name};

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
        }
    }
}
