//! The check that a delete rule fits the type of its field.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    Scope,
    span::{at_type, respan},
};
use crate::ast::Field;

/// Returns the checks of the fields with a delete rule. In a generic type, the types of the fields are not known, so
/// `Database::references` checks their rules.
pub(super) fn checks<'f>(scope: &Scope<'_>, fields: impl IntoIterator<Item = &'f Field<'f>>) -> TokenStream {
    let generics = &scope.container.original.generics;
    if scope.failed || generics.type_params().next().is_some() || generics.const_params().next().is_some() {
        return TokenStream::new();
    }
    let runtime = &scope.runtime;
    let fields = fields.into_iter().filter(|field| field.is_stored() && field.flatten.is_none());
    let checks = fields.filter_map(|field| {
        let nullify = *field.attrs.on_delete.get()? == "Nullify";
        let key = scope.key(field);
        let owner = if field.variant.is_some() { scope.owner(field) } else { scope.itself() };
        let check = quote! {
            const _: () = {
                type __DeleteRule = #runtime::DeleteRuleOf<{
                    #runtime::delete_rule_problem(#runtime::content_meta::<#owner, #key>(), #nullify)
                }>;
                let () = <__DeleteRule as #runtime::RuleOfReference>::FITS;
                let () = <__DeleteRule as #runtime::RuleOfFoundReference>::FITS;
                let () = <__DeleteRule as #runtime::RuleOfNullableReference>::FITS;
            };
        };
        Some(respan(check, at_type(field)))
    });
    checks.collect()
}
