//! `Validate`: the declared rules as data, and their checks.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

use super::{
    Scope,
    span::{about, local, respan},
};
use crate::{
    ast::{Data, Field, is_named},
    attr::rule::{Kind, Rule},
};

pub(crate) fn expand(scope: &Scope<'_>) -> TokenStream {
    let Scope { runtime, .. } = scope;
    let (itself, parameters, bounds) = (scope.itself(), scope.parameters(&[]), scope.bounds(&[]));
    let check = local("check");
    let checks: Vec<_> = if scope.failed {
        Vec::new()
    } else {
        let of_fields = scope.container.fields().iter().map(|field| {
            let member = &field.member;
            of_field(scope, field, &quote!(&self.#member))
        });
        let of_enum = matches!(scope.container.data, Data::Enum(..))
            .then(|| quote!(<Self as #runtime::Value>::check_rules(self, #check);));
        let of_document = (!scope.container.attrs.rules.is_empty()).then(
            || quote!(#runtime::check_rules(#check, "", self, <Self as #runtime::Doc>::DOCUMENT_RULES);),
        );
        of_fields.chain(of_enum).chain(of_document).collect()
    };
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::Validate for #itself #bounds {
            fn check(&self, #check: &mut #runtime::Check) {
                #(#checks)*
            }
        }
    }
}

/// Returns `Doc::DOCUMENT_RULES`, if the document has rules.
pub(crate) fn document_rules(scope: &Scope<'_>) -> TokenStream {
    let runtime = &scope.runtime;
    list(
        scope,
        &scope.container.attrs.rules,
        |rules| quote!(const DOCUMENT_RULES: &'static [#runtime::TypedRule<Self>] = &[#rules];),
    )
}

/// Returns `RULES` of the declaration of a field, if the field has rules.
pub(crate) fn field_rules(scope: &Scope<'_>, field: &Field<'_>) -> TokenStream {
    let runtime = &scope.runtime;
    list(scope, &field.attrs.rules, |rules| {
        // In the document of a variant, `Self` is another type than the user's.
        let rules = if field.variant.is_some() { with_receiver(rules, &scope.itself()) } else { rules };
        quote!(const RULES: &'static [#runtime::TypedRule<Self::Rust>] = &[#rules];)
    })
}

fn list(scope: &Scope<'_>, rules: &[Rule], declare: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    if rules.is_empty() || scope.failed {
        return TokenStream::new();
    }
    let rules = rules.iter().map(|rule| typed(scope, rule));
    declare(quote!(#(#rules),*))
}

/// Returns the checks of the rules of a field and of the documents in it. `value` is a reference to the field.
pub(crate) fn of_field(scope: &Scope<'_>, field: &Field<'_>, value: &TokenStream) -> TokenStream {
    let (runtime, check, name) = (&scope.runtime, local("check"), &field.stored);
    if !field.is_stored() {
        // A field that is not stored has no declaration with its type, so its rules are here.
        return list(
            scope,
            &field.attrs.rules,
            |rules| quote!(#runtime::check_rules(#check, #name, #value, &[#rules]);),
        );
    }
    let key = scope.key(field);
    let owner = if field.variant.is_some() { scope.owner(field) } else { quote!(Self) };
    if field.flatten.is_none() {
        return about(field, quote!(#runtime::check_field::<#owner, #key>(#check, #value);));
    }
    let inside = quote!(#runtime::check_flattened::<#owner, #key>(#check, #value););
    if field.attrs.rules.is_empty() {
        return inside;
    }
    let rules = quote!(<#owner as #runtime::HasFlattened<#key>>::RULES);
    quote!(if !#runtime::check_rules(#check, #name, #value, #rules) { #inside })
}

/// Returns a rule as data.
fn typed(scope: &Scope<'_>, rule: &Rule) -> TokenStream {
    // rustc reports a rule that does not fit the field's type at the name of the rule.
    let span = Span::call_site().located_at(rule.span);
    let (runtime, value) = (respan(scope.runtime.to_token_stream(), span), respan_ident("value", span));
    let rule = match &rule.kind {
        Kind::Length { min, max } => {
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            quote_spanned!(span=> length(#min, #max))
        }
        Kind::Range { min, max } => {
            let (min, max) = (option(min.as_ref()), option(max.as_ref()));
            quote_spanned!(span=> range(|#value| #value.range(#min, #max)))
        }
        Kind::Pattern(pattern) => quote_spanned!(span=> pattern(#pattern)),
        Kind::Email => quote_spanned!(span=> email()),
        Kind::Url => quote_spanned!(span=> url()),
        Kind::OneOf(items) => quote_spanned!(span=> one_of(|#value| #value.one_of(&#items))),
        Kind::MultipleOf(divisor) => quote_spanned!(span=> multiple_of(#divisor)),
        Kind::UniqueItems => quote_spanned!(span=> unique_items()),
        Kind::Compare { left, operator, right } => {
            let operator = Ident::new(operator, span);
            let (left_name, right_name) = (stored_name(scope, left), stored_name(scope, right));
            quote_spanned!(span=> compare(
                #left_name,
                #runtime::Operator::#operator,
                #right_name,
                |#value| #runtime::order(&#value.#left, &#value.#right),
            ))
        }
        Kind::RequiredTogether(fields) => {
            let names = fields.iter().map(|field| stored_name(scope, field));
            quote_spanned!(span=> required_together(
                &[#(#names),*],
                |#value| #runtime::present(&[#(&#value.#fields),*]),
            ))
        }
        Kind::Nested => quote_spanned!(span=> nested()),
        Kind::Custom(path) => {
            let name = last(path);
            quote_spanned!(span=> custom(#name, |#value| #runtime::custom(#value, #path)))
        }
    };
    quote_spanned!(span=> #runtime::TypedRule::#rule)
}

/// Returns the stored name of a field of the document. The derive has checked that there is such a field.
fn stored_name<'s>(scope: &'s Scope<'_>, name: &Ident) -> &'s str {
    let mut fields = scope.container.fields().iter();
    fields.find(|field| is_named(field, name)).map(|field| field.stored.as_str()).unwrap_or_default()
}

fn respan_ident(name: &str, span: Span) -> Ident {
    let mut ident = local(name);
    ident.set_span(ident.span().located_at(span));
    ident
}

/// Replaces `Self` in the user's paths and expressions.
fn with_receiver(tokens: TokenStream, itself: &TokenStream) -> TokenStream {
    let replace = |token: TokenTree| match token {
        TokenTree::Ident(ident) if ident == "Self" => respan(quote!(<#itself>), ident.span()),
        TokenTree::Group(group) => {
            let mut replaced = Group::new(group.delimiter(), with_receiver(group.stream(), itself));
            replaced.set_span(group.span());
            TokenTree::Group(replaced).into()
        }
        other => other.into(),
    };
    tokens.into_iter().map(replace).collect()
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
