//! Checks of the rules of a whole document.

use crate::{
    ast::{Container, Data, is_named},
    ctxt::Ctxt,
};

/// Checks that the rules about several fields name stored fields of the document.
pub(super) fn fields(cx: &Ctxt, container: &Container<'_>) {
    let ident = &container.original.ident;
    for rule in &container.attrs.rules {
        for name in rule.fields() {
            if matches!(container.data, Data::Enum(..)) {
                let message = "an enum has no fields of its own: write the rule on the documents that its variants \
                               hold, or as a `custom` rule";
                cx.push(syn::Error::new(name.span(), message));
                break;
            }
            let Some(field) = container.fields().iter().find(|field| is_named(field, name)) else {
                cx.push(syn::Error::new(name.span(), format!("`{ident}` has no field `{name}`")));
                continue;
            };
            if field.flatten.is_some() || !field.is_stored() {
                let message =
                    format!("`{name}` is not stored under a name of its own: write a `custom` rule");
                cx.push(syn::Error::new(name.span(), message));
            }
        }
    }
}
