//! Flattening: the names that a flattened type declares, and the elements that belong to a value of it.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Scope, span::local, upgrade};
use crate::{
    ast::{Content, Data, Field, Variant, member_name},
    attr::serde::Tagging,
};

/// Returns `Value::DECLARED` and `Value::claim` of a struct.
pub(crate) fn of_document(scope: &Scope<'_>) -> TokenStream {
    let (runtime, own) = (&scope.runtime, own_names(scope, None));
    let mut names = name_functions(scope, scope.container.fields(), None);
    let has_flattened = !names.is_empty();
    // A type with `from` is decoded as another type, which has names of its own.
    let read = scope.container.from.map(|_| quote!(#runtime::serde_names::<Self>));
    names.extend(read.clone());
    let declared = declared(scope, &own, &names);
    // Without flattened fields, a value takes all elements that its type declares.
    if !has_flattened || scope.failed {
        return declared;
    }
    let claims = claims(scope, &own, scope.container.fields(), |field| {
        let (value, member) = (value(), &field.member);
        quote!(&#value.#member)
    });
    let rest = rest();
    let read = read.map(|names| quote!(#rest.take(&#names());));
    let claim = claim(scope, &quote!(#claims #read));
    quote!(#declared #claim)
}

/// Returns the same for an enum: the names of all variants, and the elements of the variant of the value.
pub(crate) fn of_enum(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let stored = || variants.iter().filter(|variant| variant.is_stored());
    let (mut own, mut below) = (tag_names(tagging), Vec::new());
    for variant in stored() {
        for name in names_of_variant(tagging, variant) {
            if !own.contains(&name) {
                own.push(name);
            }
        }
        below.extend(variant_name_functions(scope, tagging, variant));
    }
    let declared = declared(scope, &own, &below);
    if scope.failed {
        return declared;
    }
    let arms = stored().map(|variant| {
        let ident = &variant.original.ident;
        let mut own = if variant.untagged { Vec::new() } else { tag_names(tagging) };
        own.extend(names_of_variant(tagging, variant));
        let bound = |field: &Field<'_>| local(&format!("__bound_{}", member_name(&field.member)));
        let (bindings, claims) = match &variant.content {
            Content::Document(fields) if is_inline(tagging, variant) => {
                let flat: Vec<_> = fields.iter().filter(|field| field.flatten.is_some()).collect();
                let members = flat.iter().map(|field| &field.member);
                let names = flat.iter().map(|field| bound(field));
                let claims = claims(scope, &own, fields, |field| {
                    let bound = bound(field);
                    quote!(#bound)
                });
                (quote!(#(#members: #names,)*), claims)
            }
            Content::Newtype(field) if is_inline(tagging, variant) => {
                let (member, name, key) = (&field.member, bound(field), scope.key(field));
                let take = take(scope, &own);
                let function = if variant.untagged { quote!(claim_content) } else { quote!(claim_flattened) };
                let rest = rest();
                let claim = quote!(#runtime::#function::<Self, #key>(#name, #rest)?;);
                (quote!(#member: #name,), quote!(#take #claim))
            }
            _ => (TokenStream::new(), take(scope, &own)),
        };
        quote!(Self::#ident { #bindings .. } => { #claims })
    });
    let value = value();
    let body = quote!(match #value { #(#arms)* _ => {} });
    let claim = claim(scope, &body);
    quote!(#declared #claim)
}

/// Returns the names beside a flattened field: those of the document's own fields and of its other flattened fields.
pub(crate) fn beside(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let variant = field.variant.and_then(|ident| {
        let mut variants = scope.container.variants().iter();
        variants.find(|variant| variant.original.ident == *ident)
    });
    let fields = match variant.map(|variant| &variant.content) {
        Some(Content::Document(fields)) => fields.as_slice(),
        Some(_) => &[],
        None => scope.container.fields(),
    };
    let (own, others) = (own_names(scope, variant), name_functions(scope, fields, Some(field)));
    let runtime = &scope.runtime;
    quote!(const OTHER_NAMES: #runtime::FieldNames = #runtime::FieldNames::new(&[#(#own),*], &[#(#others),*]);)
}

/// Returns match arms that skip the fields that are written and not read: they do not belong to a flattened map.
pub(crate) fn passed(fields: &[Field<'_>]) -> TokenStream {
    let unread = fields.iter().filter(|field| is_named(field) && field.skip_deserializing);
    let names = unread.flat_map(names_of).map(|name| Literal::byte_string(name.as_bytes()));
    quote!(#(#names => ::core::result::Result::Ok(()),)*)
}

/// Returns `Flatten::READS_FROM` of a struct, if the struct does not read exactly the names that it declares.
pub(crate) fn shown(scope: &Scope<'_>) -> TokenStream {
    let (runtime, fields) = (&scope.runtime, scope.container.fields());
    // A document of an older version may have other elements, which its steps need.
    let has_steps = upgrade::is_versioned(scope) && !scope.container.deny_unknown_fields;
    let all =
        scope.container.from.is_some() || has_steps || fields.iter().any(|field| field.flatten.is_some());
    if all {
        return quote!(const READS_FROM: #runtime::ReadsFrom = #runtime::ReadsFrom::All;);
    }
    if fields.iter().all(|field| !(is_named(field) && field.skip_deserializing)) {
        return TokenStream::new();
    }
    let read = fields.iter().filter(|field| !field.skip_deserializing).flat_map(names_of);
    let tag = scope.container.tag.iter().map(|(tag, _)| tag);
    let names = read.chain(tag).cloned().chain(upgrade::element(scope));
    quote!(const READS_FROM: #runtime::ReadsFrom = #runtime::ReadsFrom::Read(&[#(#names),*]);)
}

/// Returns the parameter of `claim` with the value.
fn value() -> Ident {
    local("__value")
}

fn rest() -> Ident {
    local("__rest")
}

fn declared(scope: &Scope<'_>, own: &[String], parts: &[TokenStream]) -> TokenStream {
    let runtime = &scope.runtime;
    let parts = if scope.failed { &[] } else { parts };
    quote!(const DECLARED: #runtime::FieldNames = #runtime::FieldNames::new(&[#(#own),*], &[#(#parts),*]);)
}

fn claim(scope: &Scope<'_>, body: &TokenStream) -> TokenStream {
    let (runtime, value, rest) = (&scope.runtime, value(), rest());
    quote! {
        fn claim(#value: &Self, #rest: &mut #runtime::UnclaimedElements<'_>) -> #runtime::CodecResult<()> {
            #body
            ::core::result::Result::Ok(())
        }
    }
}

/// Returns statements that take out the elements of a document with flattened fields. `access` returns a reference to
/// such a field.
fn claims(
    scope: &Scope<'_>,
    own: &[String],
    fields: &[Field<'_>],
    access: impl Fn(&Field<'_>) -> TokenStream,
) -> TokenStream {
    let (runtime, rest) = (&scope.runtime, rest());
    let take = take(scope, own);
    let flattened = flat(fields).map(|field| {
        let (owner, key, value) = (scope.owner(field), scope.key(field), access(field));
        if field.skip_deserializing {
            quote!(#rest.take(&#runtime::flattened_names::<#owner, #key>());)
        } else {
            quote!(#runtime::claim_flattened::<#owner, #key>(#value, #rest)?;)
        }
    });
    quote!(#take #(#flattened)*)
}

fn take(scope: &Scope<'_>, own: &[String]) -> TokenStream {
    if own.is_empty() {
        return TokenStream::new();
    }
    let (runtime, rest) = (&scope.runtime, rest());
    quote!(#rest.take(&#runtime::FieldNames::new(&[#(#own),*], &[]));)
}

/// Returns the names of a document without its flattened fields: of the struct, or of a variant and its tag.
fn own_names(scope: &Scope<'_>, variant: Option<&Variant<'_>>) -> Vec<String> {
    match (variant, &scope.container.data) {
        (Some(variant), Data::Enum(tagging, _)) => {
            let mut names = match tagging {
                Tagging::Internal { .. } if !variant.untagged => tag_names(tagging),
                _ => Vec::new(),
            };
            if let Content::Document(fields) = &variant.content {
                names.extend(fields.iter().filter(|field| is_named(field)).flat_map(names_of).cloned());
            }
            names
        }
        _ => {
            let fields = scope.container.fields().iter().filter(|field| is_named(field));
            let names = fields.flat_map(names_of).cloned();
            let tag = scope.container.tag.iter().map(|(tag, _)| tag.clone());
            names.chain(tag).chain(upgrade::element(scope)).collect()
        }
    }
}

/// Returns the functions that return the names of the flattened fields, except for the field `but`.
fn name_functions(scope: &Scope<'_>, fields: &[Field<'_>], but: Option<&Field<'_>>) -> Vec<TokenStream> {
    let runtime = &scope.runtime;
    flat(fields)
        .filter(|field| but.is_none_or(|but| but.member != field.member))
        .map(|field| {
            let (owner, key) = (scope.owner(field), scope.key(field));
            quote!(#runtime::flattened_names::<#owner, #key>)
        })
        .collect()
}

/// Returns the names of the elements that store the tag and the content of an enum.
fn tag_names(tagging: &Tagging) -> Vec<String> {
    match tagging {
        Tagging::Internal { tag } => vec![tag.clone()],
        Tagging::Adjacent { tag, content } => vec![tag.clone(), content.clone()],
        Tagging::External | Tagging::Untagged => Vec::new(),
    }
}

/// Returns whether the content of the variant is stored in the document of the enum itself.
fn is_inline(tagging: &Tagging, variant: &Variant<'_>) -> bool {
    variant.untagged || matches!(tagging, Tagging::Internal { .. })
}

/// Returns the names of a variant's elements beside its tag.
fn names_of_variant(tagging: &Tagging, variant: &Variant<'_>) -> Vec<String> {
    match &variant.content {
        _ if *tagging == Tagging::External && !variant.untagged => {
            std::iter::once(&variant.stored).chain(&variant.aliases).cloned().collect()
        }
        Content::Document(fields) if is_inline(tagging, variant) => {
            fields.iter().filter(|field| is_named(field)).flat_map(names_of).cloned().collect()
        }
        _ => Vec::new(),
    }
}

fn variant_name_functions(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> Vec<TokenStream> {
    let runtime = &scope.runtime;
    match &variant.content {
        Content::Document(fields) if is_inline(tagging, variant) => name_functions(scope, fields, None),
        Content::Newtype(field) if is_inline(tagging, variant) => {
            let key = scope.key(field);
            let function = if variant.untagged { quote!(content_names) } else { quote!(flattened_names) };
            vec![quote!(#runtime::#function::<Self, #key>)]
        }
        _ => Vec::new(),
    }
}

fn flat<'f, 'a: 'f>(fields: &'f [Field<'a>]) -> impl Iterator<Item = &'f Field<'a>> {
    fields.iter().filter(|field| field.is_stored() && field.flatten.is_some())
}

/// Returns whether the field is stored as an element of its own.
fn is_named(field: &Field<'_>) -> bool {
    field.is_stored() && field.flatten.is_none()
}

fn names_of<'f>(field: &'f Field<'_>) -> impl Iterator<Item = &'f String> {
    std::iter::once(&field.stored).chain(&field.aliases)
}
