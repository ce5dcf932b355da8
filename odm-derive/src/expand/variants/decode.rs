//! Decoding of an enum with data.

use proc_macro2::TokenStream;
use quote::quote;

use super::{body, constructor, content_name};
use crate::{
    ast::{Content, Variant},
    attr::serde::{Default, Tagging},
    expand::{Scope, codec, span::local, tuple},
};

/// Returns the body of `Value::decode`.
pub(super) fn value_body(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let (raw, name, content) = (local("__raw"), local("__name"), local("__content"));
    if all_tagged(tagging, variants) {
        return quote!(#raw.document_of());
    }
    let tagged = match tagging {
        Tagging::External => {
            let arms = arms(scope, tagging, variants);
            quote! {
                let (#name, #content) = #raw.variant()?;
                #arms
            }
        }
        Tagging::Internal { .. } | Tagging::Adjacent { .. } => {
            let (elements, read) = (local("__elements"), by_tag(scope, tagging, variants));
            quote!(let #elements = #raw.elements()?; #read)
        }
        Tagging::Untagged => TokenStream::new(),
    };
    let untagged: Vec<_> =
        variants.iter().filter(|variant| variant.untagged && !variant.skip_deserializing).collect();
    if untagged.is_empty() && *tagging != Tagging::Untagged {
        return quote!(#raw.level(|#raw| { #tagged }));
    }
    let attempts = untagged.iter().map(|variant| attempt(scope, variant));
    if *tagging == Tagging::Untagged {
        let names = untagged.iter().map(|variant| variant.original.ident.to_string());
        return quote!(#raw.search(&[#(|#raw| { #attempts }),*], &[#(#names),*]));
    }
    // If the tag is known but its content does not fit, that error is more useful than "no variant fits".
    quote!(#raw.search(&[|#raw| { #tagged }, #(|#raw| { #attempts }),*], &[]))
}

/// Returns the body of `Flatten::decode_fields`.
pub(super) fn flatten_body(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let elements = local("__elements");
    if all_tagged(tagging, variants) {
        by_tag(scope, tagging, variants)
    } else {
        quote!(#elements.decode_whole())
    }
}

/// Returns whether a tag identifies every variant, so that the tag alone determines how the value is read.
pub(super) fn all_tagged(tagging: &Tagging, variants: &[Variant<'_>]) -> bool {
    let has_tag = matches!(tagging, Tagging::Internal { .. } | Tagging::Adjacent { .. });
    has_tag && !variants.iter().any(|variant| variant.untagged)
}

/// Returns code that reads the variant that the tag identifies, as a `CodecResult<Self>`.
fn by_tag(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let (elements, name, content) = (local("__elements"), local("__name"), local("__content"));
    let arms = arms(scope, tagging, variants);
    match tagging {
        Tagging::Internal { tag } => quote! {
            let #name = #elements.tag(#tag)?;
            #arms
        },
        Tagging::Adjacent { tag, content: held } => {
            let names = if scope.container.deny_unknown_fields {
                quote!(::core::option::Option::Some(&[#tag, #held]))
            } else {
                quote!(::core::option::Option::None)
            };
            quote! {
                let (#name, #content) = #elements.tag_and_content(#tag, #held, #names)?;
                #arms
            }
        }
        Tagging::External | Tagging::Untagged => TokenStream::new(),
    }
}

/// Returns a `match` on the name of the variant.
fn arms(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let name = local("__name");
    let read: Vec<_> =
        variants.iter().filter(|variant| !variant.skip_deserializing && !variant.untagged).collect();
    let arms = read.iter().filter(|variant| !variant.other).map(|variant| {
        let (stored, aliases) = (&variant.stored, &variant.aliases);
        let tagged = tagged(scope, tagging, variant);
        quote!(#stored #(| #aliases)* => { #tagged })
    });
    let unknown = match read.iter().find(|variant| variant.other) {
        Some(variant) => {
            let constructor = constructor(variant);
            quote!(_ => ::core::result::Result::Ok(#constructor {}),)
        }
        None => {
            let known = read.iter().map(|variant| &variant.stored);
            let error = quote!(#runtime::unknown_variant(#name, &[#(#known),*]));
            let error = match tagging {
                Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => quote!(#error.at(#tag)),
                Tagging::External | Tagging::Untagged => error,
            };
            quote!(#name => ::core::result::Result::Err(#error),)
        }
    };
    quote!(match #name { #(#arms)* #unknown })
}

/// Returns code that reads a variant whose name was read, as a `CodecResult<Self>`.
fn tagged(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (elements, content) = (local("__elements"), local("__content"));
    let (constructor, name) = (constructor(variant), content_name(tagging, variant));
    let is_internal = matches!(tagging, Tagging::Internal { .. });
    let held = quote!(#runtime::require_content(#content, #name)?);
    match &variant.content {
        Content::Unit if is_internal => nothing(variant),
        Content::Unit => {
            let nothing = nothing(variant);
            quote!(#runtime::refuse_content(#content, #name)?; #nothing)
        }
        Content::Newtype(field) => {
            let (key, member) = (scope.key(field), &field.member);
            let read = match tagging {
                Tagging::Internal { tag } => {
                    quote!(#runtime::flattened_after_tag::<Self, #key>(#elements, #tag)?)
                }
                Tagging::Adjacent { .. } => {
                    quote!(#runtime::read_content_or_missing::<Self, #key>(#content)?)
                }
                Tagging::External | Tagging::Untagged => quote!(#runtime::read_content::<Self, #key>(#held)?),
            };
            quote!(::core::result::Result::Ok(#constructor { #member: #read }))
        }
        Content::Tuple(fields) => {
            let read = tuple::decode(scope, fields, &constructor, &quote!(#held));
            below(scope, name, &read)
        }
        Content::Document(fields) => match tagging {
            Tagging::Internal { tag } => {
                let read = codec::decode(scope, &body(scope, variant, fields, Some(tag)));
                // A separate function, so that the fields of all variants are not on the stack at the same time.
                quote! {
                    (|| -> #runtime::CodecResult<Self> {
                        let mut #elements = #elements;
                        #read
                    })()
                }
            }
            _ => {
                let read = codec::decode(scope, &body(scope, variant, fields, None));
                below(scope, name, &quote!(let mut #elements = #held.elements()?; #read))
            }
        },
    }
}

/// Returns code for a variant that is stored without data. A skipped field has its default.
fn nothing(variant: &Variant<'_>) -> TokenStream {
    let constructor = constructor(variant);
    let skipped = variant.skipped.iter().map(|field| {
        let (member, default) = (&field.member, codec::missing(field, &Default::None));
        quote!(#member: #default,)
    });
    quote!(::core::result::Result::Ok(#constructor { #(#skipped)* }))
}

/// Returns code that adds this name to the path of an error inside.
fn below(scope: &Scope<'_>, name: &str, read: &TokenStream) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (error, value) = (local("__error"), local("__value"));
    quote! {
        match (|| -> #runtime::CodecResult<Self> { #read })() {
            ::core::result::Result::Err(#error) => ::core::result::Result::Err(#error.at(#name)),
            #value => #value,
        }
    }
}

/// Returns code that reads the value as this variant, as a `CodecResult<Self>`.
fn attempt(scope: &Scope<'_>, variant: &Variant<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (raw, elements) = (local("__raw"), local("__elements"));
    let constructor = constructor(variant);
    match &variant.content {
        Content::Unit => {
            let nothing = nothing(variant);
            quote!(#raw.unit()?; #nothing)
        }
        Content::Newtype(field) => {
            let (key, member) = (scope.key(field), &field.member);
            quote!(::core::result::Result::Ok(#constructor { #member: #runtime::read_content::<Self, #key>(#raw)? }))
        }
        Content::Tuple(fields) => tuple::decode(scope, fields, &constructor, &quote!(#raw)),
        Content::Document(fields) => {
            let read = codec::decode(scope, &body(scope, variant, fields, None));
            quote!(let mut #elements = #raw.elements()?; #read)
        }
    }
}
