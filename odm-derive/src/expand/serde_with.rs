//! Marker types for the functions of serde's `with`, `serialize_with` and `deserialize_with`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    Scope,
    span::{at_type, called, local, respan},
};
use crate::ast::{Codec, Field};

/// Returns one type for each field with such functions.
pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    scope.stored().map(|field| of_field(scope, field)).collect()
}

/// Returns the type of one field, or nothing if it has no such functions.
pub(crate) fn of_field(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Codec::With { serialize, deserialize } = &field.codec else { return TokenStream::new() };
    let Scope { runtime, .. } = scope;
    let (marker, ty) = (scope.marker_ident(field), field.ty);
    let (declared, arguments) = (scope.declared(&[]), scope.arguments(&[]));
    let (parameters, bounds, types) = (scope.parameters(&[]), scope.bounds(&[]), scope.type_parameters());
    let (serializer, deserializer) = (scope.fresh("S"), scope.fresh("D"));
    let (value, to, from) = (local("value"), local("serializer"), local("deserializer"));
    // rustc reports a function for another type at its name, and a type without serde's traits at the type.
    let serialize = match serialize {
        Some(function) => called(function, &quote!(#value, #to)),
        None => respan(quote!(#runtime::serde::Serialize::serialize(#value, #to)), at_type(field)),
    };
    let deserialize = match deserialize {
        Some(function) => called(function, &quote!(#from)),
        None => respan(quote!(#runtime::serde::Deserialize::deserialize(#from)), at_type(field)),
    };
    quote! {
        pub struct #marker #declared(#types);
        // The user knows what the functions write, so they count as declared to preserve the order.
        impl #parameters #runtime::InOrder<#ty> for #marker #arguments #bounds {}
        impl #parameters #runtime::SerdeWith<#ty> for #marker #arguments #bounds {
            fn serialize<#serializer: #runtime::serde::Serializer>(
                #value: &#ty,
                #to: #serializer,
            ) -> ::core::result::Result<#serializer::Ok, #serializer::Error> {
                #serialize
            }
            fn deserialize<'de, #deserializer: #runtime::serde::Deserializer<'de>>(
                #from: #deserializer,
            ) -> ::core::result::Result<#ty, #deserializer::Error> {
                #deserialize
            }
        }
    }
}
