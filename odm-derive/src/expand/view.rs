//! `View` and `Row`: the projection of a view, and its decoding.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{DeriveInput, GenericParam, Lifetime, spanned::Spanned};

use super::{
    in_const,
    names::{collect, fresh},
    scope::odm_path,
    span::{local, respan},
};
use crate::{
    ctxt::Ctxt,
    view::{Field, Source, View},
};

/// Runs the derive.
pub(super) fn derive(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let view = View::read(&cx, input);
    let errors: Vec<_> = cx.finish().iter().map(syn::Error::to_compile_error).collect();
    let mut used = HashSet::new();
    collect(input.to_token_stream(), &mut used);
    let scope = Scope {
        runtime: fresh(&used, "__p"),
        readers: fresh(&used, "__readers"),
        parent: fresh(&used, "__M"),
        lifetime: view
            .lifetime
            .cloned()
            .unwrap_or_else(|| Lifetime::new(&format!("'{}", fresh(&used, "__de")), Span::call_site())),
        view: &view,
    };
    let odm = odm_path(view.krate.get());
    let inside = if errors.is_empty() { scope.expand() } else { scope.placeholder() };
    let code = in_const(&odm, &scope.runtime, &inside);
    quote!(#(#errors)* #code)
}

struct Scope<'a> {
    view: &'a View<'a>,
    runtime: Ident,
    /// The function that returns the reader of each field.
    readers: Ident,
    /// A type parameter: the parent of a placeholder, if the view does not specify one.
    parent: Ident,
    /// The lifetime of the bytes that are read.
    lifetime: Lifetime,
}

impl Scope<'_> {
    fn expand(&self) -> TokenStream {
        let Self { view, runtime, readers, lifetime, .. } = self;
        let Some(of) = view.of.get() else { return TokenStream::new() };
        let (parameters, bounds, anonymous) = (self.parameters(&[]), self.bounds(), self.itself(&quote!('_)));
        let row = self.itself(&lifetime.to_token_stream());
        let row_parameters = self.parameters(&[lifetime.to_token_stream()]);
        let (raw, elements, key, value) =
            (local("__raw"), local("__elements"), local("__key"), local("__value"));
        let (parent, version, projection) = (local("__parent"), local("__version"), local("__projection"));

        let arguments = self.turbofish();
        let reader: Vec<_> =
            (0..view.fields.len()).map(|index| local(&format!("__reader_{index}"))).collect();
        let slot: Vec<_> = (0..view.fields.len()).map(|index| local(&format!("__field_{index}"))).collect();
        let ty: Vec<_> = view.fields.iter().map(|field| field.ty).collect();
        let ident: Vec<_> = view.fields.iter().map(|field| field.ident).collect();
        let reads = view.fields.iter().map(|field| self.reads(field, &parent));
        let parent_of = quote_spanned!(located(of)=> #runtime::parent::<#of>());
        let owned = view.lifetime.is_none().then(|| {
            quote! {
                #[automatically_derived]
                impl #parameters #runtime::OwnedRow for #anonymous #bounds {
                    fn read_owned(#raw: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                        <Self as #runtime::Row>::read_row(#raw)
                    }
                }
                #[automatically_derived]
                impl #parameters #runtime::Target for #anonymous #bounds {
                    type Of = #of;
                }
                #[automatically_derived]
                impl #parameters #runtime::LoadableView<#of> for #anonymous #bounds {
                    type Reading = #runtime::AsView<Self>;
                }
            }
        });
        quote! {
            fn #readers #row_parameters() -> (
                ::core::option::Option<#runtime::SchemaVersion>,
                #(#runtime::Reader<#lifetime, #ty>,)*
            ) #bounds {
                let (#parent, #version) = #parent_of;
                (#version, #(#reads,)*)
            }
            #[automatically_derived]
            impl #parameters #runtime::Row for #anonymous #bounds {
                type In<#lifetime> = #row;
                fn read_row<#lifetime>(#raw: #runtime::Raw<#lifetime>) -> #runtime::CodecResult<#row> {
                    let (#version, #(#reader,)*) = #readers #arguments();
                    #runtime::current_version(#version, #raw)?;
                    #(let mut #slot: ::core::option::Option<#ty> = ::core::option::Option::None;)*
                    let mut #elements = #raw.elements()?;
                    while !#elements.is_empty() {
                        #(#reader.take(&mut #elements, &mut #slot)?;)*
                        let ::core::option::Option::Some((#key, #value)) = #elements.next()? else { break };
                        #(if #reader.fill(#key, #value, &mut #slot)? { continue })*
                    }
                    ::core::result::Result::Ok(Self::In { #(#ident: #reader.finish(#slot, #raw)?,)* })
                }
            }
            #owned
            #[automatically_derived]
            impl #parameters #runtime::View<#of> for #anonymous #bounds {
                fn add_names(#projection: &mut #runtime::Projection) {
                    let (#version, #(#reader,)*) = #readers #arguments();
                    #projection.with_version(#version);
                    #(#reader.add_names(#projection);)*
                }
            }
        }
    }

    /// Returns the reader of a field. rustc reports a missing accessor at the user's name, and a type that does not
    /// fit at the user's type.
    fn reads(&self, field: &Field<'_>, parent: &Ident) -> TokenStream {
        let (runtime, ty) = (&self.runtime, field.ty);
        let Source::Field(from) = &field.source else {
            let function = respan(quote!(#runtime::text_score), located(ty));
            return quote_spanned!(located(ty)=> #function::<#ty>());
        };
        let of = self.view.of.get();
        let accessor = quote_spanned!(located(from)=> #parent.#from());
        quote_spanned!(located(ty)=> #accessor.reads::<#of, #ty, _>())
    }

    /// Returns the placeholder after an error, with the impls that other code may need.
    fn placeholder(&self) -> TokenStream {
        let Self { view, runtime, parent, lifetime, .. } = self;
        let (parameters, bounds, anonymous) = (self.parameters(&[]), self.bounds(), self.itself(&quote!('_)));
        let row = self.itself(&lifetime.to_token_stream());
        let (of_parameters, of) = match view.of.get() {
            Some(of) => (parameters.clone(), of.to_token_stream()),
            None => (self.parameters(&[parent.to_token_stream()]), parent.to_token_stream()),
        };
        quote! {
            impl #parameters #runtime::Row for #anonymous #bounds {
                type In<#lifetime> = #row;
                fn read_row<#lifetime>(_: #runtime::Raw<#lifetime>) -> #runtime::CodecResult<#row> {
                    loop {}
                }
            }
            impl #parameters #runtime::OwnedRow for #anonymous #bounds {
                fn read_owned(_: #runtime::Raw<'_>) -> #runtime::CodecResult<Self> {
                    loop {}
                }
            }
            impl #of_parameters #runtime::View<#of> for #anonymous #bounds {
                fn add_names(_: &mut #runtime::Projection) {}
            }
        }
    }

    /// Returns the view with the given lifetime in place of its own.
    fn itself(&self, lifetime: &TokenStream) -> TokenStream {
        let ident = &self.view.original.ident;
        let arguments: Vec<_> = self
            .view
            .original
            .generics
            .params
            .iter()
            .map(|parameter| match parameter {
                GenericParam::Lifetime(_) => lifetime.clone(),
                GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
                GenericParam::Const(parameter) => parameter.ident.to_token_stream(),
            })
            .collect();
        if arguments.is_empty() { quote!(#ident) } else { quote!(#ident<#(#arguments),*>) }
    }

    /// Returns `::<T, N>`. Lifetimes are inferred.
    fn turbofish(&self) -> TokenStream {
        let arguments: Vec<_> = self
            .view
            .original
            .generics
            .params
            .iter()
            .filter_map(|parameter| match parameter {
                GenericParam::Lifetime(_) => None,
                GenericParam::Type(parameter) => Some(&parameter.ident),
                GenericParam::Const(parameter) => Some(&parameter.ident),
            })
            .collect();
        if arguments.is_empty() { TokenStream::new() } else { quote!(::<#(#arguments),*>) }
    }

    /// Returns `<extra.., T: Bound, const N: usize>`, without the lifetime, which each function declares.
    fn parameters(&self, extra: &[TokenStream]) -> TokenStream {
        let own = self.view.original.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(parameter) => {
                let (ident, bounds) = (&parameter.ident, &parameter.bounds);
                Some(quote!(#ident: #bounds))
            }
            GenericParam::Const(parameter) => {
                let (ident, ty) = (&parameter.ident, &parameter.ty);
                Some(quote!(const #ident: #ty))
            }
        });
        let all: Vec<_> = extra.iter().cloned().chain(own).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(<#(#all),*>) }
    }

    /// Returns the user's bounds, and `T: Value` for each type parameter.
    fn bounds(&self) -> TokenStream {
        let runtime = &self.runtime;
        let generics = &self.view.original.generics;
        let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(|one| quote!(#one));
        let values = generics.type_params().map(|parameter| {
            let ident = &parameter.ident;
            quote!(#ident: #runtime::Value)
        });
        let all: Vec<_> = own.chain(values).collect();
        if all.is_empty() { TokenStream::new() } else { quote!(where #(#all),*) }
    }
}

/// Returns a span for generated code, at the location of the user's tokens.
fn located(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}
