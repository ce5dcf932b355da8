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

/// The words that specify the encoding of a field.
const ENCODINGS: &[&str] = &[symbol::SERDE, symbol::BINARY, symbol::UNIT];

/// The `#[odm(..)]` attributes of a field.
#[derive(Debug, Default)]
pub(crate) struct FieldAttrs {
    pub(crate) id: Once<()>,
    pub(crate) rename: Once<LitStr>,
    /// `serde`. The value is `true` for `serde(ordered)`.
    pub(crate) serde: Once<bool>,
    pub(crate) binary: Once<()>,
    pub(crate) unit: Once<&'static str>,
    /// A word that specifies the encoding, or a misspelling of one, is wrong.
    pub(crate) mistaken_encoding: bool,
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
}

impl FieldAttrs {
    /// Parses the attributes. `in_variant` is whether the field belongs to a variant.
    pub(crate) fn read(cx: &Ctxt, field: &syn::Field, derive: Derive, in_variant: bool) -> Self {
        let ident = field.ident.as_ref();
        let position = Position::field(derive, in_variant, ident.is_some());
        let mut attrs = Self::default();
        odm_words(cx, &field.attrs, |word, input| {
            if !position.valid.iter().any(|valid| word == valid) {
                let meant = symbol::closest(&word.to_string(), position.valid);
                attrs.mistaken_encoding |= meant.is_some_and(|word| ENCODINGS.contains(&word));
                return Err(position.unknown(word));
            }
            if word == symbol::ID {
                flag(word, input, form::ID)?;
                attrs.id.set(word, ())
            } else if word == symbol::RENAME {
                attrs.rename.set(word, text(word, input, form::RENAME)?)
            } else if ENCODINGS.iter().any(|encoding| word == encoding) {
                let read = attrs.encoding(word, input);
                attrs.mistaken_encoding |= read.is_err();
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

    /// Parses one of [`ENCODINGS`].
    fn encoding(&mut self, word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
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

/// Returns whether `(ordered)` follows `serde`.
fn ordered(word: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    if !input.peek(token::Paren) {
        return flag(word, input, form::SERDE).map(|()| false);
    }
    let content;
    parenthesized!(content in input);
    let option: syn::Result<Ident> = content.parse();
    match option {
        Ok(option) if option == symbol::ORDERED && content.is_empty() => Ok(true),
        _ => {
            content.parse::<proc_macro2::TokenStream>()?;
            Err(symbol::malformed(word, form::SERDE))
        }
    }
}
