//! The bytes of a document: written in declared order, read in any.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Scope, scope::local, upgrade};
use crate::{
    ast::{Field, member_name},
    attr::serde::Default,
};

/// The body of `encode`.
pub(crate) fn encode(scope: &Scope<'_>) -> TokenStream {
    let writer = local("writer");
    let runtime = &scope.runtime;
    let fields: Vec<_> = scope.container.fields().iter().filter(|field| !field.skip_serializing).collect();
    let elements = fields.iter().map(|field| element(scope, field)).collect();
    let version = quote!(#runtime::put_version::<Self>(#writer)?;);
    let elements = upgrade::among(scope, &fields, elements, version);
    quote! {
        #writer.document(|#writer| {
            #(#elements)*
            ::core::result::Result::Ok(())
        })
    }
}

fn element(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (writer, member, key) = (local("writer"), &field.member, scope.key(field));
    let write = quote!(#runtime::put_field::<Self, #key>(#writer, &self.#member)?;);
    match &field.skip_serializing_if {
        Some(condition) => quote!(if !#condition(&self.#member) { #write }),
        None => write,
    }
}

/// The body of `decode`.
pub(crate) fn decode(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (raw, elements, key, value) = (local("__raw"), local("__elements"), local("__key"), local("__value"));
    let read: Vec<_> = scope.container.fields().iter().filter(|field| !field.skip_deserializing).collect();
    let slots = read.iter().map(|field| {
        let slot = slot(field);
        quote!(let mut #slot = ::core::option::Option::None;)
    });
    let takes = read.iter().map(|field| {
        let (slot, key) = (slot(field), scope.key(field));
        quote!(#runtime::take_field::<Self, #key>(&mut #elements, &mut #slot)?;)
    });
    let version = quote!(#runtime::pass_version::<Self>(&mut #elements)?;);
    let takes = upgrade::among(scope, &read, takes.collect(), version);
    let passed = upgrade::name(scope).map(|name| quote!(#name => {}));
    let arms = read.iter().map(|field| {
        let (slot, key) = (slot(field), scope.key(field));
        let names = std::iter::once(&field.stored)
            .chain(&field.aliases)
            .map(|name| Literal::byte_string(name.as_bytes()));
        quote!(#(#names)|* => #runtime::fill_field::<Self, #key>(#value, &mut #slot)?,)
    });
    let unknown = if scope.container.deny_unknown_fields {
        quote!(return ::core::result::Result::Err(#runtime::unknown_field(#key, <Self as #runtime::Doc>::NAMES)))
    } else {
        quote!({})
    };
    let default = default_value(scope);
    let fields = scope.container.fields().iter().map(|field| {
        let (member, value) = (&field.member, field_value(scope, field));
        quote!(#member: #value,)
    });
    quote! {
        #(#slots)*
        let mut #elements = #raw.elements()?;
        while !#elements.is_empty() {
            #(#takes)*
            let ::core::option::Option::Some((#key, #value)) = #elements.next()? else { break };
            match #key {
                #(#arms)*
                #passed
                _ => #unknown,
            }
        }
        #default
        ::core::result::Result::Ok(Self { #(#fields)* })
    }
}

/// The variable that holds what was read of a field.
fn slot(field: &Field<'_>) -> Ident {
    local(&format!("__field_{}", member_name(&field.member)))
}

/// The document that `#[serde(default)]` on the struct takes missing fields from.
fn default_value(scope: &Scope<'_>) -> TokenStream {
    let default = local("__default");
    match &scope.container.default {
        Default::None => TokenStream::new(),
        Default::Trait => quote!(let #default = <Self as ::core::default::Default>::default();),
        Default::Path(path) => quote!(let #default: Self = #path();),
    }
}

/// The value of a field after everything was read.
fn field_value(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (member, key, slot) = (&field.member, scope.key(field), slot(field));
    let (default, given) = (local("__default"), local("__given"));
    let missing = match (&field.default, &scope.container.default) {
        (Default::Path(path), _) => Some(quote!(#path())),
        (Default::Trait, _) => Some(quote!(::core::default::Default::default())),
        (Default::None, Default::Trait | Default::Path(_)) => Some(quote!(#default.#member)),
        (Default::None, Default::None) if field.skip_deserializing => {
            Some(quote!(::core::default::Default::default()))
        }
        (Default::None, Default::None) => None,
    };
    if field.skip_deserializing {
        return missing.unwrap_or_default();
    }
    match missing {
        None => quote!(#runtime::require_field::<Self, #key>(#slot)?),
        // Not a closure: in an older edition it would capture the whole default for one field of it.
        Some(missing) => quote! {
            match #runtime::given_field::<Self, #key>(#slot) {
                ::core::option::Option::Some(#given) => #given,
                ::core::option::Option::None => #missing,
            }
        },
    }
}
