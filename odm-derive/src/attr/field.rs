//! `#[odm(..)]` on a field.

use syn::{Ident, LitStr, parenthesized, parse::ParseStream, token};

use super::{
    Once, flag,
    index::Index,
    odm_words,
    rule::{self, Rule},
    symbol::{self, Position, form},
    text,
};
use crate::{ast::Derive, ctxt::Ctxt};

/// The words that say how a field is stored.
const WAYS: &[&str] = &[symbol::SERDE, symbol::BINARY, symbol::UNIT];

/// What a field's attributes say.
#[derive(Debug, Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Once<()>,
    pub(crate) rename: Once<LitStr>,
    /// Through serde; whether what it writes is in order.
    pub(crate) serde: Once<bool>,
    pub(crate) binary: Once<()>,
    pub(crate) unit: Once<&'static str>,
    /// A word says how the field is stored, or probably means to, and is a mistake.
    pub(crate) mistaken_way: bool,
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
                let meant = symbol::closest(&word.to_string(), position.valid);
                attrs.mistaken_way |= meant.is_some_and(|word| WAYS.contains(&word));
                return Err(position.unknown(word));
            }
            if word == symbol::ID {
                flag(word, input, form::ID)?;
                attrs.id.set(word, ())
            } else if word == symbol::RENAME {
                attrs.rename.set(word, text(word, input, form::RENAME)?)
            } else if WAYS.iter().any(|way| word == way) {
                let read = attrs.way(word, input);
                attrs.mistaken_way |= read.is_err();
                read
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

    /// Reads one of [`WAYS`].
    fn way(&mut self, word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        if word == symbol::SERDE {
            let ordered = ordered(word, input)?;
            self.serde.set(word, ordered)
        } else if word == symbol::BINARY {
            flag(word, input, form::BINARY)?;
            self.binary.set(word, ())
        } else {
            let text = text(word, input, form::UNIT)?;
            self.unit.set(word, symbol::unit(&text)?)
        }
    }
}

/// Whether `(ordered)` stands behind `serde`.
fn ordered(word: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    if !input.peek(token::Paren) {
        return flag(word, input, form::SERDE).map(|()| false);
    }
    let content;
    parenthesized!(content in input);
    let said: syn::Result<Ident> = content.parse();
    match said {
        Ok(said) if said == symbol::ORDERED && content.is_empty() => Ok(true),
        _ => {
            content.parse::<proc_macro2::TokenStream>()?;
            Err(symbol::malformed(word, form::SERDE))
        }
    }
}
