//! `Validate`: the declared rules, as calls.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

use super::{Scope, scope::local};
use crate::attr::rule::Rule;

pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let check = local("check");
    let rules: Vec<_> = if scope.failed {
        Vec::new()
    } else {
        let of_fields = scope.container.fields().iter().flat_map(|field| {
            let member = &field.member;
            field.rules.iter().map(move |rule| call(rule, &field.stored, &quote!(&self.#member)))
        });
        let of_document = scope.container.attrs.rules.iter().map(|rule| call(rule, "", &quote!(self)));
        of_fields.chain(of_document).collect()
    };
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Validate for #itself #bounds {
            fn check(&self, #check: &mut #runtime::Check) {
                #(#rules)*
            }
        }
    }
}

fn call(rule: &Rule, field: &str, value: &TokenStream) -> TokenStream {
    let check = local("check");
    match rule {
        Rule::Length { min, max } => {
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            quote!(#check.length(#field, #value, #min, #max);)
        }
        Rule::Range { min, max } => {
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            quote!(#check.range(#field, #value, #min, #max);)
        }
        Rule::Pattern(pattern) => quote!(#check.pattern(#field, #value, #pattern);),
        Rule::Email => quote!(#check.email(#field, #value);),
        Rule::Nested => quote!(#check.nested(#field, #value);),
        Rule::Custom(path) => {
            let name = last(path);
            quote!(#check.custom(#field, #value, #name, #path);)
        }
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A rule is called by the name of its function.
fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
