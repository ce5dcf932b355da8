//! Fields without names, which are stored as an array.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Scope, codec, keys, meta, serde_with, span::local, value};
use crate::{
    ast::{Field, member_name},
    attr::serde::Default,
};

/// Returns `impl Value` for a tuple struct.
pub(crate) fn expand(scope: &Scope<'_>, fields: &[Field<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let keys = keys::module(scope);
    let declared = fields.iter().filter(|field| field.is_stored()).map(|field| {
        let (via, key, has) =
            (serde_with::of_field(scope, field), keys::fixed_field(scope, field), keys::has(scope, field));
        quote!(#via #key #has)
    });
    let (writer, raw) = (local("writer"), local("raw"));
    let value = local("__value");
    let items = encode(scope, fields, |field| {
        let member = &field.member;
        quote!(&#value.#member)
    });
    let write = quote!(#writer.level(self, |#value, #writer| #writer.tuple(|#writer| { #items })));
    let read = decode(scope, fields, &quote!(Self), &quote!(#raw));
    let check = local("__check");
    let checked = fields.iter().filter(|field| !field.skip_serializing).map(|field| {
        let (key, member) = (scope.key(field), &field.member);
        quote!(#runtime::check_field::<Self, #key>(#check, &self.#member);)
    });
    let rules = quote! {
        const RULES: bool = true;
        fn check_rules(&self, #check: &mut #runtime::Check) {
            #(#checked)*
        }
    };
    let rules = if scope.failed { TokenStream::new() } else { rules };
    let runtime = &scope.runtime;
    let stored_as = meta::stored_tuple(scope, fields);
    let further = quote!(const ARRAYS: #runtime::Arrays = #runtime::Arrays::TUPLE; #stored_as #rules);
    let leaf = value::leaf(scope, &write, &quote!(#raw.level(|#raw| { #read })), &further);
    quote!(#keys #(#declared)* #leaf)
}

/// Returns code that writes the array elements, as a `CodecResult<()>`. `access` returns a reference to a field.
pub(super) fn encode(
    scope: &Scope<'_>,
    fields: &[Field<'_>],
    access: impl Fn(&Field<'_>) -> TokenStream,
) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let writer = local("writer");
    let items = fields.iter().filter(|field| !field.skip_serializing).map(|field| {
        let (key, value) = (scope.key(field), access(field));
        quote!(#runtime::put_field::<Self, #key>(#writer, #value)?;)
    });
    quote!(#(#items)* ::core::result::Result::Ok(()))
}

/// Returns code that reads the array elements of `source`, as a `CodecResult<Self>`.
pub(super) fn decode(
    scope: &Scope<'_>,
    fields: &[Field<'_>],
    constructor: &TokenStream,
    source: &TokenStream,
) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (items, given) = (local("__items"), local("__given"));
    let default =
        (scope.container.variants().is_empty()).then(|| codec::default_value(&scope.container.default));
    let none = Default::None;
    let fallback = if default.is_some() { &scope.container.default } else { &none };
    let read = fields.iter().map(|field| {
        let (member, key, slot) =
            (&field.member, scope.key(field), local(&format!("__item_{}", member_name(&field.member))));
        let missing = codec::missing(field, fallback);
        if field.skip_deserializing {
            let missing = missing.unwrap_or_default();
            return (quote!(let #slot = #missing;), quote!(#member: #slot,));
        }
        let item = quote!(#items.item::<Self, #key>()?);
        let value = match missing {
            None => quote!(#runtime::item_required::<Self, #key>(#item)?),
            Some(missing) => quote! {
                match #item {
                    ::core::option::Option::Some(#given) => #given,
                    ::core::option::Option::None => #missing,
                }
            },
        };
        (quote!(let #slot = #value;), quote!(#member: #slot,))
    });
    let (reads, members): (Vec<_>, Vec<_>) = read.unzip();
    let length = fields.iter().filter(|field| !field.skip_deserializing).count();
    quote! {
        let mut #items = #source.items()?;
        #default
        #(#reads)*
        #items.end(#length)?;
        ::core::result::Result::Ok(#constructor { #(#members)* })
    }
}
