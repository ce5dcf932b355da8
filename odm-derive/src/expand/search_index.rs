//! `fn search_indexes`: the declared search indexes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{Scope, index::of_path, span::local};
use crate::attr::search_index::{SearchField, SearchIndex, SearchKind};

/// Returns `fn search_indexes`, if the model declares any.
pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let declared = &scope.container.attrs.search_indexes;
    if declared.is_empty() || scope.failed {
        return TokenStream::new();
    }
    let Scope { runtime, .. } = scope;
    let has_fields = declared.iter().any(|index| !index.fields.is_empty());
    let fields = local("fields");
    let fields = has_fields.then(|| quote!(let #fields = <Self as #runtime::Model>::fields();));
    let indexes = declared.iter().map(|index| one(scope, index));
    quote! {
        fn search_indexes() -> ::std::vec::Vec<#runtime::SearchIndex> {
            #fields
            ::std::vec![#(#indexes),*]
        }
    }
}

fn one(scope: &Scope<'_>, index: &SearchIndex) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let constructor = Ident::new(if index.is_vector { "vector" } else { "search" }, Span::call_site());
    let name = index.name();
    let dynamic = index.dynamic.get().map(|()| quote!(.dynamic()));
    let analyzer = index.analyzer.get().map(|analyzer| quote!(.analyzer(#analyzer)));
    let search_analyzer = index.search_analyzer.get().map(|analyzer| quote!(.search_analyzer(#analyzer)));
    let fields = index.fields.iter().map(|one| {
        let field = field(scope, one);
        quote!(.with_search_field(#field))
    });
    quote!(#runtime::SearchIndex::#constructor(#name) #dynamic #analyzer #search_analyzer #(#fields)*)
}

/// Returns code for a field. It calls the accessors, so rustc checks every Rust name, and the type of the field.
fn field(scope: &Scope<'_>, SearchField { key, kind }: &SearchField) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let none = TokenStream::new();
    let variant = |name: &str| Ident::new(name, Span::call_site());
    match kind {
        SearchKind::Field { field_type, analyzer, search_analyzer } => {
            let field = match field_type {
                None => of_path(key, quote!(#runtime::search_field), &none),
                Some(field_type) => {
                    let function = if field_type.has_words() {
                        quote!(words_search_field)
                    } else {
                        quote!(search_field_as)
                    };
                    let variant = variant(field_type.variant);
                    of_path(key, quote!(#runtime::#function), &quote!(, #runtime::SearchFieldType::#variant))
                }
            };
            let analyzer = analyzer.get().map(|analyzer| quote!(.analyzer(#analyzer)));
            let search_analyzer = search_analyzer.get().map(|analyzer| quote!(.search_analyzer(#analyzer)));
            quote!(#field #analyzer #search_analyzer)
        }
        SearchKind::Vector { num_dimensions, similarity, quantization } => {
            let similarity = variant(similarity);
            let options = quote!(, #num_dimensions, #runtime::Similarity::#similarity);
            let field = of_path(key, quote!(#runtime::vector_field), &options);
            let quantization = quantization.as_ref().map(|quantization| quote!(.quantization(#quantization)));
            quote!(#field #quantization)
        }
        SearchKind::Filter => of_path(key, quote!(#runtime::filter_field), &none),
    }
}
