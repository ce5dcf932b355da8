//! `Value` of a newtype: stored as the one value it holds.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;

use super::{
    Scope,
    scope::{about, at_type, encoded, local, respan},
    via,
};
use crate::ast::Field;

pub(crate) fn expand(scope: &Scope<'_>, field: &Field<'_>, others: &[Member]) -> TokenStream {
    let Scope { runtime, place, base, changed, .. } = scope;
    let (itself, parameters) = (scope.itself(), scope.parameters(&[]));
    let (inner, member, via) = (scope.path_type(field), &field.member, via::of_field(scope, field));
    let encoded = encoded(field, &quote!(#runtime)).is_some();
    // With this bound rustc says once that the type cannot be stored, at the type, and takes it as given in
    // the rest of the impl. That it cannot be stored in another way than its own is said by that way.
    let bounds = if encoded {
        scope.bounds(&[])
    } else {
        scope.bounds(&[respan(quote!(#inner: #runtime::Value), at_type(field))])
    };
    let (at, over, writer, raw) = (local("at"), local("base"), local("writer"), local("raw"));
    let inside = local("inside");
    let made = quote!(Self { #member: #inside, #(#others: ::core::default::Default::default(),)* });
    let value = quote!(<#inner as #runtime::Value>);
    let (encode, decode) = match scope.marker(field) {
        None if encoded => {
            let (stores, ty) = (quote!(#runtime::Stores), field.ty);
            (
                quote!(<#inner as #stores<#ty>>::write(&self.#member, #writer)),
                quote!(#value::decode(#raw).map(<#inner as #stores<#ty>>::into_rust)),
            )
        }
        None => (quote!(#value::encode(&self.#member, #writer)), quote!(#value::decode(#raw))),
        Some(marker) => {
            let ty = field.ty;
            (
                quote!(#runtime::encode_via::<#marker, #ty>(&self.#member, #writer)),
                quote!(#runtime::decode_via::<#marker, #ty>(#raw)),
            )
        }
    };
    // serde reads a missing field through a transparent type, but not through a plain newtype.
    let missing = if scope.container.transparent.is_some() && scope.marker(field).is_none() && !encoded {
        quote! {
            fn missing() -> ::core::option::Option<Self> {
                match #value::missing() {
                    ::core::option::Option::Some(#inside) => ::core::option::Option::Some(#made),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }
        }
    } else {
        TokenStream::new()
    };
    let check = local("__check");
    let rules = match scope.marker(field) {
        Some(_) => TokenStream::new(),
        None if encoded => TokenStream::new(),
        None => quote! {
            const RULES: bool = #value::RULES;
            fn check_rules(&self, #check: &mut #runtime::Check) {
                #value::check_rules(&self.#member, #check)
            }
        },
    };
    let code = quote! {
        #via
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            type Fields<#place: #runtime::At, #base> = #value::Fields<#place, #base>;
            type Optional = ::core::option::Option<Self>;
            type Bare = Self;
            type Lift<#changed: #runtime::Value> = #value::Lift<#changed>;
            type Laid<#changed: #runtime::Doc> = #value::Laid<#changed>;
            type Joined<#changed: #runtime::Doc> = #value::Joined<#changed>;
            fn under<#place: #runtime::At, #base>(#at: #place, #over: #base) -> #value::Fields<#place, #base> {
                #value::under(#at, #over)
            }
            fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                #encode
            }
            fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                match #decode {
                    ::core::result::Result::Ok(#inside) => ::core::result::Result::Ok(#made),
                    ::core::result::Result::Err(#inside) => ::core::result::Result::Err(#inside),
                }
            }
            #missing
            #rules
        }
    };
    about(field, code)
}
