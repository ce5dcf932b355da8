//! The names of one expansion, chosen so that none collides with the user's.

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

/// What every part of an expansion shares.
pub(crate) struct Scope<'a> {
    pub(crate) container: &'a Container<'a>,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    /// Mistakes were reported, so the code only stands in: it need not work, but must bring no more messages.
    pub(crate) failed: bool,
    /// One of these mistakes, as code that tells it; rustc tells the same at the same place once.
    pub(super) mistake: Option<TokenStream>,
    /// The path of the crate `odm`.
    pub(crate) odm: TokenStream,
    /// `odm::__private`, as it is called inside the constant.
    pub(crate) runtime: Ident,
    /// The type parameter of accessors: where they stand.
    pub(crate) place: Ident,
    /// The type parameter of accessors: what they are laid over.
    pub(crate) base: Ident,
    /// The type parameter of a layer: the type its field has become.
    pub(crate) changed: Ident,
    /// The fields struct, `OrderFields`.
    pub(crate) fields: Ident,
    /// The module of the keys, `__Order`. It stands beside the item, and nobody calls a module so.
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
            place: fresh(&used, "A"),
            base: fresh(&used, "B"),
            changed: fresh(&used, "T"),
            fields: fresh(&used, &format!("{name}Fields")),
            keys: fresh(&used, &format!("__{name}")),
            literal: Ident::new(&format!("{name}Of"), ident.span()),
            used,
        }
    }

    /// A name that the user's item does not mention.
    pub(crate) fn fresh(&self, name: &str) -> Ident {
        fresh(&self.used, name)
    }

    /// The fields that have a stored name.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &'a Field<'a>> {
        self.container.fields().iter().filter(|field| field.is_stored())
    }

    /// The key type of a field, `__Order::customer`; of a field of a variant, `__Payment::Card::last4`.
    pub(crate) fn key(&self, field: &Field<'_>) -> TokenStream {
        let (keys, ident) = (&self.keys, key_ident(field));
        match field.variant {
            Some(variant) => quote!(#keys::#variant::#ident),
            None => quote!(#keys::#ident),
        }
    }

    /// The type that declares a field: the item itself, or what stands for the document of a variant.
    pub(crate) fn owner(&self, field: &Field<'_>) -> TokenStream {
        match (field.variant, &field.member) {
            (Some(variant), Member::Named(_)) => {
                let (ident, arguments) = (self.variant_document(variant), self.arguments(&[]));
                quote!(#ident #arguments)
            }
            _ => self.itself(),
        }
    }

    /// The type that stands for the document of a variant, `Payment_Card`.
    pub(crate) fn variant_document(&self, variant: &Ident) -> Ident {
        self.fresh(&format!("{}_{}", self.ident.unraw(), variant.unraw()))
    }

    /// Its fields struct, `Payment_CardFields`.
    pub(crate) fn variant_fields(&self, variant: &Ident) -> Ident {
        // Another variant may be called that.
        let name = self.fresh(&format!("{}Fields", variant.unraw()));
        self.fresh(&format!("{}_{name}", self.ident.unraw()))
    }

    /// The key of what a variant holds, in the module of the variant: no field of the variant is called that.
    pub(crate) fn content_ident(&self) -> Ident {
        self.fresh("__content")
    }

    /// The key of the element that says which variant an enum is, in the module of the enum: no variant is called that.
    pub(crate) fn tag_ident(&self) -> Ident {
        self.fresh("__tag")
    }

    /// The key of the id that all variants of a model have, in the module of the enum: no variant is called that.
    pub(crate) fn shared_id(&self) -> Ident {
        self.fresh("__id")
    }

    /// The type of the field in paths: its own, or how serde stores it.
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

    /// The type that says how serde stores a field.
    pub(crate) fn marker(&self, field: &Field<'_>) -> Option<TokenStream> {
        let runtime = &self.runtime;
        match field.codec {
            Codec::Value | Codec::Binary | Codec::Unit(_) | Codec::Mistaken => None,
            Codec::Serde { ordered: false } => Some(quote!(#runtime::Serde)),
            Codec::Serde { ordered: true } => Some(quote!(#runtime::SerdeInOrder)),
            Codec::With { .. } => {
                let (marker, arguments) = (self.marker_ident(field), self.arguments(&[]));
                Some(quote!(#marker #arguments))
            }
        }
    }

    /// The name of the type that stands for the functions of a serde `with`.
    pub(crate) fn marker_ident(&self, field: &Field<'_>) -> Ident {
        let name = crate::ast::member_name(&field.member);
        match field.variant {
            Some(variant) => self.fresh(&format!("Via_{}_{name}", variant.unraw())),
            None => self.fresh(&format!("Via_{name}")),
        }
    }
}

/// The name of a field's key in its module.
pub(crate) fn key_ident(field: &Field<'_>) -> Ident {
    match &field.member {
        Member::Named(ident) => ident.clone(),
        Member::Unnamed(index) => Ident::new(&format!("_{}", index.index), Span::call_site()),
    }
}

/// The type in paths of a field that is marked `binary` or `unit`; `runtime` is the path of `odm::__private`.
pub(crate) fn encoded(field: &Field<'_>, runtime: &TokenStream) -> Option<TokenStream> {
    let ty = field.ty;
    let path = match (&field.codec, way(field, runtime)) {
        // That these do not go together is reported.
        _ if field.flatten.is_some() => return None,
        (Codec::Mistaken, _) => quote!(#runtime::Encoded<#runtime::Placeholder, #ty>),
        (_, way) => {
            let way = way?;
            quote!(<#ty as #way>::Path)
        }
    };
    Some(respan(path, at_type(field)))
}

/// What the type of a field that is marked `binary` or `unit` must have.
pub(crate) fn way(field: &Field<'_>, runtime: &TokenStream) -> Option<TokenStream> {
    match field.codec {
        Codec::Binary => Some(quote!(#runtime::StoredAsBinary)),
        Codec::Unit(unit) => {
            let unit = Ident::new(unit, Span::call_site());
            Some(quote!(#runtime::StoredInUnit<#runtime::#unit>))
        }
        Codec::Value | Codec::Serde { .. } | Codec::With { .. } | Codec::Mistaken => None,
    }
}

/// `#[odm(crate = ..)]`, or the name that the manifest gives the crate.
pub(super) fn odm_path(given: Option<&syn::Path>) -> TokenStream {
    if let Some(path) = given {
        return path.to_token_stream();
    }
    match crate_name("odm") {
        Ok(FoundCrate::Name(name)) => {
            let ident = Ident::new(&name, Span::call_site());
            quote!(::#ident)
        }
        // Its own tests and examples see it from outside; builds without Cargo call it by its name.
        Ok(FoundCrate::Itself) | Err(_) => quote!(::odm),
    }
}
