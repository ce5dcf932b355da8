//! `#[odm(..)]` on a variant.

use syn::LitStr;

use super::{
    Once, odm_words,
    symbol::{Position, VariantWord, Word},
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
        odm_words(cx, &variant.attrs, |ident, input| {
            let word = VariantWord::require_at(Position::Variant, ident)?;
            match word {
                VariantWord::Rename => attrs.rename.set(ident, text(ident, input, word.form())?),
            }
        });
        attrs
    }
}
