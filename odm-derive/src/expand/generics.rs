//! The generic parameters of an expansion: declarations, arguments and bounds.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, ext::IdentExt};

use super::{Scope, inferred_bounds::InferredBounds, names::collect};
use crate::{
    ast::{Codec, Content, Data, Field},
    attr::serde::Tagging,
};

impl<'a> Scope<'a> {
    /// Returns whether the item has type or constant parameters.
    pub(crate) fn is_generic(&self) -> bool {
        !self.container.original.generics.params.is_empty()
    }

    /// Returns `<T: Bound, const N: usize, extra..>` for an impl.
    pub(crate) fn parameters(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Type(parameter) => {
                let (ident, bounds) = (&parameter.ident, &parameter.bounds);
                quote!(#ident: #bounds)
            }
            GenericParam::Const(parameter) => {
                let (ident, ty) = (&parameter.ident, &parameter.ty);
                quote!(const #ident: #ty)
            }
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// Returns `<T, const N: usize, extra..>` for a generated struct, without bounds.
    pub(crate) fn declared(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => {
                let (ident, ty) = (&parameter.ident, &parameter.ty);
                quote!(const #ident: #ty)
            }
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// Returns `<T, N, extra..>` after a name.
    pub(crate) fn arguments(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// Returns the user's bounds, the bounds that the fields need, and `extra`.
    pub(crate) fn bounds(&self, extra: &[TokenStream]) -> TokenStream {
        let runtime = &self.runtime;
        let generics = &self.container.original.generics;
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let bounds = InferredBounds::of(self.container);
        let values = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            if bounds.parameters.contains(ident) {
                quote!(#ident: #runtime::Value)
            } else {
                quote!(#ident: 'static)
            }
        });
        let values = values.chain(bounds.projections.iter().map(|ty| quote!(#ty: #runtime::Value)));
        let values = values.chain(
            bounds
                .serde
                .iter()
                .map(|ty| quote!(#runtime::Encoded<#runtime::Serde, #ty>: #runtime::Stores<#ty>)),
        );
        let all: Vec<_> =
            own.chain(values).chain(self.flattened_bounds()).chain(extra.iter().cloned()).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
    }

    /// Returns the bounds of an identity with this key. They are fewer than those of the document if the key contains
    /// no parameter: `Id<Page<T>>` is the type of a field, so the struct itself would need all other bounds too.
    pub(crate) fn key_bounds(&self, key: &TokenStream) -> TokenStream {
        let generics = &self.container.original.generics;
        let mut names = HashSet::new();
        collect(key.clone(), &mut names);
        if generics.type_params().any(|one| names.contains(&one.ident.unraw().to_string())) {
            return self.bounds(&[]);
        }
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let lasting = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            quote!(#ident: 'static)
        });
        let all: Vec<_> = own.chain(lasting).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
    }

    /// Returns `T: Flatten` for each flattened field whose type contains a type parameter.
    fn flattened_bounds(&self) -> impl Iterator<Item = TokenStream> {
        let (runtime, container) = (&self.runtime, self.container);
        let beside_tag = matches!(&container.data, Data::Enum(Tagging::Internal { .. }, _));
        let held = container.variants().iter().filter(move |variant| beside_tag && !variant.untagged);
        let held = held.filter_map(|variant| match &variant.content {
            Content::Newtype(field) => Some(&**field),
            _ => None,
        });
        let flattened = container.all_fields().filter(|field| field.flatten.is_some());
        flattened.chain(held).filter(|field| self.has_type_parameter(field)).map(move |field| {
            let ty = field.ty;
            quote!(#ty: #runtime::Flatten)
        })
    }

    fn has_type_parameter(&self, field: &Field<'_>) -> bool {
        let mut names = HashSet::new();
        collect(field.ty.to_token_stream(), &mut names);
        let mut parameters = self.container.original.generics.type_params();
        matches!(field.codec, Codec::Value)
            && parameters.any(|one| names.contains(&one.ident.unraw().to_string()))
    }

    /// Returns the type of a field that uses the type parameters of a generated struct.
    pub(crate) fn type_parameters(&self) -> TokenStream {
        let idents = self.container.original.generics.type_params().map(|parameter| &parameter.ident);
        quote!(::core::marker::PhantomData<fn() -> (#(#idents,)*)>)
    }

    /// Returns the type itself, with its arguments.
    pub(crate) fn itself(&self) -> TokenStream {
        let ident = self.ident;
        let lifetimes: Vec<_> = self.container.original.generics.lifetimes().collect();
        if lifetimes.is_empty() {
            let arguments = self.arguments(&[]);
            return quote!(#ident #arguments);
        }
        // Lifetimes are refused. The placeholder is for `'static`, the only lifetime that a `Value` may have.
        let arguments = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => quote!('static),
        });
        let arguments = angle(lifetimes.iter().map(|_| quote!('static)).chain(arguments));
        quote!(#ident #arguments)
    }

    /// Returns a bound for the placeholder of a model with lifetimes. The placeholder is for `'static`, so a field
    /// `Id<Self>` does not fit. The bound contains a reported error, because rustc reports no other error about code
    /// that depends on a type with such an error.
    pub(crate) fn error_bound(&self) -> Option<TokenStream> {
        let Self { runtime, mistake, .. } = self;
        self.container.original.generics.lifetimes().next()?;
        Some(quote!([(); #mistake]: #runtime::Keyed))
    }

    /// Returns the parameters without lifetimes, which are refused.
    fn own_parameters(&self) -> impl Iterator<Item = &'a GenericParam> {
        let generics = &self.container.original.generics;
        generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
    }
}

fn angle(parameters: impl Iterator<Item = TokenStream>) -> TokenStream {
    let parameters: Vec<_> = parameters.collect();
    if parameters.is_empty() { TokenStream::new() } else { quote!(<#(#parameters),*>) }
}
