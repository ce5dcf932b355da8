//! `fn indexes`: the declared indexes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{
    Scope,
    span::{local, respan},
};
use crate::attr::index::{Bounds, Collation, CollationValue, Index, Key, Kind};

/// Returns `fn indexes`, if the model declares any.
pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let of_fields = scope.container.fields().iter().flat_map(|field| &field.attrs.indexes);
    let indexes: Vec<_> =
        scope.container.attrs.indexes.iter().chain(of_fields).map(|index| declared(scope, index)).collect();
    if indexes.is_empty() {
        return TokenStream::new();
    }
    let fields = local("fields");
    quote! {
        fn indexes() -> ::std::vec::Vec<#runtime::Index> {
            let #fields = <Self as #runtime::Model>::fields();
            ::std::vec![#(#indexes),*]
        }
    }
}

fn declared(scope: &Scope<'_>, index: &Index) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let keys = index.keys.iter().map(|key| {
        let key = declared_key(scope, key, index.ttl.get().is_some());
        quote!(.with_key(#key))
    });
    let unique = index.unique.get().map(|()| quote!(.unique()));
    let sparse = index.sparse.get().map(|()| quote!(.sparse()));
    let hidden = index.hidden.get().map(|()| quote!(.hidden()));
    let ttl =
        index.ttl.get().map(|seconds| quote!(.expire_after(::core::time::Duration::from_secs(#seconds))));
    let named = index.name.get().map(|name| quote!(.named(#name)));
    let partial =
        index.partial.get().map(|filter| quote!(.partial(#runtime::partial_filter::<Self>(#filter))));
    let collation = index.collation.get().map(|options| collation(scope, options));
    let weights = index.weights.get().into_iter().flatten().map(|(key, weight)| {
        let name = name(scope, key);
        quote!(.weight(#name, #weight))
    });
    let language = index.default_language.get().map(|language| quote!(.default_language(#language)));
    let language_override = index.language_override.get().map(|field| quote!(.language_override(#field)));
    let bounds = index.bounds.get().map(bounds);
    let listed = |fields: Option<&Vec<Key>>, method: TokenStream| -> TokenStream {
        let fields = fields.into_iter().flatten().map(|key| name(scope, key));
        quote!(#(.#method(#fields))*)
    };
    let all_of = listed(index.include.get(), quote!(include));
    let all_but = listed(index.exclude.get(), quote!(exclude));
    quote! {
        #runtime::Index::new() #(#keys)* #unique #sparse #hidden #ttl #named #partial #collation #(#weights)*
            #language #language_override #bounds #all_of #all_but
    }
}

pub(super) fn collation(scope: &Scope<'_>, collation: &Collation) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let locale = &collation.locale;
    let options = collation.options.iter().map(|(attribute, value)| {
        let setter = Ident::new(crate::attr::symbol::AttributeName::text(*attribute), Span::call_site());
        match (value, attribute.type_name()) {
            (CollationValue::Variant(variant), Some(type_name)) => {
                let (variant, type_name) =
                    (Ident::new(variant, Span::call_site()), Ident::new(type_name, Span::call_site()));
                quote!(.#setter(#runtime::#type_name::#variant))
            }
            (CollationValue::Flag(flag), _) => quote!(.#setter(#flag)),
            (CollationValue::Variant(_), None) => TokenStream::new(),
        }
    });
    quote!(.collation(#runtime::Collation::builder().locale(#locale) #(#options)* .build()))
}

fn bounds(bounds: &Bounds) -> TokenStream {
    let bits = bounds.bits.map(|bits| quote!(.bits(#bits)));
    let ends = match (&bounds.min, &bounds.max) {
        (Some(min), Some(max)) => {
            let (min, max) = (&min.literal, &max.literal);
            quote!(.bounds(#min, #max))
        }
        _ => TokenStream::new(),
    };
    quote!(#bits #ends)
}

/// Returns code for a key. It calls the accessors, so rustc checks every Rust name, and the type of the field.
pub(super) fn declared_key(scope: &Scope<'_>, key: &Key, dated: bool) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let kind = Ident::new(key.kind.variant(), Span::call_site());
    let kind = quote!(#runtime::IndexType::#kind);
    if key.path.is_empty() {
        return quote!(#runtime::every_field_key(#kind));
    }
    let function = match key.kind {
        _ if dated => quote!(#runtime::date_key),
        Kind::Text => quote!(#runtime::text_key),
        Kind::Geo2dSphere | Kind::Geo2d => quote!(#runtime::geo_key),
        Kind::Ascending | Kind::Descending | Kind::Hashed | Kind::Wildcard => quote!(#runtime::field_key),
    };
    of_path(key, function, &quote!(, #kind))
}

/// Returns code for the stored name of a field.
pub(super) fn name(scope: &Scope<'_>, key: &Key) -> TokenStream {
    let Scope { runtime, .. } = scope;
    of_path(key, quote!(#runtime::Path::name), &TokenStream::new())
}

/// Returns the call of a function with a path. rustc reports a field of a wrong type at its name.
pub(super) fn of_path(key: &Key, function: TokenStream, others: &TokenStream) -> TokenStream {
    let fields = local("fields");
    let span = key.path.last().map_or(key.span, |step| step.name.span());
    let (function, fields) = (respan(function, span), respan(quote!(&#fields), span));
    let steps = key.path.iter().map(|step| {
        let (name, arguments) = (&step.name, &step.arguments);
        quote_spanned!(span=> .#name(#arguments))
    });
    let argument = quote_spanned!(span=> #fields #(#steps)* #others);
    let mut arguments = proc_macro2::Group::new(proc_macro2::Delimiter::Parenthesis, argument);
    arguments.set_span(span);
    quote!(#function #arguments)
}
