//! `Value` of an enum without data, which is stored as the name of its variant.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Scope, meta, span::local, value};
use crate::{ast::Variant, attr::serde::Tagging};

pub(crate) fn expand(scope: &Scope<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let (map_key, from_text) = (map_key(scope, variants), from_text(scope, variants));
    let (name, writer) = (name(scope, variants), local("writer"));
    let (to_bson, stored_as) = (to_bson(scope, &name), meta::of_enum(scope, &Tagging::External, variants));
    let leaf = value::leaf(
        scope,
        &quote!(#writer.put_str(#name)),
        &decode(scope, variants),
        &quote!(#to_bson #stored_as),
    );
    let ordered = ordered(scope);
    let (runtime, itself) = (&scope.runtime, scope.itself());
    let scalar = quote! {
        #[automatically_derived]
        impl #runtime::Scalar for #itself {
            type BsonType = ::std::string::String;
        }
    };
    quote!(#map_key #leaf #from_text #ordered #scalar)
}

/// Returns `impl Ordered`, if the enum is marked `#[odm(ordered)]`.
fn ordered(scope: &Scope<'_>) -> TokenStream {
    if scope.container.attrs.ordered.get().is_none() {
        return TokenStream::new();
    }
    let (runtime, itself) = (&scope.runtime, scope.itself());
    quote! {
        #[automatically_derived]
        impl #runtime::Ordered for #itself {}
    }
}

/// Returns `impl MapKey`, if every variant can be written.
fn map_key(scope: &Scope<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    if variants.iter().any(|variant| variant.skip_serializing) {
        return TokenStream::new();
    }
    let (itself, key) = (scope.itself(), local("key"));
    let names = variants.iter().map(|variant| {
        let (ident, stored) = (&variant.original.ident, &variant.stored);
        quote!(Self::#ident => #stored,)
    });
    let read = by_name(scope, variants, |_| true, &quote!(#key));
    quote! {
        #[automatically_derived]
        impl #runtime::MapKey for #itself {
            fn to_key(&self) -> ::std::string::String {
                ::std::borrow::ToOwned::to_owned(match self { #(#names)* })
            }
            fn from_key(#key: &str) -> #runtime::CodecResult<Self> {
                #read
            }
        }
    }
}

/// Returns `impl FromText`. It accepts the names of variants that are written, except for `#[serde(other)]`: a
/// request could otherwise use any unknown name.
fn from_text(scope: &Scope<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, text) = (scope.itself(), local("text"));
    let read = if variants.iter().any(|variant| variant.skip_serializing || variant.other) {
        by_name(scope, variants, |variant| !variant.skip_serializing && !variant.other, &quote!(#text))
    } else {
        quote!(<Self as #runtime::MapKey>::from_key(#text))
    };
    quote! {
        #[automatically_derived]
        impl #runtime::FromText for #itself {
            fn from_text(#text: &str) -> #runtime::CodecResult<Self> {
                #read
            }
        }
    }
}

/// Returns `to_bson`, which makes the value for a filter without encoding it to bytes first.
fn to_bson(scope: &Scope<'_>, name: &TokenStream) -> TokenStream {
    let Scope { runtime, .. } = scope;
    if scope.failed {
        return TokenStream::new();
    }
    quote! {
        fn to_bson(&self) -> #runtime::Rendered {
            ::core::result::Result::Ok(::core::convert::From::from(#name))
        }
    }
}

/// Returns code for the stored name of a value.
fn name(scope: &Scope<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let arms = variants.iter().map(|variant| {
        let (ident, stored) = (&variant.original.ident, &variant.stored);
        if variant.skip_serializing {
            let found = format!("`{}::{ident}`, which is skipped", scope.ident);
            quote! {
                Self::#ident => return ::core::result::Result::Err(
                    #runtime::CodecError::new("a variant that can be stored", #found)
                ),
            }
        } else {
            quote!(Self::#ident => #stored,)
        }
    });
    quote!(match self { #(#arms)* })
}

fn decode(scope: &Scope<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let raw = local("raw");
    if variants.iter().any(|variant| variant.skip_serializing) {
        by_name(scope, variants, |_| true, &quote!(#raw.str()?))
    } else {
        let Scope { runtime, .. } = scope;
        quote!(<Self as #runtime::MapKey>::from_key(#raw.str()?))
    }
}

/// Returns code that finds the variant with the name `text` among those that `accepts` selects.
fn by_name(
    scope: &Scope<'_>,
    variants: &[Variant<'_>],
    accepts: fn(&Variant<'_>) -> bool,
    text: &TokenStream,
) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let name = local("name");
    let read: Vec<_> =
        variants.iter().filter(|variant| !variant.skip_deserializing && accepts(variant)).collect();
    let known = read.iter().filter(|variant| !variant.other).map(|variant| &variant.stored);
    let arms = read.iter().filter(|variant| !variant.other).map(|variant| {
        let (ident, stored, aliases) = (&variant.original.ident, &variant.stored, &variant.aliases);
        quote!(#stored #(| #aliases)* => ::core::result::Result::Ok(Self::#ident),)
    });
    let unknown = match read.iter().find(|variant| variant.other) {
        Some(variant) => {
            let ident = &variant.original.ident;
            quote!(_ => ::core::result::Result::Ok(Self::#ident),)
        }
        None => quote! {
            #name => ::core::result::Result::Err(#runtime::unknown_variant(#name, &[#(#known),*])),
        },
    };
    quote! {
        match #text {
            #(#arms)*
            #unknown
        }
    }
}
