//! `Value`, `Doc` and `Decode` of a document.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    Scope,
    codec::{self, Body},
    flatten, meta,
    span::local,
    upgrade, validate,
};
use crate::derive::Derive;

/// Returns the three implementations.
pub(crate) fn of_document(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, context, base, fields, changed, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let laid = scope.arguments(&[quote!(#context), quote!(#base)]);
    let (at, over, writer, raw) = (local("at"), local("base"), local("writer"), local("__raw"));
    let types =
        if scope.is_generic() { quote!(types: ::core::marker::PhantomData,) } else { TokenStream::new() };
    let elements = local("__elements");
    let body = decode_elements(scope);
    // A document that is read as another type, or has a version, is decoded from all its elements.
    let (elements_decoded, decode) = match scope.container.from {
        Some(_) if !scope.failed => {
            (quote!(#elements.decode_whole()), quote!(#runtime::decode_with::<#runtime::Serde, Self>(#raw)))
        }
        _ if upgrade::is_versioned(scope) => {
            (quote!(#elements.decode_whole()), quote!(let mut #elements = #raw.elements()?; #body))
        }
        _ => (body, quote!(#raw.document_of())),
    };
    let (flatten, declared) = (flatten(scope, &elements_decoded), flatten::of_document(scope));
    let version = upgrade::version(scope);
    let versioned = upgrade::expand(scope, &decode);
    let decode = upgrade::decode(scope, decode);
    // A shape is never stored, so it has no rules.
    let check = local("__check");
    let rules = match scope.container.derive {
        Derive::Model | Derive::Embedded => quote! {
            const RULES: bool = true;
            fn check_rules(&self, #check: &mut #runtime::Check) {
                #runtime::Validate::check(self, #check)
            }
        },
        Derive::Shape | Derive::View | Derive::Patch | Derive::Value => TokenStream::new(),
    };
    let (stored_as, meta) = (meta::stored_document(scope), meta::of_document(scope));
    let document_rules = validate::document_rules(scope);
    let names = scope.stored().filter(|field| field.flatten.is_none()).map(|field| &field.stored);
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            type Fields<#context: #runtime::Context, #base> = #fields #laid;
            type Optional = ::core::option::Option<Self>;
            type NonNull = Self;
            type DistinctItem<#changed: #runtime::Value> = #changed;
            type Lift<#changed: #runtime::Value> = #changed;
            type Replaced<#changed: #runtime::Doc> = #runtime::WithFieldType<Self, #changed>;
            type Added<#changed: #runtime::Doc> = #runtime::With<Self, #changed>;
            fn under<#context: #runtime::Context, #base>(#at: #context, #over: #base) -> #fields #laid {
                #fields { at: #at, base: #over, #types }
            }
            fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                #writer.document_of(self)
            }
            fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                #decode
            }
            #stored_as
            #declared
            #rules
        }
        #flatten
        #[automatically_derived]
        impl #parameters #runtime::Doc for #itself #bounds {
            const NAMES: &'static [&'static str] = &[#(#names),*];
            #version
            #meta
            #document_rules
        }
        #[automatically_derived]
        impl #parameters #runtime::Decode for #itself #bounds {}
        #versioned
    }
}

/// Returns the named fields of the document.
fn body<'a>(scope: &Scope<'a>) -> Body<'a> {
    let container = scope.container;
    Body {
        fields: container.fields(),
        constructor: quote!(Self),
        is_variant: false,
        default: &container.default,
        deny_unknown_fields: container.deny_unknown_fields,
        tag: container.tag.as_ref().map(|(tag, _)| tag.as_str()),
        tag_value: container.tag.as_ref().map(|(_, name)| name.as_str()),
    }
}

fn decode_elements(scope: &Scope<'_>) -> TokenStream {
    if scope.failed { quote!(loop {}) } else { codec::decode(scope, &body(scope)) }
}

/// Returns `impl Flatten`: the elements without a frame around them. `decode` reads them.
fn flatten(scope: &Scope<'_>, decode: &TokenStream) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (writer, elements) = (local("writer"), local("__elements"));
    let encode = if scope.failed {
        quote!(loop {})
    } else {
        let encode = codec::encode(scope, &body(scope), |field| {
            let member = &field.member;
            quote!(&self.#member)
        });
        quote!(#encode ::core::result::Result::Ok(()))
    };
    let shown = flatten::shown(scope);
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Flatten for #itself #bounds {
            #shown
            fn encode_fields(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<()> {
                #encode
            }
            fn decode_fields(mut #elements: #runtime::Elements<'_>) -> #runtime::CodecResult<Self> {
                #decode
            }
        }
    }
}

/// Returns the associated types of a value whose fields the stages of a pipeline do not change. `fields` and `under`
/// are the fields struct below a path to it.
pub(crate) fn associated_types(scope: &Scope<'_>, fields: &TokenStream, under: &TokenStream) -> TokenStream {
    let Scope { runtime, context, base, changed, .. } = scope;
    quote! {
        type Fields<#context: #runtime::Context, #base> = #fields;
        type Optional = ::core::option::Option<Self>;
        type NonNull = Self;
        type DistinctItem<#changed: #runtime::Value> = #changed;
        type Lift<#changed: #runtime::Value> = #changed;
        type Replaced<#changed: #runtime::Doc> = Self;
        type Added<#changed: #runtime::Doc> = Self;
        #under
    }
}

/// Returns `impl Value` for a type without accessors below it. `further` are its other items.
pub(crate) fn leaf(
    scope: &Scope<'_>,
    encode: &TokenStream,
    decode: &TokenStream,
    further: &TokenStream,
) -> TokenStream {
    let Scope { runtime, context, base, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (over, writer, raw) = (local("base"), local("writer"), local("raw"));
    let associated_types = associated_types(
        scope,
        &quote!(#base),
        &quote!(fn under<#context: #runtime::Context, #base>(_: #context, #over: #base) -> #base { #over }),
    );
    let (encode, decode) =
        if scope.failed { (quote!(loop {}), quote!(loop {})) } else { (encode.clone(), decode.clone()) };
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            #associated_types
            fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                #encode
            }
            fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                #decode
            }
            #further
        }
    }
}

/// Returns `impl Value` for a unit struct: null.
pub(crate) fn of_unit(scope: &Scope<'_>) -> TokenStream {
    let (runtime, raw) = (&scope.runtime, local("raw"));
    leaf(
        scope,
        &quote!(::core::result::Result::Ok(#runtime::ElementType::Null)),
        &quote!(#raw.unit()?; ::core::result::Result::Ok(Self {})),
        &quote! {
            const ARRAYS: #runtime::Arrays = #runtime::Arrays::NULL;
            const STORED_AS: &'static #runtime::TypeMeta =
                &#runtime::TypeMeta::Scalar(#runtime::ElementType::Null);
        },
    )
}

/// Returns `impl Value` for a type that serde stores as another.
pub(crate) fn through_serde(scope: &Scope<'_>) -> TokenStream {
    let (runtime, writer, raw) = (&scope.runtime, local("writer"), local("raw"));
    let types = quote!(#runtime::Serde, Self);
    leaf(
        scope,
        &quote!(#runtime::encode_with::<#types>(self, #writer)),
        &quote!(#runtime::decode_with::<#types>(#raw)),
        &quote! {
            const ARRAYS: #runtime::Arrays = #runtime::Arrays::ANY;
            fn missing() -> ::core::option::Option<Self> {
                <#runtime::Serde as #runtime::SerdeWith<Self>>::missing()
            }
        },
    )
}

/// Returns `impl Doc` and `impl Decode` for an enum of documents.
pub(crate) fn of_enum_model(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let mut names: Vec<&str> = Vec::new();
    let stored = scope.container.documents().flatten().filter(|field| field.flatten.is_none());
    for name in stored.map(|field| field.stored.as_str()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (meta, document_rules) = (meta::of_document(scope), validate::document_rules(scope));
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Doc for #itself #bounds {
            const NAMES: &'static [&'static str] = &[#(#names),*];
            #meta
            #document_rules
        }
        #[automatically_derived]
        impl #parameters #runtime::Decode for #itself #bounds {}
    }
}

/// Returns the placeholder of an item that the derive does not support, with the impls that other code may need.
pub(crate) fn placeholder(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, context, base, changed, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let document = match scope.container.derive {
        Derive::Value => TokenStream::new(),
        derive => {
            let model =
                if derive == Derive::Model { super::model::placeholder(scope) } else { TokenStream::new() };
            quote! {
                impl #parameters #runtime::Doc for #itself #bounds {
                    const NAMES: &'static [&'static str] = &[];
                    const META: &'static #runtime::DocumentMeta =
                        &#runtime::document_meta::<Self>("", &[]);
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
            type Fields<#context: #runtime::Context, #base> = #base;
            type Optional = ::core::option::Option<Self>;
            type NonNull = Self;
            type DistinctItem<#changed: #runtime::Value> = #changed;
            type Lift<#changed: #runtime::Value> = #changed;
            type Replaced<#changed: #runtime::Doc> = Self;
            type Added<#changed: #runtime::Doc> = Self;
            fn under<#context: #runtime::Context, #base>(_: #context, base: #base) -> #base {
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
