//! `Model` and `Keyed`: the collection, the id and the indexes.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{GenericArgument, PathArguments, Type, ext::IdentExt as _};

use super::{
    Scope, collection, hooks, index,
    names::collect,
    policies, search_index,
    span::{at_type, local, respan},
    variants::narrow,
};
use crate::{
    ast::{Codec, Content, Field, Variant},
    check::last_segment,
};

pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let Some(id) = scope.container.id() else { return placeholder(scope) };
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (ty, get) = (id.ty, get(scope, id));
    let key = match scope.container.attrs.key.get() {
        Some(key) => quote!(#key),
        None if names_own_id(ty, scope.ident) => quote!(#runtime::ObjectId),
        // `Option<Id<Order>>`: the key would depend on itself, and rustc would report that too.
        None if scope.failed && mentions(ty, scope.ident) => quote!(#runtime::ObjectId),
        None => quote!(#ty),
    };
    let key_bounds = scope.key_bounds(&key);
    let collection = scope.container.attrs.collection.get().map(syn::LitStr::value).unwrap_or_default();
    let indexes = if scope.failed { TokenStream::new() } else { index::expand(scope) };
    let search_indexes = search_index::expand(scope);
    let (validator, options) = (validator(scope), collection::options(scope));
    let materialized_view = collection::materialized_view(scope);
    let (policies, policy_traits) = (policies::constant(scope), policies::traits(scope));
    let (hooks, has_hooks) = (hooks::constant(scope), hooks::marker(scope));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Keyed for #itself #key_bounds {
            type Key = #key;
        }
        #[automatically_derived]
        impl #parameters #runtime::Model for #itself #bounds {
            const COLLECTION: &'static str = #collection;
            #validator
            type Id = #ty;
            #policies
            #hooks
            fn id(&self) -> &#ty {
                #get
            }
            #indexes
            #search_indexes
            #options
        }
        #policy_traits
        #materialized_view
        #has_hooks
    }
}

/// Returns the same for an enum of documents: every variant has the id.
pub(crate) fn of_enum(scope: &Scope<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, ident, odm, .. } = scope;
    if scope.failed {
        return placeholder(scope);
    }
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    // If all variants hold documents of other types, no field here has the type of the id. It is then `Id<Self>`.
    let named = variants.iter().find_map(narrow::id_of);
    let ty = match named {
        Some(field) => {
            let ty = field.ty;
            quote!(#ty)
        }
        None => quote!(#odm::Id<Self>),
    };
    let key = match (scope.container.attrs.key.get(), named) {
        (Some(key), _) => quote!(#key),
        (None, Some(field)) if !names_own_id(field.ty, ident) => ty.clone(),
        (None, _) => quote!(#runtime::ObjectId),
    };
    let (id, document) = (local("id"), local("document"));
    let arms = variants.iter().map(|variant| {
        let name = &variant.original.ident;
        match (narrow::id_of(variant), &variant.content) {
            (Some(field), _) => {
                let member = &field.member;
                quote!(Self::#name { #member: #id, .. } => #id,)
            }
            (None, Content::Newtype(field)) => {
                let (held, member) = (field.ty, &field.member);
                let ask = respan(quote!(#runtime::id_in::<#held, #ty>(#document)), at_type(field));
                quote!(Self::#name { #member: #document } => #ask,)
            }
            (None, _) => TokenStream::new(),
        }
    });
    let key_bounds = scope.key_bounds(&key);
    let collection = scope.container.attrs.collection.get().map(syn::LitStr::value).unwrap_or_default();
    let indexes = index::expand(scope);
    let search_indexes = search_index::expand(scope);
    let (validator, options) = (validator(scope), collection::options(scope));
    let materialized_view = collection::materialized_view(scope);
    let (hooks, has_hooks) = (hooks::constant(scope), hooks::marker(scope));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Keyed for #itself #key_bounds {
            type Key = #key;
        }
        #[automatically_derived]
        impl #parameters #runtime::Model for #itself #bounds {
            const COLLECTION: &'static str = #collection;
            #validator
            type Id = #ty;
            #hooks
            fn id(&self) -> &#ty {
                match self { #(#arms)* }
            }
            #indexes
            #search_indexes
            #options
        }
        #materialized_view
        #has_hooks
    }
}

/// Returns `Model::VALIDATOR`, if the model declares one.
fn validator(scope: &Scope<'_>) -> Option<TokenStream> {
    let runtime = &scope.runtime;
    let declared = scope.container.attrs.validator.get()?;
    let moderate = declared.moderate.then(|| quote!(.moderate()));
    let warn = declared.warn.then(|| quote!(.warn()));
    let deny = declared.deny_unknown_fields.then(|| quote!(.deny_unknown_fields()));
    let exact = declared.exact_types.then(|| quote!(.exact_types()));
    Some(quote! {
        const VALIDATOR: ::core::option::Option<#runtime::Validator> =
            ::core::option::Option::Some(#runtime::Validator::new() #moderate #warn #deny #exact);
    })
}

/// Returns `impl Identified` for an embedded document that always has an id, so that it can be a variant of a model.
pub(crate) fn identified(scope: &Scope<'_>) -> TokenStream {
    let is_always_there = |id: &&Field<'_>| {
        matches!(id.codec, Codec::Value)
            && !id.skip_serializing
            && !id.skip_deserializing
            && id.skip_serializing_if.is_none()
    };
    let Some(id) = scope.container.id().filter(is_always_there) else {
        return TokenStream::new();
    };
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (ty, get) = (id.ty, get(scope, id));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Identified for #itself #bounds {
            type Id = #ty;
            fn id(&self) -> &#ty {
                #get
            }
        }
    }
}

/// Returns the expression of the id. After an error, the type of the field may be replaced.
fn get(scope: &Scope<'_>, id: &Field<'_>) -> TokenStream {
    let member = &id.member;
    if scope.failed { quote!(loop {}) } else { quote!(&self.#member) }
}

/// Returns the placeholder of an item without a usable id. The error is reported.
pub(crate) fn placeholder(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (key_bounds, erroneous) = match scope.error_bound().map(|error_bound| scope.bounds(&[error_bound])) {
        Some(erroneous) => (erroneous.clone(), erroneous),
        None => (scope.key_bounds(&TokenStream::new()), bounds),
    };
    quote! {
        impl #parameters #runtime::Keyed for #itself #key_bounds {
            type Key = #runtime::ObjectId;
        }
        impl #parameters #runtime::Model for #itself #erroneous {
            const COLLECTION: &'static str = "";
            type Id = #runtime::ObjectId;
            fn id(&self) -> &#runtime::ObjectId {
                loop {}
            }
        }
    }
}

/// Returns whether the type is `Id<Order>` in `Order`, the only type that does not determine the key.
fn names_own_id(ty: &Type, own: &Ident) -> bool {
    if last_segment(ty).is_none_or(|segment| segment != "Id") {
        return false;
    }
    let Type::Path(path) = ty else { return false };
    let Some(PathArguments::AngleBracketed(arguments)) =
        path.path.segments.last().map(|segment| &segment.arguments)
    else {
        return false;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) => last_segment(argument).is_some_and(|segment| segment == own),
        _ => false,
    }
}

/// Returns whether the type contains the name.
pub(crate) fn mentions(ty: &Type, own: &Ident) -> bool {
    let mut names = HashSet::new();
    collect(ty.to_token_stream(), &mut names);
    names.contains(&own.unraw().to_string())
}
