//! The encoding of named fields, which are written in declared order and read in any order.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens as _, quote};

use super::{
    Scope, flatten,
    span::{about, at_type, called, local, respan},
    upgrade,
};
use crate::{
    ast::{Field, member_name},
    attr::serde::Default,
    check::last_segment,
    derive::Derive,
};

/// Named fields that are the elements of one document: a struct's, or a variant's.
pub(crate) struct Body<'a> {
    pub(crate) fields: &'a [Field<'a>],
    /// The constructor of the value: `Self`, `Self::Card`.
    pub(crate) constructor: TokenStream,
    /// The fields belong to a variant.
    pub(crate) is_variant: bool,
    /// The default of the item, from which missing fields are taken.
    pub(crate) default: &'a Default,
    pub(crate) deny_unknown_fields: bool,
    /// The tag: an element that stores the name of the variant or type, and is not a field.
    pub(crate) tag: Option<&'a str>,
    /// The value of the tag, if it is written before the fields.
    pub(crate) tag_value: Option<&'a str>,
}

impl Body<'_> {
    fn has_flattened(&self) -> bool {
        self.fields.iter().any(|field| field.flatten.is_some())
    }
}

/// Returns statements that write the elements. `access` returns a reference to a field.
pub(crate) fn encode(
    scope: &Scope<'_>,
    body: &Body<'_>,
    access: impl Fn(&Field<'_>) -> TokenStream,
) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let writer = local("writer");
    let written: Vec<_> = body.fields.iter().filter(|field| !field.skip_serializing).collect();
    let elements = written.iter().map(|field| {
        let (owner, value, key) = (owner(scope, field), access(field), scope.key(field));
        let write = match field.flatten {
            None => about(field, checked(&quote!(#runtime::put_field::<#owner, #key>(#writer, #value)))),
            Some(_) => checked(&quote!(#runtime::put_flattened::<#owner, #key>(#writer, #value))),
        };
        match &field.skip_serializing_if {
            Some(condition) => quote!(if !#condition(#value) { #write }),
            None => write,
        }
    });
    let version = quote!(#runtime::put_version::<Self>(#writer)?;);
    let elements = upgrade::insert_version(scope, &written, elements.collect(), version);
    let tag =
        body.tag.zip(body.tag_value).map(|(tag, tag_value)| quote!(#writer.text_at(#tag, #tag_value)?;));
    // The elements of one flattened document are compared with the fields beside it when they are written.
    if written.iter().filter(|field| field.flatten.is_some()).count() < 2 {
        return quote!(#tag #(#elements)*);
    }
    let start = local("__start");
    quote! {
        let #start = #writer.position();
        #tag
        #(#elements)*
        #writer.refuse_duplicates(#start)?;
    }
}

/// Returns a statement that returns the error of a call, as `?` does. rustc checks a `?` more slowly, because it calls
/// two traits, and each field has several.
fn checked(call: &TokenStream) -> TokenStream {
    let error = local("__error");
    quote!(if let ::core::result::Result::Err(#error) = #call { return ::core::result::Result::Err(#error); })
}

/// Returns the type that declares the field, as `Self` if possible.
fn owner(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    if field.variant.is_some() { scope.owner(field) } else { quote!(Self) }
}

/// Returns statements and a last expression of type `CodecResult<Self>`, which read the elements `__elements`.
pub(crate) fn decode(scope: &Scope<'_>, body: &Body<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (elements, key, value, tagged) =
        (local("__elements"), local("__key"), local("__value"), local("__tagged"));
    let read: Vec<_> =
        body.fields.iter().filter(|field| !field.skip_deserializing && field.flatten.is_none()).collect();
    let slots = read.iter().map(|field| {
        let slot = slot(field);
        about(field, quote!(let mut #slot = ::core::option::Option::None;))
    });
    let takes = read.iter().map(|field| {
        let (owner, slot, key) = (owner(scope, field), slot(field), scope.key(field));
        let take = if is_id(scope, field) { quote!(take_id) } else { quote!(take_field) };
        about(field, checked(&quote!(#runtime::#take::<#owner, #key>(&mut #elements, &mut #slot))))
    });
    let version = quote!(#runtime::skip_version::<Self>(&mut #elements)?;);
    let takes = upgrade::insert_version(scope, &read, takes.collect(), version);
    let version = upgrade::name(scope).map(|name| quote!(#name => ::core::result::Result::Ok(()),));
    let unread = if body.has_flattened() && !body.deny_unknown_fields {
        flatten::passed(body.fields)
    } else {
        TokenStream::new()
    };
    let arms = read.iter().map(|field| {
        let (owner, slot, key) = (owner(scope, field), slot(field), scope.key(field));
        let names = std::iter::once(&field.stored)
            .chain(&field.aliases)
            .map(|name| Literal::byte_string(name.as_bytes()));
        let fill = if is_id(scope, field) { quote!(fill_id) } else { quote!(fill_field) };
        about(field, quote!(#(#names)|* => #runtime::#fill::<#owner, #key>(#value, &mut #slot),))
    });
    let names = names(scope, body);
    let (before, tag_arm) = match body.tag {
        None => (TokenStream::new(), TokenStream::new()),
        Some(tag) => {
            let bytes = Literal::byte_string(tag.as_bytes());
            (
                quote!(let mut #tagged = #elements.skip(#tag)?;),
                quote!(#bytes => #runtime::Elements::mark_tag(&mut #tagged, #tag),),
            )
        }
    };
    let rest = local("__rest");
    let (collect, unknown) = if body.has_flattened() {
        (
            quote!(let mut #rest = #runtime::UnclaimedElements::of(#elements);),
            quote!({
                #rest.push(#key, #value);
                ::core::result::Result::Ok(())
            }),
        )
    } else if body.deny_unknown_fields {
        (TokenStream::new(), quote!(#runtime::CodecResult::<()>::Err(#runtime::unknown_field(#key, #names))))
    } else {
        (TokenStream::new(), quote!(#runtime::CodecResult::Ok(())))
    };
    let flattened = flattened_fields(scope, body);
    let left = body.has_flattened().then(|| {
        if body.deny_unknown_fields { quote!(#rest.refuse(#names)?;) } else { quote!(#rest.end()?;) }
    });
    let default = default_value(body.default);
    // As statements, the values share the code that drops them if a later field is missing. Inside of the constructor,
    // each field would have a copy of it, and the build time would grow with the third power of the fields.
    let values = read.iter().map(|field| {
        let (slot, value) = (slot(field), read_value(scope, body, field));
        quote!(let #slot = #value;)
    });
    let constructor = &body.constructor;
    let fields = body.fields.iter().map(|field| {
        let member = &field.member;
        let value = if field.skip_deserializing {
            missing(field, body.default).unwrap_or_default()
        } else {
            slot(field).into_token_stream()
        };
        quote!(#member: #value,)
    });
    let filled = checked(&quote!(match #key {
        #(#arms)*
        #tag_arm
        #version
        #unread
        _ => #unknown,
    }));
    quote! {
        #(#slots)*
        #before
        #collect
        while !#elements.is_empty() {
            #(#takes)*
            let ::core::option::Option::Some((#key, #value)) = #elements.next()? else { break };
            #filled
        }
        #flattened
        #left
        #default
        #(#values)*
        ::core::result::Result::Ok(#constructor { #(#fields)* })
    }
}

/// Returns whether the field is the id of a stored document and its type is not `Id`, which checks itself what it
/// reads.
fn is_id(scope: &Scope<'_>, field: &Field<'_>) -> bool {
    field.stored == "_id"
        && matches!(scope.container.derive, Derive::Model | Derive::Embedded)
        && last_segment(field.ty).is_none_or(|segment| segment != "Id")
}

/// Returns the names that are read, for the message about an unknown field.
fn names(scope: &Scope<'_>, body: &Body<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    if !body.is_variant {
        return quote!(<Self as #runtime::Doc>::NAMES);
    }
    let names = body.fields.iter().filter(|field| field.is_stored() && field.flatten.is_none());
    let names = names.map(|field| &field.stored);
    quote!(&[#(#names),*])
}

/// Returns statements that read the flattened fields in declared order. Each removes its elements from
/// those that no other field has read. A field that is written and not read is skipped, unless unknown fields are
/// denied.
fn flattened_fields(scope: &Scope<'_>, body: &Body<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let rest = local("__rest");
    let flat = || body.fields.iter().filter(|field| field.flatten.is_some() && field.is_stored());
    let read = flat().filter(|field| !field.skip_deserializing).map(|field| {
        let (owner, slot, key) = (owner(scope, field), slot(field), scope.key(field));
        quote!(let #slot = #runtime::flattened::<#owner, #key>(&mut #rest)?;)
    });
    let passed = flat().filter(|field| field.skip_deserializing && !body.deny_unknown_fields).map(|field| {
        let (owner, key) = (owner(scope, field), scope.key(field));
        quote!(#runtime::skip_flattened::<#owner, #key>(&mut #rest);)
    });
    quote!(#(#read)* #(#passed)*)
}

/// Returns the variable for the value that was read for a field.
fn slot(field: &Field<'_>) -> Ident {
    local(&format!("__field_{}", member_name(&field.member)))
}

/// Returns a statement that makes the default of the struct, from which missing fields are taken.
pub(crate) fn default_value(default: &Default) -> TokenStream {
    let fallback = local("__default");
    match default {
        Default::None => TokenStream::new(),
        Default::Trait => quote!(let #fallback = <Self as ::core::default::Default>::default();),
        Default::Path(path) => {
            let made = called(path, &TokenStream::new());
            quote!(let #fallback: Self = #made;)
        }
    }
}

/// Returns the value of a missing field, if it has one.
pub(crate) fn missing(field: &Field<'_>, default: &Default) -> Option<TokenStream> {
    let (member, fallback) = (&field.member, local("__default"));
    match (&field.default, default) {
        (Default::Path(path), _) => Some(called(path, &TokenStream::new())),
        (Default::Trait, _) => Some(respan(quote!(::core::default::Default::default()), at_type(field))),
        (Default::None, Default::Trait | Default::Path(_)) => Some(quote!(#fallback.#member)),
        (Default::None, Default::None) if field.skip_deserializing => {
            Some(quote!(::core::default::Default::default()))
        }
        (Default::None, Default::None) => None,
    }
}

/// Returns the value of a field that is not flattened, after all elements were read.
fn read_value(scope: &Scope<'_>, body: &Body<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (owner, slot, key, given) = (owner(scope, field), slot(field), scope.key(field), local("__given"));
    match missing(field, body.default) {
        None => {
            let error = local("__error");
            let required = quote! {
                match #runtime::require_field::<#owner, #key>(&mut #slot) {
                    ::core::result::Result::Ok(#given) => #given,
                    ::core::result::Result::Err(#error) => return ::core::result::Result::Err(#error),
                }
            };
            about(field, required)
        }
        Some(missing) => {
            let read = about(field, quote!(#runtime::field_or_default::<#owner, #key>(&mut #slot)));
            // Not a closure: before edition 2021, it would capture the whole default for one field of it.
            quote! {
                match #read {
                    ::core::option::Option::Some(#given) => #given,
                    ::core::option::Option::None => #missing,
                }
            }
        }
    }
}
