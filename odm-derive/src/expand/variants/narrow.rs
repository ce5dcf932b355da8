//! The fields struct of an enum: one accessor for each variant.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Member, ext::IdentExt};

use super::content_key;
use crate::{
    ast::{Content, Field, Variant, id},
    attr::serde::Tagging,
    derive::Derive,
    expand::{
        Scope, fields, keys,
        names::{accessor_name, identifier, snake},
        scope::key_ident,
        span::local,
        value,
    },
};

/// Returns the fields struct, and for each variant with named fields a type for its document.
pub(super) fn expand(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let mut taken = HashSet::new();
    let (shared, mut accessors) = shared(scope, tagging, variants, &mut taken);
    for variant in variants.iter().filter(|variant| variant.is_stored()) {
        let mut name = snake(&variant.original.ident.unraw().to_string());
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let name = identifier(&name);
        accessors.push(accessor(scope, tagging, variant, &name));
    }
    let (tag, of_tag) = tag(scope, tagging, variants, &mut taken);
    accessors.extend(of_tag);
    let itself = fields::structure(scope, &scope.fields, &accessors);
    let documents =
        variants.iter().filter(|variant| variant.is_stored()).map(|variant| match &variant.content {
            Content::Document(fields) => document(scope, variant, fields),
            _ => TokenStream::new(),
        });
    quote!(#shared #tag #itself #(#documents)*)
}

/// Returns the accessors that need no narrowing: of the fields that every variant stores alike, and of the id of a
/// model.
fn shared(
    scope: &Scope<'_>,
    tagging: &Tagging,
    variants: &[Variant<'_>],
    taken: &mut HashSet<String>,
) -> (TokenStream, Vec<TokenStream>) {
    if !matches!(tagging, Tagging::Internal { .. } | Tagging::Untagged) {
        return (TokenStream::new(), Vec::new());
    }
    let mut alike: HashMap<String, usize> = HashMap::new();
    let mut first: Vec<(&Field<'_>, String)> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        let Content::Document(fields) = &variant.content else { continue };
        for field in fields.iter().filter(|field| field.is_stored() && field.flatten.is_none()) {
            let ty = scope.path_type(field).to_token_stream().to_string();
            let same = format!("{} {} {ty}", key_ident(field), field.stored);
            *alike.entry(same.clone()).or_default() += 1;
            if index == 0 {
                first.push((field, same));
            }
        }
    }
    let mut accessors = Vec::new();
    for (field, same) in &first {
        let Member::Named(member) = &field.member else { continue };
        if alike.get(same) == Some(&variants.len()) && taken.insert(member.unraw().to_string()) {
            accessors.push(fields::accessor(scope, field));
        }
    }
    let has_id = first
        .iter()
        .any(|(field, _)| field.stored == "_id" && taken.contains(&key_ident(field).unraw().to_string()));
    if scope.container.derive != Derive::Model || has_id || scope.failed {
        return (TokenStream::new(), accessors);
    }
    let Scope { runtime, context, keys, .. } = scope;
    let (itself, shared) = (scope.itself(), scope.shared_id());
    let key = quote!(#keys::#shared);
    taken.insert("id".to_owned());
    let id = quote!(<#itself as #runtime::Model>::Id);
    accessors.push(quote! {
        /// Stored as `_id`.
        pub fn id(&self) -> <#context as #runtime::Context>::Field<#id, #key> {
            <#context as #runtime::Context>::field::<#id, #key>(&self.at)
        }
    });
    (keys::fixed(scope, &key, "_id"), accessors)
}

/// Returns the accessor of the tag, which has the stored name of the tag.
fn tag(
    scope: &Scope<'_>,
    tagging: &Tagging,
    variants: &[Variant<'_>],
    taken: &mut HashSet<String>,
) -> (TokenStream, Option<TokenStream>) {
    let (Tagging::Internal { tag } | Tagging::Adjacent { tag, .. }) = tagging else {
        return (TokenStream::new(), None);
    };
    let Scope { runtime, context, keys, .. } = scope;
    let tag_ident = scope.tag_ident();
    let key = quote!(#keys::#tag_ident);
    let mut name = accessor_name(tag);
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    let name = identifier(&name);
    let docs = format!(" Stored as `{tag}`: the name of the variant.");
    // If some variants are untagged, a document may have no tag.
    let ty = if variants.iter().any(|variant| variant.untagged) {
        quote!(::core::option::Option<::std::string::String>)
    } else {
        quote!(::std::string::String)
    };
    let accessor = quote! {
        #[doc = #docs]
        pub fn #name(&self) -> <#context as #runtime::Context>::Tag<#ty, #key> {
            <#context as #runtime::Context>::tag::<#ty, #key>(&self.at)
        }
    };
    let fixed = keys::fixed(scope, &key, tag);
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let declared = quote! {
        #fixed
        impl #parameters #runtime::HasField<#key> for #itself #bounds {
            type Rust = #ty;
            type Type = #ty;
        }
    };
    (declared, Some(accessor))
}

/// Returns the test with which the server identifies the variant.
fn variant_test(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    let (runtime, stored) = (&scope.runtime, &variant.stored);
    match (tagging, &variant.content) {
        _ if variant.untagged => quote!(#runtime::VariantTest::None),
        (Tagging::Internal { tag } | Tagging::Adjacent { tag, .. }, _) => {
            quote!(#runtime::VariantTest::Tag(#tag, #stored))
        }
        (_, Content::Unit) => quote!(#runtime::VariantTest::Text(#stored)),
        _ => quote!(#runtime::VariantTest::Key(#stored)),
    }
}

/// Returns the accessor of a variant: its fields, or the path to its content.
fn accessor(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>, name: &Ident) -> TokenStream {
    let Scope { runtime, context, .. } = scope;
    let (test, docs) = (variant_test(scope, tagging, variant), docs(variant));
    let inside = quote!(<#context as #runtime::Context>::InVariant);
    let over = quote!(<#context as #runtime::Context>::Variant);
    let narrow = quote!(#runtime::Narrows::narrow(&self.at, #test));
    let itself_only = quote! {
        #docs
        pub fn #name(&self) -> #over where #context: #runtime::Narrows {
            #runtime::Narrows::variant(&self.at, #test)
        }
    };
    let document = match &variant.content {
        Content::Unit | Content::Tuple(_) if variant.untagged => return TokenStream::new(),
        Content::Unit | Content::Tuple(_) => return itself_only,
        Content::Newtype(field) => {
            return of_newtype(scope, tagging, variant, &scope.key(field), &quote!(#docs pub fn #name));
        }
        Content::Document(_) => {
            let (document, arguments) =
                (scope.variant_document(&variant.original.ident), scope.arguments(&[]));
            quote!(#document #arguments)
        }
    };
    match tagging {
        _ if variant.untagged => quote! {
            #docs
            pub fn #name(&self) -> <#document as #runtime::Value>::Fields<#inside, ()> where #context: #runtime::NarrowsUntagged {
                <#document as #runtime::Value>::under(#narrow, ())
            }
        },
        Tagging::Internal { .. } => quote! {
            #docs
            pub fn #name(&self) -> <#document as #runtime::Value>::Fields<#inside, #over>
            where
                #context: #runtime::Narrows,
            {
                <#document as #runtime::Value>::under(#narrow, #runtime::Narrows::variant(&self.at, #test))
            }
        },
        _ => {
            let key = content_key(scope, variant);
            quote! {
                #docs
                pub fn #name(&self) -> <#inside as #runtime::Context>::Field<#document, #key>
                where
                    #context: #runtime::Narrows,
                {
                    <#inside as #runtime::Context>::field::<#document, #key>(&#narrow)
                }
            }
        }
    }
}

/// Returns the accessor of a variant that holds one value. It does not contain the type of the value, so rustc
/// reports a type that cannot be stored at the variant only.
fn of_newtype(
    scope: &Scope<'_>,
    tagging: &Tagging,
    variant: &Variant<'_>,
    key: &TokenStream,
    method: &TokenStream,
) -> TokenStream {
    let Scope { runtime, context, .. } = scope;
    let (itself, test) = (scope.itself(), variant_test(scope, tagging, variant));
    if variant.untagged {
        let access = quote!(#runtime::UntaggedAccess<#context, #key>);
        return quote! {
            #method(&self) -> <#itself as #access>::Enum where #context: #runtime::NarrowsUntagged, #itself: #access {
                <#itself as #access>::untagged_access(&self.at)
            }
        };
    }
    if super::is_flattened(tagging, variant) {
        let access = quote!(#runtime::VariantAccess<#context, #key>);
        return quote! {
            #method(&self) -> <#itself as #access>::Fields where #context: #runtime::Narrows, #itself: #access {
                <#itself as #access>::variant_access(&self.at, #test)
            }
        };
    }
    let accessed = quote!(#runtime::FieldAccess<<#context as #runtime::Context>::InVariant, #key>);
    quote! {
        #method(&self) -> <#itself as #accessed>::Field where #context: #runtime::Narrows, #itself: #accessed {
            <#itself as #accessed>::access(&#runtime::Narrows::narrow(&self.at, #test))
        }
    }
}

fn docs(variant: &Variant<'_>) -> TokenStream {
    let own = variant.original.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let own: Vec<_> = own.collect();
    let line = format!(" The content of the variant `{}`.", variant.original.ident.unraw());
    if own.is_empty() { quote!(#[doc = #line]) } else { quote!(#(#own)* #[doc = ""] #[doc = #line]) }
}

/// Returns the type for the document of a variant. No value of it is ever constructed.
fn document(scope: &Scope<'_>, variant: &Variant<'_>, fields: &[Field<'_>]) -> TokenStream {
    let Scope { runtime, vis, context, base, .. } = scope;
    let ident = scope.variant_document(&variant.original.ident);
    let name = scope.variant_fields(&variant.original.ident);
    let (declared, arguments) = (scope.declared(&[]), scope.arguments(&[]));
    let (parameters, bounds) = (scope.parameters(&[]), scope.bounds(&[]));
    let both = scope.arguments(&[quote!(#context), quote!(#base)]);
    let types = scope.type_parameters();
    let held =
        if scope.is_generic() { quote!(types: ::core::marker::PhantomData,) } else { TokenStream::new() };
    let accessors: Vec<_> =
        fields.iter().filter(|field| field.is_stored()).map(|field| fields::accessor(scope, field)).collect();
    let structure = fields::structure(scope, &name, &accessors);
    let (at, over) = (local("at"), local("base"));
    let associated_types = value::associated_types(
        scope,
        &quote!(#name #both),
        &quote!(fn under<#context: #runtime::Context, #base>(#at: #context, #over: #base) -> #name #both {
            #name { at: #at, base: #over, #held }
        }),
    );
    quote! {
        #vis struct #ident #declared(#types);
        #structure
        impl #parameters #runtime::Value for #ident #arguments #bounds {
            #associated_types
            fn encode(&self, _: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
                ::core::result::Result::Err(#runtime::types_only())
            }
            fn decode(_: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                ::core::result::Result::Err(#runtime::types_only())
            }
        }
    }
}

/// Returns the id of a variant of a model.
pub(crate) fn id_of<'f, 'a>(variant: &'f Variant<'a>) -> Option<&'f Field<'a>> {
    match &variant.content {
        Content::Document(fields) => id(fields),
        _ => None,
    }
}
