//! `#[odm(..)]` on a variant.

use syn::LitStr;

use super::{
    Once, odm_words,
    symbol::{Position, RENAME, form},
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
        odm_words(cx, &variant.attrs, |word, input| {
            if word == RENAME {
                attrs.rename.set(word, text(word, input, form::RENAME)?)
            } else {
                Err(Position::variant().unknown(word))
            }
        });
        attrs
    }
}
