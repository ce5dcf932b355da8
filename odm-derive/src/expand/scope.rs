//! The names and generics of one expansion, chosen so that none collides with the user's.

use std::collections::HashSet;

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Member, Visibility, ext::IdentExt, spanned::Spanned};

use crate::{
    ast::{Codec, Container, Data, Field},
    attr::{
        rule::{Kind, Rule},
        serde::Default,
    },
};

/// Names that a module of ours must not have: code beside the struct means something else by them.
const TAKEN: &[&str] = &[
    "alloc", "bool", "char", "core", "crate", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize",
    "odm", "self", "std", "str", "super", "u128", "u16", "u32", "u64", "u8", "usize",
];

/// What every part of an expansion shares.
pub(crate) struct Scope<'a> {
    pub(crate) container: &'a Container<'a>,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    /// Mistakes were reported, so the code only stands in: it need not work, but must bring no more messages.
    pub(crate) failed: bool,
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
    pub(crate) fn new(container: &'a Container<'a>, failed: bool) -> Self {
        let ident = &container.original.ident;
        let mut used = HashSet::new();
        collect(container.original.to_token_stream(), &mut used);
        let name = ident.unraw();
        Self {
            container,
            ident,
            vis: &container.original.vis,
            failed,
            odm: odm_path(container),
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

    /// The key type of a field, `order::customer`.
    pub(crate) fn key(&self, field: &Field<'_>) -> TokenStream {
        let keys = &self.keys;
        match &field.member {
            Member::Named(ident) => quote!(#keys::#ident),
            Member::Unnamed(_) => quote!(#keys),
        }
    }

    /// The type of the field in paths: its own, or how serde stores it.
    pub(crate) fn path_type(&self, field: &Field<'_>) -> TokenStream {
        let (ty, runtime) = (field.ty, &self.runtime);
        match self.marker(field) {
            Some(marker) => respan(quote!(#runtime::Via<#marker, #ty>), at_type(field)),
            None => quote!(#ty),
        }
    }

    /// The type that says how serde stores a field.
    pub(crate) fn marker(&self, field: &Field<'_>) -> Option<TokenStream> {
        let runtime = &self.runtime;
        match field.codec {
            Codec::Value => None,
            Codec::Serde => Some(quote!(#runtime::Serde)),
            Codec::With { .. } => {
                let (marker, arguments) = (self.marker_ident(field), self.arguments(&[]));
                Some(quote!(#marker #arguments))
            }
        }
    }

    /// The name of the type that stands for the functions of a serde `with`.
    pub(crate) fn marker_ident(&self, field: &Field<'_>) -> Ident {
        self.fresh(&format!("Via_{}", crate::ast::member_name(&field.member)))
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

    /// The user's bounds, `T: Value` for each type parameter, and `extra`.
    pub(crate) fn bounds(&self, extra: &[TokenStream]) -> TokenStream {
        let runtime = &self.runtime;
        let generics = &self.container.original.generics;
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let values = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            quote!(#ident: #runtime::Value)
        });
        let all: Vec<_> = own.chain(values).chain(extra.iter().cloned()).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
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

    /// Lifetimes are refused; the stand-in leaves them out.
    fn own_parameters(&self) -> impl Iterator<Item = &'a GenericParam> {
        let generics = &self.container.original.generics;
        generics.params.iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
    }
}

/// A local variable that the user's paths cannot mean.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Where the type of a field stands, for code whose only possible mistake is that type.
pub(crate) fn at_type(field: &Field<'_>) -> Span {
    Span::call_site().located_at(field.ty.span())
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
fn odm_path(container: &Container<'_>) -> TokenStream {
    if let Some(path) = container.attrs.krate.get() {
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

fn fresh(used: &HashSet<String>, name: &str) -> Ident {
    let mut name = name.to_owned();
    while used.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

fn keys_name(used: &HashSet<String>, name: &str) -> Ident {
    let mut name = snake(name);
    while used.contains(&name) || TAKEN.contains(&name.as_str()) {
        name.push('_');
    }
    // A keyword such as `type` becomes raw.
    syn::parse_str(&name).unwrap_or_else(|_| Ident::new_raw(&name, Span::call_site()))
}

/// Every name that may be a module where the item stands: a module of ours must not hide it.
fn modules(container: &Container<'_>) -> HashSet<String> {
    let mut used = HashSet::new();
    collect(container.original.generics.to_token_stream(), &mut used);
    let newtype = match &container.data {
        Data::Newtype(field) => Some(field),
        _ => None,
    };
    let mut paths: Vec<TokenStream> = Vec::new();
    paths.extend(container.attrs.key.get().map(ToTokens::to_token_stream));
    paths.extend(default_path(&container.default));
    paths.extend(container.attrs.rules.iter().map(rule_paths));
    for field in container.fields().iter().chain(newtype) {
        paths.push(field.ty.to_token_stream());
        paths.extend(default_path(&field.default));
        paths.extend(field.skip_serializing_if.as_ref().map(ToTokens::to_token_stream));
        paths.extend(field.rules.iter().map(rule_paths));
        if let Codec::With { serialize, deserialize } = &field.codec {
            paths.extend(serialize.iter().chain(deserialize).map(ToTokens::to_token_stream));
        }
    }
    paths.into_iter().for_each(|path| collect(path, &mut used));
    used
}

fn default_path(default: &Default) -> Option<TokenStream> {
    match default {
        Default::Path(path) => Some(path.to_token_stream()),
        Default::None | Default::Trait => None,
    }
}

fn rule_paths(rule: &Rule) -> TokenStream {
    match &rule.kind {
        Kind::Custom(path) => path.to_token_stream(),
        Kind::Range { min, max } => quote!(#min #max),
        _ => TokenStream::new(),
    }
}

/// Every name the item mentions, however deep.
fn collect(tokens: TokenStream, used: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                used.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), used),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// `HTTPLog` and `HttpLog` are `http_log`.
fn snake(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after_word = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let ends_run = before.is_some_and(|before| before.is_uppercase())
            && characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if character.is_uppercase() && (after_word || ends_run) {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
