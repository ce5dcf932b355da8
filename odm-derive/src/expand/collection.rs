//! `fn collection_options`: the declared options of the collection, and `MaterializedView`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{
    Scope, index,
    span::{at_type, called, local, respan},
};
use crate::attr::{
    collection::{Capped, ShardKey, TimeSeries, ViewSource},
    index::{Key, Kind, Step},
};

/// Returns `fn collection_options`, if the model declares any.
pub(super) fn options(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let options = &scope.container.attrs.options;
    if scope.failed {
        return TokenStream::new();
    }
    let mut setters = Vec::new();
    setters.extend(options.capped.get().map(capped));
    setters.extend(options.time_series.get().map(|series| time_series(scope, series)));
    setters.extend(options.clustered.get().map(|age| clustered(*age)));
    setters.extend(options.collation.get().map(|collation| index::collation(scope, collation)));
    setters.extend(options.pre_and_post_images.get().map(|()| quote!(.pre_and_post_images())));
    setters.extend(options.view.get().map(view));
    setters.extend(options.shard_key.get().map(|key| shard_key(scope, key)));
    if setters.is_empty() {
        return TokenStream::new();
    }
    let (fields, dated_id) = (local("fields"), dated_id(scope));
    quote! {
        fn collection_options() -> #runtime::CollectionOptions {
            #dated_id
            let #fields = <Self as #runtime::Model>::fields();
            #runtime::CollectionOptions::new() #(#setters)*
        }
    }
}

/// Returns `impl MaterializedView`, if the model is one.
pub(super) fn materialized_view(scope: &Scope<'_>) -> TokenStream {
    let Some(source) = scope.container.attrs.options.materialized_view.get().filter(|_| !scope.failed) else {
        return TokenStream::new();
    };
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let ViewSource { on, pipeline, replaces } = source;
    let call = called(pipeline, &TokenStream::new());
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::MaterializedView for #itself #bounds {
            type Source = #on;
            const REPLACES: bool = #replaces;
            fn pipeline() -> #runtime::Pipeline<#on, Self> {
                #call
            }
        }
    }
}

fn capped(Capped { size, max }: &Capped) -> TokenStream {
    let max = match max {
        Some(max) => quote!(::core::option::Option::Some(#max)),
        None => quote!(::core::option::Option::None),
    };
    quote!(.capped(#size, #max))
}

fn seconds(seconds: u64) -> TokenStream {
    quote!(.expire_after(::core::time::Duration::from_secs(#seconds)))
}

/// Calls the accessors, so rustc checks the type of the time at its name.
fn time_series(scope: &Scope<'_>, series: &TimeSeries) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let none = TokenStream::new();
    let time = index::of_path(&key(&series.time), quote!(#runtime::time_field), &none);
    let meta = series.meta.as_ref().map(|meta| {
        let name = index::name(scope, &key(meta));
        quote!(.meta(#name))
    });
    let granularity = Ident::new(series.granularity, Span::call_site());
    let expire_after = series.expire_after.map(seconds);
    quote! {
        .time_series(#runtime::TimeSeries::new(#time) #meta .granularity(#runtime::Granularity::#granularity))
        #expire_after
    }
}

fn key(field: &Ident) -> Key {
    let step = Step { name: field.clone(), arguments: TokenStream::new() };
    Key { path: vec![step], kind: Kind::Ascending, span: field.span() }
}

fn clustered(age: Option<u64>) -> TokenStream {
    let expire_after = age.map(seconds);
    quote!(.clustered() #expire_after)
}

/// Documents of a clustered collection expire by their id, which is a date then. rustc checks that at its type.
fn dated_id(scope: &Scope<'_>) -> Option<TokenStream> {
    let Scope { runtime, .. } = scope;
    scope.container.attrs.options.clustered.get().copied().flatten()?;
    let id = scope.container.id()?;
    let ty = id.ty;
    let check = respan(quote!(#runtime::dated::<#ty>), at_type(id));
    Some(quote!(#check();))
}

/// rustc checks the type of the function at its name.
fn view(source: &ViewSource) -> TokenStream {
    let on = &source.on;
    let call = called(&source.pipeline, &TokenStream::new());
    quote!(.view_of::<#on, Self>(#call))
}

fn shard_key(scope: &Scope<'_>, key: &ShardKey) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let keys = key.keys.iter().map(|key| {
        let key = index::declared_key(scope, key, false);
        quote!(.with_key(#key))
    });
    let unique = key.unique.map(|_| quote!(.unique()));
    quote!(.shard_key(#runtime::ShardKey::new() #(#keys)* #unique))
}
