//! `Value`, `Doc` and `Decode` of a document.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Scope, codec, scope::local};
use crate::ast::Derive;

/// The three implementations.
pub(crate) fn of_document(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, place, base, fields, changed, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let laid = scope.arguments(&[quote!(#place), quote!(#base)]);
    let (at, over, writer, raw) = (local("at"), local("base"), local("writer"), local("__raw"));
    let types =
        if scope.is_generic() { quote!(types: ::core::marker::PhantomData,) } else { TokenStream::new() };
    let (encode, decode) = if scope.failed {
        (quote!(loop {}), quote!(loop {}))
    } else {
        (codec::encode(scope), codec::decode(scope))
    };
    // A shape is stored nowhere.
    let check = local("__check");
    let rules = match scope.container.derive {
        Derive::Model | Derive::Embedded => quote! {
            const RULES: bool = true;
            fn check_rules(&self, #check: &mut #runtime::Check) {
                #runtime::Validate::check(self, #check)
            }
        },
        Derive::Shape | Derive::View | Derive::Value => TokenStream::new(),
    };
    let names = scope.stored().map(|field| &field.stored);
    let send =
        if scope.is_generic() { scope.bounds(&[quote!(Self: ::core::marker::Send)]) } else { bounds.clone() };
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            type Fields<#place: #runtime::At, #base> = #fields #laid;
            type Optional = ::core::option::Option<Self>;
            type Bare = Self;
            type Lift<#changed: #runtime::Value> = #changed;
            type Laid<#changed: #runtime::Doc> = #runtime::Over<Self, #changed>;
            type Joined<#changed: #runtime::Doc> = #runtime::With<Self, #changed>;
            fn under<#place: #runtime::At, #base>(#at: #place, #over: #base) -> #fields #laid {
                #fields { at: #at, base: #over, #types }
            }
            fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                #encode
            }
            fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                #decode
            }
            #rules
        }
        #[automatically_derived]
        impl #parameters #runtime::Doc for #itself #bounds {
            const NAMES: &'static [&'static str] = &[#(#names),*];
        }
        #[automatically_derived]
        impl #parameters #runtime::Decode for #itself #send {}
    }
}

/// For an item that no derive supports: what the rest of the program may ask of it.
pub(crate) fn stand_in(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, place, base, changed, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let document = match scope.container.derive {
        Derive::Value => TokenStream::new(),
        derive => {
            let model =
                if derive == Derive::Model { super::model::stand_in(scope) } else { TokenStream::new() };
            quote! {
                impl #parameters #runtime::Doc for #itself #bounds {
                    const NAMES: &'static [&'static str] = &[];
                }
                impl #parameters #runtime::Decode for #itself #bounds {}
                impl #parameters #runtime::Validate for #itself #bounds {
                    fn check(&self, _: &mut #runtime::Check) {}
                }
                #model
            }
        }
    };
    quote! {
        impl #parameters #runtime::Value for #itself #bounds {
            type Fields<#place: #runtime::At, #base> = #base;
            type Optional = ::core::option::Option<Self>;
            type Bare = Self;
            type Lift<#changed: #runtime::Value> = #changed;
            type Laid<#changed: #runtime::Doc> = Self;
            type Joined<#changed: #runtime::Doc> = Self;
            fn under<#place: #runtime::At, #base>(_: #place, base: #base) -> #base {
                base
            }
            fn encode(&self, _: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                loop {}
            }
            fn decode(_: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                loop {}
            }
        }
        #document
    }
}
