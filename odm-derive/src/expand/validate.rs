//! `Validate`: the declared rules, as calls.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

use super::{
    Scope,
    span::{about, local, respan},
};
use crate::{
    ast::{Data, Field},
    attr::rule::{Kind, Rule},
};

pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let check = local("check");
    let rules: Vec<_> = if scope.failed {
        Vec::new()
    } else {
        let of_fields = scope.container.fields().iter().map(|field| {
            let member = &field.member;
            of_field(scope, field, &quote!(&self.#member))
        });
        let of_enum = matches!(scope.container.data, Data::Enum(..))
            .then(|| quote!(<Self as #runtime::Value>::check_rules(self, #check);));
        let of_document = scope.container.attrs.rules.iter().map(|rule| call(rule, "", &quote!(self)));
        of_fields.chain(of_enum).chain(of_document).collect()
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

/// Returns the calls for the rules of a field and of the documents in it. `value` is a reference to the field.
pub(crate) fn of_field(scope: &Scope<'_>, field: &Field<'_>, value: &TokenStream) -> TokenStream {
    let rules = field.rules.iter().map(|rule| call(rule, &field.stored, value));
    rules.chain(inside(scope, field, value)).collect()
}

/// Returns the call for the rules of the documents in a field. The rule `nested` calls them itself.
fn inside(scope: &Scope<'_>, field: &Field<'_>, value: &TokenStream) -> Option<TokenStream> {
    let nested = field.rules.iter().any(|rule| matches!(rule.kind, Kind::Nested));
    if nested || !field.is_stored() {
        return None;
    }
    let (runtime, key, check) = (&scope.runtime, scope.key(field), local("check"));
    let owner = if field.variant.is_some() { scope.owner(field) } else { quote!(Self) };
    Some(match field.flatten {
        None => about(field, quote!(#runtime::check_field::<#owner, #key>(#check, #value);)),
        Some(_) => quote!(#runtime::check_flattened::<#owner, #key>(#check, #value);),
    })
}

fn call(rule: &Rule, field: &str, value: &TokenStream) -> TokenStream {
    // rustc reports a rule that does not fit the field's type at the word of the rule.
    let span = Span::call_site().located_at(rule.span);
    let mut check = local("check");
    check.set_span(check.span().located_at(span));
    let value = respan(value.clone(), span);
    match &rule.kind {
        Kind::Length { min, max } => {
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            quote_spanned!(span=> #check.length(#field, #value, #min, #max);)
        }
        Kind::Range { min, max } => {
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            quote_spanned!(span=> #check.range(#field, #value, #min, #max);)
        }
        Kind::Pattern(pattern) => quote_spanned!(span=> #check.pattern(#field, #value, #pattern);),
        Kind::Email => quote_spanned!(span=> #check.email(#field, #value);),
        Kind::Nested => quote_spanned!(span=> #check.nested(#field, #value);),
        Kind::Custom(path) => {
            let name = last(path);
            quote_spanned!(span=> #check.custom(#field, #value, #name, #path);)
        }
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// Returns the name of a custom rule: the name of its function.
fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
