//! The fields struct: one accessor for each stored field, laid over a base.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;

use super::{Scope, docs};
use crate::ast::Field;

/// `struct OrderFields<A, B>`, its accessors, `Deref` and `Based`.
pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, place, base, fields, .. } = scope;
    let both = [quote!(#place), quote!(#base)];
    let (declared, arguments) = (scope.declared(&both), scope.arguments(&both));
    let parameters = scope.parameters(&[quote!(#place: #runtime::At), quote!(#base)]);
    let bounds = scope.bounds(&[]);
    let based = scope.declared(&[quote!(#place), quote!(#base: #runtime::Based)]);
    let types = if scope.is_generic() {
        let types = scope.type_parameters();
        quote!(types: #types,)
    } else {
        TokenStream::new()
    };
    let accessors = scope.stored().map(|field| accessor(scope, field));
    quote! {
        pub struct #fields #declared {
            at: #place,
            base: #base,
            #types
        }
        impl #parameters #fields #arguments #bounds {
            #(#accessors)*
        }
        impl #declared ::core::ops::Deref for #fields #arguments {
            type Target = #base;
            fn deref(&self) -> &#base {
                &self.base
            }
        }
        impl #based #runtime::Based for #fields #arguments {
            type Base = <#base as #runtime::Based>::Base;
            fn into_base(self) -> Self::Base {
                <#base as #runtime::Based>::into_base(self.base)
            }
        }
    }
}

fn accessor(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Member::Named(member) = &field.member else { return TokenStream::new() };
    let Scope { runtime, place, .. } = scope;
    let (key, itself, docs) = (scope.key(field), scope.itself(), docs::accessor(field));
    quote! {
        #docs
        pub fn #member(&self) -> <#itself as #runtime::Accessed<#place, #key>>::Field
        where
            #itself: #runtime::Accessed<#place, #key>,
        {
            <#itself as #runtime::Accessed<#place, #key>>::access(&self.at)
        }
    }
}
