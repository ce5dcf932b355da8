//! `#[odm(..)]` on a variant.

use syn::LitStr;

use super::{
    Once, odm_attributes,
    symbol::{AttributeName, AttributePosition, VariantAttribute},
    text,
};
use crate::ctxt::Ctxt;

/// The `#[odm(..)]` attributes of a variant.
#[derive(Debug, Default)]
pub(crate) struct VariantAttrs {
    pub(crate) rename: Once<LitStr>,
}

impl VariantAttrs {
    /// Parses the attributes.
    pub(crate) fn read(cx: &Ctxt, variant: &syn::Variant) -> Self {
        let mut attrs = Self::default();
        odm_attributes(cx, &variant.attrs, |ident, input| {
            let attribute = VariantAttribute::require_at(AttributePosition::Variant, ident)?;
            match attribute {
                VariantAttribute::Rename => attrs.rename.set(ident, text(ident, input, attribute.form())?),
            }
        });
        attrs
    }
}
