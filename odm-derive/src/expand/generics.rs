//! The parameters of an expansion: how they are declared, named and bound.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{GenericParam, ext::IdentExt};

use super::{Scope, names::collect, needs::Needs};
use crate::{
    ast::{Codec, Content, Data, Field},
    attr::serde::Tagging,
};

impl<'a> Scope<'a> {
    /// Whether the item has type or constant parameters.
    pub(crate) fn is_generic(&self) -> bool {
        !self.container.original.generics.params.is_empty()
    }

    /// `<T: Bound, const N: usize, extra..>` for an impl.
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

    /// `<T, const N: usize, extra..>` for a struct of ours, without bounds.
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

    /// `<T, N, extra..>` behind a name.
    pub(crate) fn arguments(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// The user's bounds, what the fields need of the type parameters, and `extra`.
    pub(crate) fn bounds(&self, extra: &[TokenStream]) -> TokenStream {
        let runtime = &self.runtime;
        let generics = &self.container.original.generics;
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let needs = Needs::of(self.container);
        let values = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            if needs.parameters.contains(ident) {
                quote!(#ident: #runtime::Value)
            } else {
                quote!(#ident: 'static)
            }
        });
        let values = values.chain(needs.projections.iter().map(|ty| quote!(#ty: #runtime::Value)));
        let values = values.chain(
            needs
                .serde
                .iter()
                .map(|ty| quote!(#runtime::Encoded<#runtime::Serde, #ty>: #runtime::Stores<#ty>)),
        );
        let all: Vec<_> = own.chain(values).chain(self.parts()).chain(extra.iter().cloned()).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
    }

    /// What an identity with this key needs: less than its document, if no parameter is part of the key. `Id<Page<T>>`
    /// stands in the struct, which would have to ask for everything else too.
    pub(crate) fn key_bounds(&self, key: &TokenStream) -> TokenStream {
        let generics = &self.container.original.generics;
        let mut words = HashSet::new();
        collect(key.clone(), &mut words);
        if generics.type_params().any(|one| words.contains(&one.ident.unraw().to_string())) {
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

    /// `T: Flatten` for each part whose type is up to the user of a generic type.
    fn parts(&self) -> impl Iterator<Item = TokenStream> {
        let (runtime, container) = (&self.runtime, self.container);
        let beside_tag = matches!(&container.data, Data::Enum(Tagging::Internal { .. }, _));
        let held = container.variants().iter().filter(move |variant| beside_tag && !variant.untagged);
        let held = held.filter_map(|variant| match &variant.content {
            Content::Newtype(field) => Some(&**field),
            _ => None,
        });
        let flattened = container.all_fields().filter(|field| field.flatten.is_some());
        flattened.chain(held).filter(|field| self.is_up_to_the_user(field)).map(move |field| {
            let ty = field.ty;
            quote!(#ty: #runtime::Flatten)
        })
    }

    fn is_up_to_the_user(&self, field: &Field<'_>) -> bool {
        let mut words = HashSet::new();
        collect(field.ty.to_token_stream(), &mut words);
        let mut parameters = self.container.original.generics.type_params();
        matches!(field.codec, Codec::Value)
            && parameters.any(|one| words.contains(&one.ident.unraw().to_string()))
    }

    /// A field that keeps the type parameters of a struct of ours in use.
    pub(crate) fn type_parameters(&self) -> TokenStream {
        let idents = self.container.original.generics.type_params().map(|parameter| &parameter.ident);
        quote!(::core::marker::PhantomData<fn() -> (#(#idents,)*)>)
    }

    /// The type itself, with its arguments.
    pub(crate) fn itself(&self) -> TokenStream {
        let ident = self.ident;
        let lifetimes: Vec<_> = self.container.original.generics.lifetimes().collect();
        if lifetimes.is_empty() {
            let arguments = self.arguments(&[]);
            return quote!(#ident #arguments);
        }
        // Refused; the stand-in is for the one lifetime that a `Value` may have.
        let arguments = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => quote!('static),
        });
        let arguments = angle(lifetimes.iter().map(|_| quote!('static)).chain(arguments));
        quote!(#ident #arguments)
    }

    /// What the stand-in of a model with lifetimes is bound by. It is for `'static`, so a field `Id<Self>` does not fit;
    /// rustc says nothing of what depends on a type that holds a mistake it has told.
    pub(crate) fn excuse(&self) -> Option<TokenStream> {
        let Self { runtime, mistake, .. } = self;
        self.container.original.generics.lifetimes().next()?;
        Some(quote!([(); #mistake]: #runtime::Keyed))
    }

    /// Lifetimes are refused; the stand-in leaves them out.
    fn own_parameters(&self) -> impl Iterator<Item = &'a GenericParam> {
        let generics = &self.container.original.generics;
        generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
    }
}

fn angle(parameters: impl Iterator<Item = TokenStream>) -> TokenStream {
    let parameters: Vec<_> = parameters.collect();
    if parameters.is_empty() { TokenStream::new() } else { quote!(<#(#parameters),*>) }
}
