//! `Value` of a newtype, which is stored as the value inside.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;

use super::{
    Scope,
    model::mentions,
    scope::{encoded, encoding_trait},
    serde_with,
    span::{about, at_type, local, respan},
    value,
};
use crate::ast::Field;

pub(crate) fn expand(scope: &Scope<'_>, field: &Field<'_>, others: &[Member]) -> TokenStream {
    let Scope { runtime, context, base, changed, .. } = scope;
    let (itself, parameters) = (scope.itself(), scope.parameters(&[]));
    let (inner, member, ty) = (scope.path_type(field), &field.member, field.ty);
    let (at, over, writer, raw, inside) =
        (local("__at"), local("__base"), local("__writer"), local("__raw"), local("__inside"));
    let made = quote!(Self { #member: #inside, #(#others: ::core::default::Default::default(),)* });
    let (value, stores) = (quote!(<#inner as #runtime::Value>), quote!(<#inner as #runtime::Stores<#ty>>));
    let encode = quote!(#stores::write(&self.#member, #writer));
    let decode = quote! {
        match #value::decode(#raw) {
            ::core::result::Result::Ok(#inside) => {
                let #inside = #stores::into_rust(#inside);
                ::core::result::Result::Ok(#made)
            }
            ::core::result::Result::Err(#inside) => ::core::result::Result::Err(#inside),
        }
    };
    // If the type contains itself, the type of its fields struct would be infinite, so it has none. A value of it may
    // be nested too deeply, so encoding and decoding count its levels.
    if mentions(ty, scope.ident) {
        let encode =
            quote!(#writer.level(self, |#inside, #writer| #stores::write(&#inside.#member, #writer)));
        let decode = quote!(let #raw = #raw.reread()?; #raw.level(|#raw| #decode));
        let stored_as = quote! {
            const STORED_AS: &'static #runtime::TypeMeta =
                &#runtime::TypeMeta::Recursive(#runtime::Deferred::new(|| #value::STORED_AS));
        };
        return value::leaf(scope, &encode, &decode, &stored_as);
    }
    // Because of this bound, rustc reports once, at the type, that the type cannot be stored or does not have this
    // encoding. It assumes the bound in the rest of the impl.
    let bound = match encoding_trait(field, &quote!(#runtime)) {
        Some(encoding_trait) => quote!(#ty: #encoding_trait),
        None => quote!(#inner: #runtime::Value),
    };
    let bounds = scope.bounds(&[respan(bound, at_type(field))]);
    let (via, rest) = (serde_with::of_field(scope, field), rest(scope, field, &made));
    // The type inside must be as visible as the newtype. If it is not, rustc reports it once, at the type.
    let types = quote! {
        type Fields<#context: #runtime::Context, #base> = #value::Fields<#context, #base>;
        type Optional = ::core::option::Option<Self>;
        type NonNull = Self;
        type DistinctItem<#changed: #runtime::Value> = #value::DistinctItem<#changed>;
        type Lift<#changed: #runtime::Value> = #value::Lift<#changed>;
        type Replaced<#changed: #runtime::Doc> = #value::Replaced<#changed>;
        type Added<#changed: #runtime::Doc> = #value::Added<#changed>;
    };
    let (types, transparent) =
        (respan(types, at_type(field)), respan(quote!(type Inner = #inner;), at_type(field)));
    let forwards = forwards(scope, field, &made);
    let code = quote! {
        #via
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            #types
            fn under<#context: #runtime::Context, #base>(#at: #context, #over: #base) -> #value::Fields<#context, #base> {
                #value::under(#at, #over)
            }
            fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                #encode
            }
            fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                #decode
            }
            #rest
        }
        #[automatically_derived]
        impl #parameters #runtime::Transparent for #itself #bounds {
            #transparent
        }
        #forwards
    };
    about(field, code)
}

/// Returns whether the value is stored as its own type stores it.
fn is_plain(scope: &Scope<'_>, field: &Field<'_>) -> bool {
    scope.marker(field).is_none() && encoded(field, &TokenStream::new()).is_none()
}

/// Returns the provided methods of `Value` that call those of the value inside.
fn rest(scope: &Scope<'_>, field: &Field<'_>, made: &TokenStream) -> TokenStream {
    let (runtime, ty, member) = (&scope.runtime, field.ty, &field.member);
    let inner = scope.path_type(field);
    let (held, rest) = (local("__value"), local("__rest"));
    let declared = quote! {
        const STORED_AS: &'static #runtime::TypeMeta = <#inner as #runtime::Value>::STORED_AS;
        const DECLARED: #runtime::FieldNames = <#inner as #runtime::Value>::DECLARED;
        fn claim(#held: &Self, #rest: &mut #runtime::UnclaimedElements<'_>) -> #runtime::CodecResult<()> {
            <#inner as #runtime::Stores<#ty>>::claim(&#held.#member, #rest)
        }
    };
    if !is_plain(scope, field) {
        return quote! {
            const ARRAYS: #runtime::Arrays = #runtime::Arrays::ANY;
            #declared
        };
    }
    let (check, inside) = (local("__check"), local("__inside"));
    let value = quote!(<#ty as #runtime::Value>);
    // serde reads a missing field through a transparent type, but not through a plain newtype.
    let missing = scope.container.transparent.is_some().then(|| {
        quote! {
            fn missing() -> ::core::option::Option<Self> {
                match #value::missing() {
                    ::core::option::Option::Some(#inside) => ::core::option::Option::Some(#made),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            }
        }
    });
    quote! {
        #missing
        const ARRAYS: #runtime::Arrays = #value::ARRAYS;
        #declared
        const RULES: bool = #value::RULES;
        fn check_rules(&self, #check: &mut #runtime::Check) {
            #value::check_rules(&self.#member, #check)
        }
    }
}

/// Returns the impls of all traits that the value inside may implement: a newtype can be the key of a map, be parsed,
/// be flattened, and have the operators of a number, a string, .., if the value inside can.
fn forwards(scope: &Scope<'_>, field: &Field<'_>, made: &TokenStream) -> TokenStream {
    if scope.failed {
        return TokenStream::new();
    }
    if !is_plain(scope, field) {
        return compared(scope, field);
    }
    let (runtime, ty, member) = (&scope.runtime, field.ty, &field.member);
    let (itself, parameters) = (scope.itself(), scope.parameters(&[]));
    let (key, text, inside, writer, elements) =
        (local("__key"), local("__text"), local("__inside"), local("__writer"), local("__elements"));
    let unit = syn::Lifetime::new("'__any", proc_macro2::Span::call_site());
    // With `for<'a>`, rustc treats a bound on a type without parameters as a condition. Without it, a bound that does
    // not hold is an error.
    let if_inside = |capability: TokenStream| {
        scope.bounds(&[quote!(for<#unit> #ty: #runtime::Value), quote!(for<#unit> #ty: #capability)])
    };
    let marker = |name: TokenStream, items: TokenStream| {
        let (bounds, items) = (if_inside(quote!(#runtime::#name)), respan(items, at_type(field)));
        quote! {
            #[automatically_derived]
            impl #parameters #runtime::#name for #itself #bounds { #items }
        }
    };
    let made = |read: TokenStream| {
        quote! {
            match #read {
                ::core::result::Result::Ok(#inside) => ::core::result::Result::Ok(#made),
                ::core::result::Result::Err(#inside) => ::core::result::Result::Err(#inside),
            }
        }
    };
    let (number, array, map) =
        (quote!(<#ty as #runtime::Number>), quote!(<#ty as #runtime::Array>), quote!(<#ty as #runtime::Map>));
    let from_key = made(quote!(<#ty as #runtime::MapKey>::from_key(#key)));
    let from_text = made(quote!(<#ty as #runtime::FromText>::from_text(#text)));
    let decode = made(quote!(<#ty as #runtime::Flatten>::decode_fields(#elements)));
    [
        marker(quote!(Text), TokenStream::new()),
        marker(quote!(StringValue), TokenStream::new()),
        marker(quote!(Integer), quote!(type Mask = <Self as #runtime::Value>::NonNull;)),
        marker(quote!(Bits), TokenStream::new()),
        marker(quote!(Ordered), TokenStream::new()),
        marker(quote!(Scalar), quote!(type BsonType = <#ty as #runtime::Scalar>::BsonType;)),
        marker(quote!(Arithmetic), quote!(type Kind = <#ty as #runtime::Arithmetic>::Kind;)),
        marker(quote!(Number), quote!(type Stored = #number::Stored; type Step = #number::Step;)),
        marker(quote!(Array), quote!(type Item = #array::Item; type Length = #array::Length;)),
        marker(quote!(Map), quote!(type Key = #map::Key; type Item = #map::Item;)),
        marker(
            quote!(MapKey),
            quote! {
                fn to_key(&self) -> ::std::string::String {
                    #runtime::MapKey::to_key(&self.#member)
                }
                fn from_key(#key: &str) -> #runtime::CodecResult<Self> {
                    #from_key
                }
            },
        ),
        marker(
            quote!(FromText),
            quote! {
                fn from_text(#text: &str) -> #runtime::CodecResult<Self> {
                    #from_text
                }
            },
        ),
        marker(
            quote!(Flatten),
            quote! {
                const READS_FROM: #runtime::ReadsFrom = <#ty as #runtime::Flatten>::READS_FROM;
                fn encode_fields(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<()> {
                    #runtime::Flatten::encode_fields(&self.#member, #writer)
                }
                fn decode_fields(#elements: #runtime::Elements<'_>) -> #runtime::CodecResult<Self> {
                    #decode
                }
            },
        ),
    ]
    .into_iter()
    .collect()
}

/// Returns the impls for a value with another encoding. It is no longer a string or an array, but it may have an
/// order, and a duration is a number.
fn compared(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let (runtime, ty, inner) = (&scope.runtime, field.ty, scope.path_type(field));
    let (itself, parameters) = (scope.itself(), scope.parameters(&[]));
    let unit = syn::Lifetime::new("'__any", proc_macro2::Span::call_site());
    let bounds = |capability: TokenStream| {
        let encoding_trait =
            encoding_trait(field, &quote!(#runtime)).map(|encoding_trait| quote!(#ty: #encoding_trait));
        let all: Vec<_> =
            encoding_trait.into_iter().chain([quote!(for<#unit> #inner: #capability)]).collect();
        scope.bounds(&all)
    };
    let (ordered, number) = (bounds(quote!(#runtime::Ordered)), bounds(quote!(#runtime::Number)));
    let (arithmetic, scalar) = (bounds(quote!(#runtime::Arithmetic)), bounds(quote!(#runtime::Scalar)));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Ordered for #itself #ordered {}
        #[automatically_derived]
        impl #parameters #runtime::Scalar for #itself #scalar {
            type BsonType = <#inner as #runtime::Scalar>::BsonType;
        }
        #[automatically_derived]
        impl #parameters #runtime::Arithmetic for #itself #arithmetic {
            type Kind = <#inner as #runtime::Arithmetic>::Kind;
        }
        #[automatically_derived]
        impl #parameters #runtime::Number for #itself #number {
            type Stored = <#inner as #runtime::Number>::Stored;
            type Step = <#inner as #runtime::Number>::Step;
        }
    }
}
