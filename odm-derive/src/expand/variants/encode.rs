//! Encoding of an enum with data.

use proc_macro2::TokenStream;
use quote::quote;

use super::{body, bound, is_flattened, pattern};
use crate::{
    ast::{Content, Field, Variant},
    attr::serde::Tagging,
    expand::{Scope, codec, span::local, tuple},
};

/// Returns the body of `Value::encode`.
pub(super) fn value_body(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let writer = local("writer");
    let bare = variants.iter().filter_map(|variant| {
        let pattern = pattern(variant);
        if variant.skip_serializing {
            None
        } else if variant.untagged {
            let write = whole(scope, variant);
            Some(quote!(#pattern => #write,))
        } else if *tagging == Tagging::External && matches!(variant.content, Content::Unit) {
            let stored = &variant.stored;
            Some(quote!(#pattern => #writer.put_str(#stored),))
        } else {
            None
        }
    });
    let bare: Vec<_> = bare.collect();
    if bare.is_empty() {
        return quote!(#writer.document_of(self));
    }
    let value = local("__value");
    let document = (bare.len() < variants.len()).then(|| quote!(_ => #writer.document_of(#value),));
    quote!(#writer.level(self, |#value, #writer| match #value { #(#bare)* #document }))
}

/// Returns the body of `Flatten::encode_fields`.
pub(super) fn flatten_body(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, ident, .. } = scope;
    let arms = variants.iter().map(|variant| {
        let pattern = pattern(variant);
        let name = format!("{ident}::{}", variant.original.ident);
        let writer = local("writer");
        if variant.skip_serializing {
            quote!(#pattern => ::core::result::Result::Err(#runtime::skipped_variant(#name)),)
        } else if variant.untagged {
            let write = whole(scope, variant);
            quote!(#pattern => #writer.put_elements_with(|#writer| #write),)
        } else {
            let write = elements(scope, tagging, variant);
            quote!(#pattern => { #write })
        }
    });
    quote!(match self { #(#arms)* })
}

/// Returns code that writes an untagged variant as its content alone, which may be any value.
fn whole(scope: &Scope<'_>, variant: &Variant<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let writer = local("writer");
    match &variant.content {
        Content::Unit => quote!(::core::result::Result::Ok(#runtime::ElementType::Null)),
        Content::Newtype(field) => {
            let (key, value) = (scope.key(field), bound(field));
            quote!(#runtime::put_content::<Self, #key>(#writer, #value))
        }
        Content::Tuple(fields) => {
            let items = items(scope, fields);
            quote!(#writer.tuple(|#writer| { #items }))
        }
        Content::Document(fields) => {
            let elements = named(scope, variant, fields);
            quote!(#writer.document(|#writer| { #elements }))
        }
    }
}

/// Returns code that writes the elements of a tagged variant, as a `CodecResult<()>`.
fn elements(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    let (writer, stored) = (local("writer"), &variant.stored);
    match tagging {
        Tagging::External => match &variant.content {
            // serde writes this if the enum is flattened. Otherwise the variant is stored as a string.
            Content::Unit => quote!(#writer.null_at(#stored)),
            _ => content(scope, variant, stored),
        },
        Tagging::Adjacent { tag, content: name } => match &variant.content {
            Content::Unit => quote!(#writer.text_at(#tag, #stored)),
            _ => {
                let content = content(scope, variant, name);
                quote!(#writer.text_at(#tag, #stored)?; #content)
            }
        },
        Tagging::Internal { tag } => {
            let content = beside(scope, tagging, variant);
            quote!(#writer.text_at(#tag, #stored)?; #content)
        }
        Tagging::Untagged => TokenStream::new(),
    }
}

/// Returns code that writes the content as one element.
fn content(scope: &Scope<'_>, variant: &Variant<'_>, name: &str) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let writer = local("writer");
    match &variant.content {
        Content::Unit => quote!(::core::result::Result::Ok(())),
        Content::Newtype(field) => {
            let (key, value) = (scope.key(field), bound(field));
            quote!(#runtime::put_field::<Self, #key>(#writer, #value))
        }
        Content::Tuple(fields) => {
            let items = items(scope, fields);
            quote!(#writer.tuple_at(#name, |#writer| { #items }))
        }
        Content::Document(fields) => {
            let elements = named(scope, variant, fields);
            quote!(#writer.document_at(#name, |#writer| { #elements }))
        }
    }
}

/// Returns code that writes the content as elements beside the tag.
fn beside(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let writer = local("writer");
    match &variant.content {
        Content::Newtype(field) if is_flattened(tagging, variant) => {
            let (key, value) = (scope.key(field), bound(field));
            quote!(#runtime::put_flattened::<Self, #key>(#writer, #value))
        }
        Content::Document(fields) => named(scope, variant, fields),
        _ => quote!(::core::result::Result::Ok(())),
    }
}

fn named(scope: &Scope<'_>, variant: &Variant<'_>, fields: &[Field<'_>]) -> TokenStream {
    let elements = codec::encode(scope, &body(scope, variant, fields, None), |field| {
        let bound = bound(field);
        quote!(#bound)
    });
    quote!(#elements ::core::result::Result::Ok(()))
}

fn items(scope: &Scope<'_>, fields: &[Field<'_>]) -> TokenStream {
    tuple::encode(scope, fields, |field| {
        let bound = bound(field);
        quote!(#bound)
    })
}
