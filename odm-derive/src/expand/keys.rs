//! Keys: a zero-sized type for each stored field, and its layer. A layer replaces the accessor of this field in the
//! fields struct of a row, after a stage of a pipeline has changed the field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Member, Visibility};

use super::{
    Scope, docs, flatten,
    scope::key_ident,
    span::{about, at_type, called, local, respan},
    validate,
};
use crate::{
    ast::{Data, Field},
    attr::serde::{Default, Tagging},
    derive::Derive,
};

/// Returns `mod __Order { pub struct customer; .. }`. The keys of an enum are in one module for each variant.
pub(crate) fn module(scope: &Scope<'_>) -> TokenStream {
    let keys = &scope.keys;
    let vis = match (scope.container.derive, &scope.container.data) {
        (Derive::Embedded | Derive::Shape, Data::Document(_)) => {
            let vis = scope.vis;
            quote!(#vis)
        }
        // Inside the constant, so no other code sees it.
        _ => quote!(pub),
    };
    let own = structs(scope, scope.container.own_fields().iter().filter(|field| field.is_stored()));
    // The id that all variants of a model have.
    let id = match (&scope.container.data, scope.container.derive) {
        (Data::Enum(..), Derive::Model) => {
            let id = scope.shared_id();
            quote!(pub struct #id;)
        }
        _ => TokenStream::new(),
    };
    let tag = match &scope.container.data {
        Data::Enum(Tagging::Internal { .. } | Tagging::Adjacent { .. }, _) => {
            let tag = scope.tag_ident();
            quote!(pub struct #tag;)
        }
        _ => TokenStream::new(),
    };
    let variants = scope.container.variants().iter().map(|variant| {
        let (ident, fields) = (&variant.original.ident, variant.content.fields());
        let seen = seen_from(scope.vis, true);
        let (structs, content) =
            (structs(scope, fields.iter().filter(|field| field.is_stored())), scope.content_ident());
        quote!(pub mod #ident { #structs #seen struct #content; })
    });
    quote! {
        #[doc(hidden)]
        #[allow(
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction, dead_code,
            missing_debug_implementations, non_camel_case_types, non_snake_case, unreachable_pub
        )]
        #vis mod #keys {
            #own
            #id
            #tag
            #(#variants)*
        }
    }
}

fn structs<'f, 'a: 'f>(scope: &Scope<'_>, fields: impl Iterator<Item = &'f Field<'a>>) -> TokenStream {
    fields
        .map(|field| {
            // A key is as visible as its field, because the key declares the type of the field, which may be private
            // too. The fields of a variant are as visible as the enum.
            let vis = match field.variant {
                None => seen_from(&field.original.vis, false),
                Some(_) => seen_from(scope.vis, true),
            };
            let key = key_ident(field);
            quote!(#vis struct #key;)
        })
        .collect()
}

/// Translates a visibility from the module of the item to the module of the keys, or to one inside it.
fn seen_from(vis: &Visibility, in_variant: bool) -> TokenStream {
    let (item, up) = if in_variant {
        (quote!(pub(in super::super)), quote!(super::super))
    } else {
        (quote!(pub(super)), quote!(super))
    };
    match vis {
        Visibility::Inherited => item,
        Visibility::Restricted(restricted) if restricted.path.is_ident("self") => item,
        Visibility::Restricted(restricted)
            if restricted.path.segments.first().is_some_and(|first| first.ident == "super") =>
        {
            let path = &restricted.path;
            quote!(pub(in #up::#path))
        }
        Visibility::Restricted(_) | Visibility::Public(_) => quote!(#vis),
    }
}

/// Returns `impl Key` for each key of a document, and the fields struct that all their layers are:
/// `OverOrder<__Order::lines, ..>` has the accessor `lines`.
pub(crate) fn layers(scope: &Scope<'_>) -> TokenStream {
    if scope.stored().next().is_none() {
        return TokenStream::new();
    }
    let Scope { runtime, key, context, base, changed, layer, .. } = scope;
    let (at, over) = (local("at"), local("base"));
    let arguments = quote!(<#key, #context, #base, #changed>);
    let fields = scope.stored().map(|field| layer_of(scope, field));
    quote! {
        pub struct #layer #arguments(#context, #base, ::core::marker::PhantomData<fn() -> (#key, #changed)>);
        impl #arguments #runtime::Layer<#context, #base> for #layer #arguments {
            fn over(#at: #context, #over: #base) -> Self {
                Self(#at, #over, ::core::marker::PhantomData)
            }
        }
        impl #arguments ::core::ops::Deref for #layer #arguments {
            type Target = #base;
            fn deref(&self) -> &#base {
                &self.1
            }
        }
        impl<#key, #context, #base: #runtime::IntoBase, #changed> #runtime::IntoBase for #layer #arguments {
            type Base = <#base as #runtime::IntoBase>::Base;
            fn into_base(self) -> Self::Base {
                <#base as #runtime::IntoBase>::into_base(self.1)
            }
        }
        #(#fields)*
    }
}

fn layer_of(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Member::Named(member) = &field.member else { return TokenStream::new() };
    let Scope { runtime, context, base, changed, layer, .. } = scope;
    let (key, docs) = (scope.key(field), docs::accessor(field));
    let (gives, method) = match field.flatten {
        None => (quote!(Field), quote!(field)),
        Some(_) => (quote!(Flattened), quote!(flattened)),
    };
    let has = has(scope, field);
    let aliases = (!field.aliases.is_empty()).then(|| {
        let aliases = &field.aliases;
        quote!(const ALIASES: &'static [&'static str] = &[#(#aliases),*];)
    });
    let header = header(name(field));
    quote! {
        impl<#context: #runtime::Context, #base, #changed: #runtime::Value> #layer<#key, #context, #base, #changed> {
            #docs
            pub fn #member(&self) -> #context::#gives<#changed, #key> {
                <#context as #runtime::Context>::#method::<#changed, #key>(&self.0)
            }
        }
        impl #runtime::Key for #key {
            const HEADER: &'static str = #header;
            #aliases
            type Layer<#context: #runtime::Context, #base, #changed: #runtime::Value> =
                #layer<#key, #context, #base, #changed>;
        }
        #has
    }
}

/// Returns the first bytes of the element with this name: the place of the type, the name, the terminating zero.
fn header(stored: &str) -> String {
    format!("\0{stored}\0")
}

/// Returns the name of the key. A flattened field has no name of its own.
fn name<'f>(field: &'f Field<'_>) -> &'f str {
    if field.flatten.is_some() { "" } else { &field.stored }
}

/// Returns the impl that declares the type of a field: `HasField`, or `HasFlattened` for a flattened field.
pub(crate) fn has(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (owner, parameters, bounds) = (scope.owner(field), scope.parameters(&[]), scope.bounds(&[]));
    let (key, rust, ty) = (scope.key(field), field.ty, scope.path_type(field));
    let default = default(scope, field).filter(|_| field.variant.is_none() && field.flatten.is_none());
    let skipped =
        skipped(field).filter(|_| !scope.failed && field.variant.is_none() && field.flatten.is_none());
    let (declares, beside) = match field.flatten {
        Some(_) => (quote!(HasFlattened), flatten::beside(scope, field)),
        None => (quote!(HasField), TokenStream::new()),
    };
    let rules = validate::field_rules(scope, field);
    let code = quote! {
        impl #parameters #runtime::#declares<#key> for #owner #bounds {
            type Rust = #rust;
            type Type = #ty;
            #rules
            #beside
            #default
            #skipped
        }
    };
    about(field, code)
}

/// Returns `impl Key` for a field in a variant, which no stage of a pipeline changes.
pub(crate) fn fixed(scope: &Scope<'_>, key: &TokenStream, stored: &str) -> TokenStream {
    let Scope { runtime, context, base, changed, .. } = scope;
    let header = header(stored);
    quote! {
        impl #runtime::Key for #key {
            const HEADER: &'static str = #header;
            type Layer<#context: #runtime::Context, #base, #changed: #runtime::Value> = #runtime::NoLayer<#base>;
        }
    }
}

/// Returns the same for a field.
pub(crate) fn fixed_field(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    fixed(scope, &scope.key(field), name(field))
}

/// Returns `HasField::is_skipped` for a field with `skip_serializing_if`.
fn skipped(field: &Field<'_>) -> Option<TokenStream> {
    let (condition, value) = (field.skip_serializing_if.as_ref()?, local("__value"));
    Some(quote! {
        fn is_skipped(#value: &Self::Rust) -> bool {
            #condition(#value)
        }
    })
}

/// Returns `HasField::default` for a field that may be missing.
fn default(scope: &Scope<'_>, field: &Field<'_>) -> Option<TokenStream> {
    let (runtime, member, key) = (&scope.runtime, &field.member, scope.key(field));
    let value = match (&field.default, &scope.container.default) {
        _ if scope.failed => return None,
        (Default::Path(path), _) => called(path, &TokenStream::new()),
        (Default::Trait, _) => respan(quote!(::core::default::Default::default()), at_type(field)),
        (Default::None, Default::Trait) => quote!(<Self as ::core::default::Default>::default().#member),
        // The function may be generic, so the type of the variable is needed to infer its parameters.
        (Default::None, Default::Path(path)) => {
            let whole = local("__default");
            quote!({ let #whole: Self = #path(); #whole.#member })
        }
        (Default::None, Default::None) => return None,
    };
    let (has, given) = (quote!(<Self as #runtime::HasField<#key>>), local("__given"));
    Some(quote! {
        fn default() -> ::core::option::Option<#has::Type> {
            let #given: #has::Rust = #value;
            ::core::option::Option::Some(<#has::Type as #runtime::Stores<#has::Rust>>::from_rust(#given))
        }
    })
}
