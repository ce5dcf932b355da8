//! `Value` of a newtype: stored as the one value it holds.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Scope, scope::local, via};
use crate::ast::Field;

pub(crate) fn expand(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, place, base, changed, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (inner, member, via) = (scope.path_type(field), &field.member, via::of_field(scope, field));
    let (at, over, writer, raw, value) =
        (local("at"), local("base"), local("writer"), local("raw"), local("value"));
    let (encode, decode) = match scope.marker(field) {
        None => (
            quote!(#runtime::Value::encode(&self.#member, #writer)),
            quote!(<#inner as #runtime::Value>::decode(#raw)),
        ),
        Some(marker) => {
            let ty = field.ty;
            (
                quote!(#runtime::encode_via::<#marker, #ty>(&self.#member, #writer)),
                quote!(#runtime::decode_via::<#marker, #ty>(#raw)),
            )
        }
    };
    // serde reads a missing field through a transparent type, but not through a plain newtype.
    let missing = if scope.container.transparent.is_some() && scope.marker(field).is_none() {
        quote! {
            fn missing() -> ::core::option::Option<Self> {
                match <#inner as #runtime::Value>::missing() {
                    ::core::option::Option::Some(#value) => ::core::option::Option::Some(Self { #member: #value }),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }
        }
    } else {
        TokenStream::new()
    };
    quote! {
        #via
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            type Fields<#place: #runtime::At, #base> = <#inner as #runtime::Value>::Fields<#place, #base>;
            type Optional = ::core::option::Option<Self>;
            type Bare = Self;
            type Lift<#changed: #runtime::Value> = <#inner as #runtime::Value>::Lift<#changed>;
            type Laid<#changed: #runtime::Doc> = <#inner as #runtime::Value>::Laid<#changed>;
            type Joined<#changed: #runtime::Doc> = <#inner as #runtime::Value>::Joined<#changed>;
            fn under<#place: #runtime::At, #base>(#at: #place, #over: #base) -> Self::Fields<#place, #base> {
                <#inner as #runtime::Value>::under(#at, #over)
            }
            fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                #encode
            }
            fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                match #decode {
                    ::core::result::Result::Ok(#value) => ::core::result::Result::Ok(Self { #member: #value }),
                    ::core::result::Result::Err(#value) => ::core::result::Result::Err(#value),
                }
            }
            #missing
        }
    }
}
