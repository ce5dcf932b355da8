//! The names and generics of one expansion, chosen so that none collides with the user's.

use std::collections::HashSet;

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Member, Visibility, ext::IdentExt, spanned::Spanned};

use super::{
    names::{collect, fresh, keys_name, modules},
    needs::Needs,
};
use crate::{
    ast::{Codec, Container, Content, Data, Field},
    attr::serde::Tagging,
};

/// What every part of an expansion shares.
pub(crate) struct Scope<'a> {
    pub(crate) container: &'a Container<'a>,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    /// Mistakes were reported, so the code only stands in: it need not work, but must bring no more messages.
    pub(crate) failed: bool,
    /// One of these mistakes, as code that tells it; rustc tells the same at the same place once.
    mistake: Option<TokenStream>,
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
    /// The module of the keys, `order`.
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
            keys: keys_name(&modules(container), &name.to_string()),
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

    /// The key type of a field, `order::customer`; of a field of a variant, `payment::Card::last4`.
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
            Some(marker) => respan(quote!(#runtime::Via<#marker, #ty>), at_type(field)),
            None => quote!(#ty),
        }
    }

    /// The type that says how serde stores a field.
    pub(crate) fn marker(&self, field: &Field<'_>) -> Option<TokenStream> {
        let runtime = &self.runtime;
        match field.codec {
            Codec::Value | Codec::Binary | Codec::Unit(_) | Codec::Mistaken => None,
            Codec::Serde => Some(quote!(#runtime::Serde)),
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

    /// Whether the item has type or constant parameters.
    pub(crate) fn is_generic(&self) -> bool {
        !self.container.original.generics.params.is_empty()
    }

    /// `<T: Bound, const N: usize, extra..>` for an impl.
    pub(crate) fn parameters(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Type(parameter) => {
                let (ident, bounds) = (&parameter.ident, &parameter.bounds);
                quote!(#ident: #bounds)
            }
            GenericParam::Const(parameter) => {
                let (ident, ty) = (&parameter.ident, &parameter.ty);
                quote!(const #ident: #ty)
            }
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// `<T, const N: usize, extra..>` for a struct of ours, without bounds.
    pub(crate) fn declared(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => {
                let (ident, ty) = (&parameter.ident, &parameter.ty);
                quote!(const #ident: #ty)
            }
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// `<T, N, extra..>` behind a name.
    pub(crate) fn arguments(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => TokenStream::new(),
        });
        angle(own.chain(extra.iter().cloned()))
    }

    /// The user's bounds, what the fields need of the type parameters, and `extra`.
    pub(crate) fn bounds(&self, extra: &[TokenStream]) -> TokenStream {
        let runtime = &self.runtime;
        let generics = &self.container.original.generics;
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let needs = Needs::of(self.container);
        let values = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            if needs.parameters.contains(ident) {
                quote!(#ident: #runtime::Value)
            } else {
                quote!(#ident: 'static)
            }
        });
        let values = values.chain(needs.projections.iter().map(|ty| quote!(#ty: #runtime::Value)));
        let values = values.chain(
            needs.serde.iter().map(|ty| quote!(#runtime::Via<#runtime::Serde, #ty>: #runtime::Stores<#ty>)),
        );
        let all: Vec<_> = own.chain(values).chain(self.parts()).chain(extra.iter().cloned()).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
    }

    /// What an identity with this key needs: less than its document, if no parameter is part of the key. `Id<Page<T>>`
    /// stands in the struct, which would have to ask for everything else too.
    pub(crate) fn key_bounds(&self, key: &TokenStream) -> TokenStream {
        let generics = &self.container.original.generics;
        let mut words = HashSet::new();
        collect(key.clone(), &mut words);
        if generics.type_params().any(|one| words.contains(&one.ident.unraw().to_string())) {
            return self.bounds(&[]);
        }
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let lasting = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            quote!(#ident: 'static)
        });
        let all: Vec<_> = own.chain(lasting).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
    }

    /// `T: Flatten` for each part whose type is up to the user of a generic type.
    fn parts(&self) -> impl Iterator<Item = TokenStream> {
        let (runtime, container) = (&self.runtime, self.container);
        let beside_tag = matches!(&container.data, Data::Enum(Tagging::Internal { .. }, _));
        let held = container.variants().iter().filter(move |variant| beside_tag && !variant.untagged);
        let held = held.filter_map(|variant| match &variant.content {
            Content::Newtype(field) => Some(&**field),
            _ => None,
        });
        let flattened = container.all_fields().filter(|field| field.flatten.is_some());
        flattened.chain(held).filter(|field| self.is_up_to_the_user(field)).map(move |field| {
            let ty = field.ty;
            quote!(#ty: #runtime::Flatten)
        })
    }

    fn is_up_to_the_user(&self, field: &Field<'_>) -> bool {
        let mut words = HashSet::new();
        collect(field.ty.to_token_stream(), &mut words);
        let mut parameters = self.container.original.generics.type_params();
        matches!(field.codec, Codec::Value)
            && parameters.any(|one| words.contains(&one.ident.unraw().to_string()))
    }

    /// A field that keeps the type parameters of a struct of ours in use.
    pub(crate) fn type_parameters(&self) -> TokenStream {
        let idents = self.container.original.generics.type_params().map(|parameter| &parameter.ident);
        quote!(::core::marker::PhantomData<fn() -> (#(#idents,)*)>)
    }

    /// The type itself, with its arguments.
    pub(crate) fn itself(&self) -> TokenStream {
        let ident = self.ident;
        let lifetimes: Vec<_> = self.container.original.generics.lifetimes().collect();
        if lifetimes.is_empty() {
            let arguments = self.arguments(&[]);
            return quote!(#ident #arguments);
        }
        // Refused; the stand-in is for the one lifetime that a `Value` may have.
        let arguments = self.own_parameters().map(|parameter| match parameter {
            GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
            GenericParam::Lifetime(_) => quote!('static),
        });
        let arguments = angle(lifetimes.iter().map(|_| quote!('static)).chain(arguments));
        quote!(#ident #arguments)
    }

    /// What the stand-in of a model with lifetimes is bound by. It is for `'static`, so a field `Id<Self>` does not fit;
    /// rustc says nothing of what depends on a type that holds a mistake it has told.
    pub(crate) fn excuse(&self) -> Option<TokenStream> {
        let Self { runtime, mistake, .. } = self;
        self.container.original.generics.lifetimes().next()?;
        Some(quote!([(); #mistake]: #runtime::Keyed))
    }

    /// Lifetimes are refused; the stand-in leaves them out.
    fn own_parameters(&self) -> impl Iterator<Item = &'a GenericParam> {
        let generics = &self.container.original.generics;
        generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
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
        (Codec::Mistaken, _) => quote!(#runtime::Via<#runtime::StandIn, #ty>),
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
        Codec::Binary => Some(quote!(#runtime::InBinary)),
        Codec::Unit(unit) => {
            let unit = Ident::new(unit, Span::call_site());
            Some(quote!(#runtime::InUnit<#runtime::#unit>))
        }
        Codec::Value | Codec::Serde | Codec::With { .. } | Codec::Mistaken => None,
    }
}

/// A local variable that the user's paths cannot mean; behind `__`, for a constant or a unit struct of the user's takes
/// the place of a variable of its name in a pattern, wherever the pattern was written.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{}", name.trim_start_matches('_')), Span::mixed_site())
}

/// Where the type of a field stands, for code whose only possible mistake is that type.
pub(crate) fn at_type(field: &Field<'_>) -> Span {
    Span::call_site().located_at(field.ty.span())
}

/// A call of a function that the user named, where the name stands: so rustc says there that it has another type.
pub(crate) fn called(function: &syn::ExprPath, arguments: &TokenStream) -> TokenStream {
    let at = Span::call_site().located_at(function.span());
    let call = respan(quote!((#arguments)), at);
    quote!(#function #call)
}

/// Code about a field. The type of an encoded field is an answer of its own type's; where there is none, rustc says so
/// wherever the code asks for it, and once for each place.
pub(crate) fn about(field: &Field<'_>, code: TokenStream) -> TokenStream {
    match field.codec {
        Codec::Binary | Codec::Unit(_) => respan(code, at_type(field)),
        Codec::Value | Codec::Serde | Codec::With { .. } | Codec::Mistaken => code,
    }
}

/// The same tokens at another place; what their names mean stays.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let respan_one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            let mut respanned = proc_macro2::Group::new(group.delimiter(), respan(group.stream(), span));
            respanned.set_span(group.span().located_at(span));
            return TokenTree::Group(respanned);
        }
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.into_iter().map(respan_one).collect()
}

fn angle(parameters: impl Iterator<Item = TokenStream>) -> TokenStream {
    let parameters: Vec<_> = parameters.collect();
    if parameters.is_empty() { TokenStream::new() } else { quote!(<#(#parameters),*>) }
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
