//! `Patch`: the changes that the members of a patch make.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{DeriveInput, spanned::Spanned};

use super::{
    in_const,
    names::{collect, fresh},
    scope::odm_path,
    span::local,
};
use crate::{ctxt::Ctxt, patch::Patch};

/// Runs the derive.
pub(super) fn derive(input: &DeriveInput) -> TokenStream {
    let cx = Ctxt::new();
    let patch = Patch::read(&cx, input);
    let errors: Vec<_> = cx.finish().iter().map(syn::Error::to_compile_error).collect();
    let mut used = HashSet::new();
    collect(input.to_token_stream(), &mut used);
    let (runtime, document) = (fresh(&used, "__p"), fresh(&used, "__M"));
    let (ident, (parameters, arguments, bounds)) = (&input.ident, input.generics.split_for_impl());
    let (parent, changes) = (local("__parent"), local("__changes"));
    let inside = match patch.of.get() {
        Some(of) if errors.is_empty() => {
            let parent_of = quote_spanned!(located(of)=> #runtime::parent::<#of>());
            let writes = patch.fields.iter().map(|field| {
                let (name, to) = (field.ident, &field.to);
                let accessor = quote_spanned!(located(to)=> #parent.#to());
                quote_spanned!(located(field.ty)=> #accessor.patches::<#of, _>(&self.#name, #changes);)
            });
            quote! {
                #[automatically_derived]
                impl #parameters #runtime::Patch<#of> for #ident #arguments #bounds {
                    fn write(&self, #changes: &mut #runtime::Changed) {
                        let (#parent, _) = #parent_of;
                        #(#writes)*
                    }
                }
            }
        }
        // The errors are reported: this avoids others, where the patch is used.
        Some(of) => quote! {
            impl #parameters #runtime::Patch<#of> for #ident #arguments #bounds {
                fn write(&self, _: &mut #runtime::Changed) {}
            }
        },
        None if input.generics.params.is_empty() => quote! {
            impl<#document> #runtime::Patch<#document> for #ident {
                fn write(&self, _: &mut #runtime::Changed) {}
            }
        },
        None => TokenStream::new(),
    };
    let code = in_const(&odm_path(patch.krate.get()), &runtime, &inside);
    quote!(#(#errors)* #code)
}

/// Returns a span for generated code, at the location of the user's tokens.
fn located(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}
