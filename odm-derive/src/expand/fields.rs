//! The fields struct: one accessor for each stored field. It dereferences to its base, which has the operators.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Member;

use super::{Scope, docs};
use crate::ast::Field;

/// Returns `struct OrderFields<A, B>`, its accessors, `Deref` and `IntoBase`.
pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let accessors: Vec<_> = scope.stored().map(|field| accessor(scope, field)).collect();
    structure(scope, &scope.fields, &accessors)
}

/// Returns the fields struct `name` with these accessors, its `Deref` and `IntoBase`.
pub(crate) fn structure(scope: &Scope<'_>, name: &Ident, accessors: &[TokenStream]) -> TokenStream {
    let Scope { runtime, context, base, .. } = scope;
    let both = [quote!(#context), quote!(#base)];
    let (declared, arguments) = (scope.declared(&both), scope.arguments(&both));
    let parameters = scope.parameters(&[quote!(#context: #runtime::Context), quote!(#base)]);
    let bounds = scope.bounds(&[]);
    let based = scope.declared(&[quote!(#context), quote!(#base: #runtime::IntoBase)]);
    let types = if scope.is_generic() {
        let types = scope.type_parameters();
        quote!(types: #types,)
    } else {
        TokenStream::new()
    };
    quote! {
        pub struct #name #declared {
            at: #context,
            base: #base,
            #types
        }
        impl #parameters #name #arguments #bounds {
            #(#accessors)*
        }
        impl #declared ::core::ops::Deref for #name #arguments {
            type Target = #base;
            fn deref(&self) -> &#base {
                &self.base
            }
        }
        impl #based #runtime::IntoBase for #name #arguments {
            type Base = <#base as #runtime::IntoBase>::Base;
            fn into_base(self) -> Self::Base {
                <#base as #runtime::IntoBase>::into_base(self.base)
            }
        }
    }
}

/// Returns the accessor of one field.
pub(crate) fn accessor(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Member::Named(member) = &field.member else { return TokenStream::new() };
    let Scope { runtime, context, .. } = scope;
    let (key, owner, docs) = (scope.key(field), scope.owner(field), docs::accessor(field));
    if field.flatten.is_some() {
        return quote! {
            #docs
            pub fn #member(&self) -> <#owner as #runtime::FlattenedAccess<#context, #key>>::Flattened
            where
                #owner: #runtime::FlattenedAccess<#context, #key>,
            {
                <#owner as #runtime::FlattenedAccess<#context, #key>>::flattened_access(&self.at)
            }
        };
    }
    quote! {
        #docs
        pub fn #member(&self) -> <#owner as #runtime::FieldAccess<#context, #key>>::Field
        where
            #owner: #runtime::FieldAccess<#context, #key>,
        {
            <#owner as #runtime::FieldAccess<#context, #key>>::access(&self.at)
        }
    }
}
