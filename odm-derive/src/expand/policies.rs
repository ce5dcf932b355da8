//! The policies of a model: `Model::POLICIES`, and the traits of the models that have one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{
    Scope,
    span::{at_type, respan},
};
use crate::{ast::Field, attr::field::Policy};

/// Returns the constant with the names of the fields, or nothing for a model without policies.
pub(super) fn constant(scope: &Scope<'_>) -> TokenStream {
    let runtime = &scope.runtime;
    let fields: Vec<_> = marked(scope).collect();
    if fields.is_empty() {
        return TokenStream::new();
    }
    let fields = fields.into_iter().map(|(policy, field)| {
        let (ty, name) = (field.ty, &field.stored);
        let method = match policy {
            Policy::CreatedAt => "with_created_at",
            Policy::UpdatedAt => "with_updated_at",
            Policy::Version => "with_version",
            Policy::DeletedAt => "with_deleted_at",
            Policy::Tenant => "with_tenant",
        };
        let method = Ident::new(method, Span::call_site());
        // The type has the wrong type: rustc reports it there.
        let call = respan(quote!(.#method::<#ty>), at_type(field));
        quote!(#call (#name))
    });
    quote! {
        const POLICIES: &'static #runtime::PolicyFields = &#runtime::PolicyFields::NONE #(#fields)*;
    }
}

/// Returns the implementations of the traits that methods of a collection require.
pub(super) fn traits(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let traits = marked(scope).map(|(policy, field)| {
        let ty = field.ty;
        match policy {
            Policy::DeletedAt => quote! {
                #[automatically_derived]
                impl #parameters #runtime::SoftDelete for #itself #bounds {}
            },
            Policy::Tenant => quote! {
                #[automatically_derived]
                impl #parameters #runtime::Tenanted for #itself #bounds {
                    type Tenant = #ty;
                }
            },
            Policy::CreatedAt | Policy::UpdatedAt | Policy::Version => TokenStream::new(),
        }
    });
    quote!(#(#traits)*)
}

fn marked<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = (Policy, &'s Field<'s>)> {
    let fields = if scope.failed { &[] } else { scope.container.fields() };
    fields.iter().filter_map(|field| Some((field.attrs.policies.first()?.0, field)))
}
