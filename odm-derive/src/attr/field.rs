//! `#[odm(..)]` on a field.

use syn::LitStr;

use super::{
    Once, flag,
    index::Index,
    odm_words,
    rule::{self, Rule},
    symbol::{self, Position, form},
    text,
};
use crate::{ast::Derive, ctxt::Ctxt};

/// What a field's attributes say.
#[derive(Debug, Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Once<()>,
    pub(crate) rename: Once<LitStr>,
    pub(crate) serde: Once<()>,
    pub(crate) binary: Once<()>,
    pub(crate) unit: Once<&'static str>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
}

impl FieldAttrs {
    /// Reads them; the field may be one of a variant's.
    pub(crate) fn read(cx: &Ctxt, field: &syn::Field, derive: Derive, in_variant: bool) -> Self {
        let ident = field.ident.as_ref();
        let position = Position::field(derive, in_variant, ident.is_some());
        let mut attrs = Self::default();
        odm_words(cx, &field.attrs, |word, input| {
            if !position.valid.iter().any(|valid| word == valid) {
                return Err(position.unknown(word));
            }
            if word == symbol::ID {
                flag(word, input, form::ID)?;
                attrs.id.set(word, ())
            } else if word == symbol::RENAME {
                attrs.rename.set(word, text(word, input, form::RENAME)?)
            } else if word == symbol::SERDE {
                flag(word, input, form::SERDE)?;
                attrs.serde.set(word, ())
            } else if word == symbol::BINARY {
                flag(word, input, form::BINARY)?;
                attrs.binary.set(word, ())
            } else if word == symbol::UNIT {
                let text = text(word, input, form::UNIT)?;
                attrs.unit.set(word, symbol::unit(&text)?)
            } else if word == symbol::VALIDATE {
                rule::of_field(cx, word, input, &mut attrs.rules)
            } else if let Some(ident) = ident {
                Index::on_field(cx, word, input, ident).map(|index| attrs.indexes.push(index))
            } else {
                Err(position.unknown(word))
            }
        });
        attrs
    }
}
