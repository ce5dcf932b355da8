//! The rules of an enum's content.

use proc_macro2::TokenStream;
use quote::quote;

use super::{bound, content_name, is_flattened, pattern};
use crate::{
    ast::{Content, Field, Variant},
    attr::serde::Tagging,
    expand::{Scope, span::local, validate},
};

/// Returns `RULES` and `check_rules` of `Value`.
pub(super) fn expand(scope: &Scope<'_>, tagging: &Tagging, variants: &[Variant<'_>]) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let check = local("check");
    if scope.failed {
        return TokenStream::new();
    }
    let arms = variants.iter().filter(|variant| !variant.skip_serializing).filter_map(|variant| {
        let calls = calls(scope, tagging, variant);
        if calls.is_empty() {
            return None;
        }
        let pattern = pattern(variant);
        Some(quote!(#pattern => { #calls }))
    });
    let arms: Vec<_> = arms.collect();
    if arms.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const RULES: bool = true;
        fn check_rules(&self, #check: &mut #runtime::Check) {
            match self {
                #(#arms)*
                _ => {}
            }
        }
    }
}

/// Returns the calls for the rules of a variant's fields, with the names under which the fields are stored.
fn calls(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>) -> TokenStream {
    let check = local("check");
    let calls: TokenStream = match &variant.content {
        Content::Unit => return TokenStream::new(),
        Content::Newtype(field) => return newtype(scope, tagging, variant, field),
        Content::Tuple(fields) | Content::Document(fields) => fields
            .iter()
            .filter(|field| !field.skip_serializing)
            .map(|field| {
                let bound = bound(field);
                validate::of_field(scope, field, &quote!(#bound))
            })
            .collect(),
    };
    match content_name(tagging, variant) {
        "" => calls,
        name => quote!(#check.within(#name, |#check| { #calls });),
    }
}

fn newtype(scope: &Scope<'_>, tagging: &Tagging, variant: &Variant<'_>, field: &Field<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (check, key, bound) = (local("check"), scope.key(field), bound(field));
    if is_flattened(tagging, variant) {
        quote!(#runtime::check_flattened::<Self, #key>(#check, #bound);)
    } else {
        quote!(#runtime::check_field::<Self, #key>(#check, #bound);)
    }
}
