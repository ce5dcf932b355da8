//! `#[odm(..)]` on the struct or enum.

use syn::{DeriveInput, LitStr, Path, Type};

use super::{
    Once, flag,
    index::Index,
    odm_words,
    rule::{self, Rule},
    symbol::{self, Position, form},
    text, value,
    version::Versions,
};
use crate::{ast::Derive, ctxt::Ctxt};

/// The `#[odm(..)]` attributes of a struct or enum.
#[derive(Debug, Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) collection: Once<LitStr>,
    /// The word `collection`, or a misspelling of it, is present, even if its value could not be parsed.
    pub(crate) has_collection: bool,
    pub(crate) krate: Once<Path>,
    pub(crate) key: Once<Type>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) versions: Versions,
    /// The user declares that the variants have the order of their stored names.
    pub(crate) ordered: Once<()>,
}

impl ContainerAttrs {
    /// Parses the attributes.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, derive: Derive) -> Self {
        let position = Position::container(derive);
        let mut attrs = Self::default();
        odm_words(cx, &input.attrs, |word, input| {
            if !position.valid.iter().any(|valid| word == valid) {
                let meant = symbol::closest(&word.to_string(), position.valid);
                attrs.has_collection |= meant == Some(symbol::COLLECTION);
                return Err(position.unknown(word));
            }
            if word == symbol::COLLECTION {
                attrs.has_collection = true;
                attrs.collection.set(word, text(word, input, form::COLLECTION)?)
            } else if word == symbol::CRATE {
                attrs.krate.set(word, value(word, input, form::CRATE)?)
            } else if word == symbol::KEY {
                attrs.key.set(word, value(word, input, form::KEY)?)
            } else if word == symbol::ORDERED {
                flag(word, input, form::ORDERED)?;
                attrs.ordered.set(word, ())
            } else if word == symbol::INDEX {
                Index::on_model(cx, word, input).map(|index| attrs.indexes.push(index))
            } else if word == symbol::SCHEMA_VERSION {
                attrs.versions.current(word, input)
            } else if word == symbol::UPGRADE {
                attrs.versions.upgrade(word, input)
            } else {
                rule::of_document(cx, word, input, &mut attrs.rules)
            }
        });
        attrs
    }
}
