//! An enum with data: its codec, and the accessors of its variants.

mod decode;
mod encode;
pub(super) mod narrow;
mod rules;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Scope, codec::Body, flatten, keys, meta, model::mentions, serde_with, span::local};
use crate::{
    ast::{Content, Field, Variant, member_name},
    attr::serde::{Default, Tagging},
};

/// Returns all code of the enum that is inside the constant.
pub(crate) fn expand(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, context, base, fields, changed, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let laid = scope.arguments(&[quote!(#context), quote!(#base)]);
    let (at, over) = (local("at"), local("base"));
    let types =
        if scope.is_generic() { quote!(types: ::core::marker::PhantomData,) } else { TokenStream::new() };
    let keys = keys::module(scope);
    let declarations: TokenStream =
        variants.iter().map(|variant| declarations(scope, tagging, variant)).collect();
    let (narrow, codec) = (narrow::expand(scope, tagging, variants), codec(scope, tagging, variants));
    let rules = rules::expand(scope, tagging, variants);
    let (flatten, declared) = (flatten(scope, tagging, variants), flatten::of_enum(scope, tagging, variants));
    let capabilities = capabilities(scope, tagging, variants);
    let stored_as = meta::of_enum(scope, tagging, variants);
    // An untagged variant may be stored as any BSON type.
    let untagged = matches!(tagging, Tagging::Untagged) || variants.iter().any(|variant| variant.untagged);
    let arrays = untagged.then(|| quote!(const ARRAYS: #runtime::Arrays = #runtime::Arrays::ANY;));
    quote! {
        #keys
        #declarations
        #narrow
        #[automatically_derived]
        impl #parameters #runtime::Value for #itself #bounds {
            type Fields<#context: #runtime::Context, #base> = #fields #laid;
            type Optional = ::core::option::Option<Self>;
            type NonNull = Self;
            type DistinctItem<#changed: #runtime::Value> = #changed;
            type Lift<#changed: #runtime::Value> = #changed;
            type Replaced<#changed: #runtime::Doc> = Self;
            type Added<#changed: #runtime::Doc> = Self;
            fn under<#context: #runtime::Context, #base>(#at: #context, #over: #base) -> #fields #laid {
                #fields { at: #at, base: #over, #types }
            }
            #codec
            #stored_as
            #arrays
            #declared
            #rules
        }
        #flatten
        #capabilities
    }
}

/// Returns the capabilities of an untagged enum, which is stored as the content of its variant: `Nullable` if a
/// variant is null, `Ordered` if the contents of all variants have an order, and `Scalar` if all are single values.
fn capabilities(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    if scope.failed || *tagging != Tagging::Untagged {
        return TokenStream::new();
    }
    let Scope { runtime, .. } = scope;
    let (itself, parameters) = (scope.itself(), scope.parameters(&[]));
    let nullable = variants.iter().any(|variant| matches!(variant.content, Content::Unit)).then(|| {
        let bounds = scope.bounds(&[]);
        quote! {
            #[automatically_derived]
            impl #parameters #runtime::Nullable for #itself #bounds {}
        }
    });
    let unit = syn::Lifetime::new("'__any", proc_macro2::Span::call_site());
    let held = variants.iter().filter(|variant| !matches!(variant.content, Content::Unit));
    let held: Option<Vec<_>> = held
        .map(|variant| match &variant.content {
            // An enum that contains itself has no order, because rustc could not resolve the recursive bound.
            Content::Newtype(field) if !mentions(field.ty, scope.ident) => {
                let held = scope.path_type(field);
                Some(quote!(for<#unit> #held))
            }
            _ => None,
        })
        .collect();
    let ordered = held.filter(|held| !held.is_empty()).map(|held| {
        let bounds = |capability: TokenStream| {
            scope.bounds(&held.iter().map(|held| quote!(#held: #runtime::#capability)).collect::<Vec<_>>())
        };
        let (ordered, scalar) = (bounds(quote!(Ordered)), bounds(quote!(Scalar)));
        quote! {
            #[automatically_derived]
            impl #parameters #runtime::Ordered for #itself #ordered {}
            #[automatically_derived]
            impl #parameters #runtime::Scalar for #itself #scalar {
                type BsonType = #runtime::Bson;
            }
        }
    });
    quote!(#nullable #ordered)
}

/// Returns the keys of a variant's content, with their types.
fn declarations(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    if !variant.is_stored() {
        return TokenStream::new();
    }
    let stored = |field: &&Field<'_>| field.is_stored();
    let fields = variant.content.fields();
    let markers: TokenStream = fields.iter().map(|field| serde_with::of_field(scope, field)).collect();
    let declared: TokenStream = match &variant.content {
        Content::Unit => TokenStream::new(),
        // Flattened into the document with the tag.
        Content::Newtype(field) if is_flattened(tagging, variant) => flattened_content(scope, field),
        Content::Newtype(_) | Content::Tuple(_) | Content::Document(_) => fields
            .iter()
            .filter(stored)
            .map(|field| {
                let (key, has) = (keys::fixed_field(scope, field), keys::has(scope, field));
                quote!(#key #has)
            })
            .collect(),
    };
    let content = keys::fixed(scope, &content_key(scope, variant), content_name(tagging, variant));
    quote!(#markers #declared #content)
}

/// Returns whether the content of the variant is flattened into the document with the tag.
pub(super) fn is_flattened(tagging: &Tagging, variant: &Variant<'_>) -> bool {
    !variant.untagged && matches!(tagging, Tagging::Internal { .. })
}

fn flattened_content(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (key, rust, ty) = (scope.key(field), field.ty, scope.path_type(field));
    let (fixed, beside) = (keys::fixed(scope, &key, ""), flatten::beside(scope, field));
    quote! {
        #fixed
        impl #parameters #runtime::HasFlattened<#key> for #itself #bounds {
            type Rust = #rust;
            type Type = #ty;
            #beside
        }
    }
}

/// Returns the key of the element that stores the content of a variant.
fn content_key(scope: &Scope<'_>, variant: &Variant<'_>) -> TokenStream {
    let (keys, ident, content) = (&scope.keys, &variant.original.ident, scope.content_ident());
    quote!(#keys::#ident::#content)
}

/// Returns the name of that element. It is empty if the content has no element of its own.
fn content_name<'n>(tagging: &'n Tagging, variant: &'n Variant<'_>) -> &'n str {
    match tagging {
        _ if variant.untagged => "",
        Tagging::External => &variant.stored,
        Tagging::Adjacent { content, .. } => content,
        Tagging::Internal { .. } | Tagging::Untagged => "",
    }
}

/// Returns `Value::encode` and `Value::decode`.
fn codec(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (writer, raw) = (local("writer"), local("__raw"));
    let (encode, decode) = if scope.failed {
        (quote!(loop {}), quote!(loop {}))
    } else {
        (encode::value_body(scope, tagging, variants), decode::value_body(scope, tagging, variants))
    };
    quote! {
        fn encode(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<#runtime::ElementType> {
            #encode
        }
        fn decode(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
            #decode
        }
    }
}

/// Returns `impl Flatten`, because an enum that is stored as a document can be flattened into another.
fn flatten(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let (writer, elements) = (local("writer"), local("__elements"));
    let (encode, decode) = if scope.failed {
        (quote!(loop {}), quote!(loop {}))
    } else {
        (encode::flatten_body(scope, tagging, variants), decode::flatten_body(scope, tagging, variants))
    };
    let shown = match tagging {
        Tagging::External if variants.iter().all(|variant| !variant.untagged && !variant.other) => {
            quote!(First)
        }
        Tagging::Adjacent { .. } if decode::all_tagged(tagging, variants) => quote!(Own),
        _ => quote!(All),
    };
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Flatten for #itself #bounds {
            const READS_FROM: #runtime::ReadsFrom = #runtime::ReadsFrom::#shown;
            fn encode_fields(&self, #writer: &mut #runtime::Writer) -> #runtime::CodecResult<()> {
                #encode
            }
            fn decode_fields(#elements: #runtime::Elements<'_>) -> #runtime::CodecResult<Self> {
                #decode
            }
        }
    }
}

/// Returns `Self::Card`. Followed by braces, it constructs and matches every kind of variant.
fn constructor(variant: &Variant<'_>) -> TokenStream {
    let ident = &variant.original.ident;
    quote!(Self::#ident)
}

/// Returns a pattern that binds the fields of a variant that are written. [`bound`] returns the name of each binding.
fn pattern(variant: &Variant<'_>) -> TokenStream {
    let constructor = constructor(variant);
    let bindings = variant.content.fields().iter().filter(|field| !field.skip_serializing).map(|field| {
        let (member, bound) = (&field.member, bound(field));
        quote!(#member: #bound,)
    });
    quote!(#constructor { #(#bindings)* .. })
}

fn bound(field: &Field<'_>) -> Ident {
    local(&format!("__bound_{}", member_name(&field.member)))
}

/// Returns the named fields of a variant.
fn body<'a>(
    scope: &'a Scope<'_>,
    variant: &'a Variant<'_>,
    fields: &'a [Field<'a>],
    tag: Option<&'a str>,
) -> Body<'a> {
    Body {
        fields,
        constructor: constructor(variant),
        is_variant: true,
        default: &Default::None,
        deny_unknown_fields: scope.container.deny_unknown_fields,
        tag,
        tag_value: None,
    }
}
