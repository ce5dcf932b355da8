//! The names of one expansion, which do not collide with the user's names.

use std::collections::HashSet;

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Member, Visibility, ext::IdentExt};

use super::{
    names::{collect, fresh},
    span::{at_type, respan},
};
use crate::ast::{Codec, Container, Field};

/// The data that all modules of an expansion share.
pub(crate) struct Scope<'a> {
    pub(crate) container: &'a Container<'a>,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    /// Errors were reported, so the code is a placeholder: it need not work, but must not cause other errors.
    pub(crate) failed: bool,
    /// One of these errors, as a `compile_error!`. rustc reports the same error at the same place only once.
    pub(super) mistake: Option<TokenStream>,
    /// The path of the crate `odm`.
    pub(crate) odm: TokenStream,
    /// The name of `odm::__private` inside the constant.
    pub(crate) runtime: Ident,
    /// The type parameter of a fields struct for its context.
    pub(crate) context: Ident,
    /// The type parameter of a fields struct for its base.
    pub(crate) base: Ident,
    /// The type parameter of a layer for the new type of its field.
    pub(crate) changed: Ident,
    /// The type parameter of a layer for the key of its field.
    pub(crate) key: Ident,
    /// The layer, `OverOrder`.
    pub(crate) layer: Ident,
    /// The fields struct, `OrderFields`.
    pub(crate) fields: Ident,
    /// The module of the keys, `__Order`. It is beside the item, but no user's module is likely to have this name.
    pub(crate) keys: Ident,
    /// The literal, `OrderOf`.
    pub(crate) literal: Ident,
    used: HashSet<String>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(container: &'a Container<'a>, mistake: Option<TokenStream>) -> Self {
        let ident = &container.original.ident;
        let mut used = HashSet::new();
        collect(container.original.to_token_stream(), &mut used);
        let name = ident.unraw();
        Self {
            container,
            ident,
            vis: &container.original.vis,
            failed: mistake.is_some(),
            mistake,
            odm: odm_path(container.attrs.krate.get()),
            runtime: fresh(&used, "__p"),
            context: fresh(&used, "A"),
            base: fresh(&used, "B"),
            changed: fresh(&used, "T"),
            key: fresh(&used, "K"),
            layer: fresh(&used, &format!("Over{name}")),
            fields: fresh(&used, &format!("{name}Fields")),
            keys: fresh(&used, &format!("__{name}")),
            literal: Ident::new(&format!("{name}Of"), ident.span()),
            used,
        }
    }

    /// Returns a name that the user's item does not contain.
    pub(crate) fn fresh(&self, name: &str) -> Ident {
        fresh(&self.used, name)
    }

    /// Returns the fields that have a stored name.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &'a Field<'a>> {
        self.container.fields().iter().filter(|field| field.is_stored())
    }

    /// Returns the key type of a field, `__Order::customer`, or of a field of a variant, `__Payment::Card::last4`.
    pub(crate) fn key(&self, field: &Field<'_>) -> TokenStream {
        let (keys, ident) = (&self.keys, key_ident(field));
        match field.variant {
            Some(variant) => quote!(#keys::#variant::#ident),
            None => quote!(#keys::#ident),
        }
    }

    /// Returns the type that declares a field: the item itself, or the type for the document of a variant.
    pub(crate) fn owner(&self, field: &Field<'_>) -> TokenStream {
        match (field.variant, &field.member) {
            (Some(variant), Member::Named(_)) => {
                let (ident, arguments) = (self.variant_document(variant), self.arguments(&[]));
                quote!(#ident #arguments)
            }
            _ => self.itself(),
        }
    }

    /// Returns the type for the document of a variant, `Payment_Card`.
    pub(crate) fn variant_document(&self, variant: &Ident) -> Ident {
        self.fresh(&format!("{}_{}", self.ident.unraw(), variant.unraw()))
    }

    /// Returns the fields struct for the document of a variant, `Payment_CardFields`.
    pub(crate) fn variant_fields(&self, variant: &Ident) -> Ident {
        // Another variant may have this name.
        let name = self.fresh(&format!("{}Fields", variant.unraw()));
        self.fresh(&format!("{}_{name}", self.ident.unraw()))
    }

    /// Returns the key of a variant's content, in the module of the variant. No field of the variant has its name.
    pub(crate) fn content_ident(&self) -> Ident {
        self.fresh("__content")
    }

    /// Returns the key of the tag, in the module of the enum. No variant has its name.
    pub(crate) fn tag_ident(&self) -> Ident {
        self.fresh("__tag")
    }

    /// Returns the key of the id that all variants of a model have, in the module of the enum. No variant has its
    /// name.
    pub(crate) fn shared_id(&self) -> Ident {
        self.fresh("__id")
    }

    /// Returns the type of the field in paths: its own, or one that specifies its encoding.
    pub(crate) fn path_type(&self, field: &Field<'_>) -> TokenStream {
        let (ty, runtime) = (field.ty, &self.runtime);
        if let Some(path) = encoded(field, &quote!(#runtime)) {
            return path;
        }
        match self.marker(field) {
            Some(marker) => respan(quote!(#runtime::Encoded<#marker, #ty>), at_type(field)),
            None => quote!(#ty),
        }
    }

    /// Returns the marker type for the encoding of a field through serde.
    pub(crate) fn marker(&self, field: &Field<'_>) -> Option<TokenStream> {
        let runtime = &self.runtime;
        match field.codec {
            Codec::Value | Codec::Binary | Codec::Unit(_) | Codec::Invalid => None,
            Codec::Serde { ordered: false } => Some(quote!(#runtime::Serde)),
            Codec::Serde { ordered: true } => Some(quote!(#runtime::SerdeInOrder)),
            Codec::With { .. } => {
                let (marker, arguments) = (self.marker_ident(field), self.arguments(&[]));
                Some(quote!(#marker #arguments))
            }
        }
    }

    /// Returns the name of the marker type for the functions of a serde `with`.
    pub(crate) fn marker_ident(&self, field: &Field<'_>) -> Ident {
        let name = crate::ast::member_name(&field.member);
        match field.variant {
            Some(variant) => self.fresh(&format!("Via_{}_{name}", variant.unraw())),
            None => self.fresh(&format!("Via_{name}")),
        }
    }
}

/// Returns the name of a field's key in its module.
pub(crate) fn key_ident(field: &Field<'_>) -> Ident {
    match &field.member {
        Member::Named(ident) => ident.clone(),
        Member::Unnamed(index) => Ident::new(&format!("_{}", index.index), Span::call_site()),
    }
}

/// Returns the type in paths of a field that is marked `binary` or `unit`. `runtime` is the path of `odm::__private`.
pub(crate) fn encoded(field: &Field<'_>, runtime: &TokenStream) -> Option<TokenStream> {
    let ty = field.ty;
    let path = match (&field.codec, encoding_trait(field, runtime)) {
        // `check` reports that these exclude each other.
        _ if field.flatten.is_some() => return None,
        (Codec::Invalid, _) => quote!(#runtime::Encoded<#runtime::Placeholder, #ty>),
        (_, encoding_trait) => {
            let encoding_trait = encoding_trait?;
            quote!(<#ty as #encoding_trait>::Path)
        }
    };
    Some(respan(path, at_type(field)))
}

/// Returns the trait that the type of a field marked `binary` or `unit` must implement.
pub(crate) fn encoding_trait(field: &Field<'_>, runtime: &TokenStream) -> Option<TokenStream> {
    match field.codec {
        Codec::Binary => Some(quote!(#runtime::StoredAsBinary)),
        Codec::Unit(unit) => {
            let unit = Ident::new(unit, Span::call_site());
            Some(quote!(#runtime::StoredInUnit<#runtime::#unit>))
        }
        Codec::Value | Codec::Serde { .. } | Codec::With { .. } | Codec::Invalid => None,
    }
}

/// Returns the path of `#[odm(crate = ..)]`, or the name of the crate in the manifest.
pub(super) fn odm_path(given: Option<&syn::Path>) -> TokenStream {
    if let Some(path) = given {
        return path.to_token_stream();
    }
    match crate_name("odm") {
        Ok(FoundCrate::Name(name)) => {
            let ident = Ident::new(&name, Span::call_site());
            quote!(::#ident)
        }
        // For the crate's own tests and examples, it is an external crate. Without Cargo, it has its own name.
        Ok(FoundCrate::Itself) | Err(_) => quote!(::odm),
    }
}
