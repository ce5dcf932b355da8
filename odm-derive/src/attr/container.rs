//! `#[odm(..)]` on the struct or enum.

use syn::{DeriveInput, Ident, LitStr, Path, Type};

use super::{
    Once, flag,
    index::Index,
    odm_words,
    rule::{self, Rule},
    symbol::{ContainerWord, Position, Word},
    text,
    validator::Validator,
    value,
    version::Versions,
};
use crate::{ast::Derive, ctxt::Ctxt};

/// The `#[odm(..)]` attributes of a struct or enum.
#[derive(Debug, Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) collection: Once<LitStr>,
    /// The attribute `collection`, or a misspelling of it, is present, even if its value could not be parsed.
    pub(crate) has_collection: bool,
    pub(crate) krate: Once<Path>,
    pub(crate) key: Once<Type>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) validator: Once<Validator>,
    pub(crate) versions: Versions,
    /// The hooks of the model run. The value is the word.
    pub(crate) hooks: Once<Ident>,
    /// The user declares that the variants have the order of their stored names.
    pub(crate) ordered: Once<()>,
}

impl ContainerAttrs {
    /// Parses the attributes.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, derive: Derive) -> Self {
        let position = Position::Container(derive);
        let mut attrs = Self::default();
        odm_words(cx, &input.attrs, |ident, input| {
            let word = ContainerWord::require_at(position, ident).inspect_err(|_| {
                let meant = ContainerWord::closest(position, ident);
                attrs.has_collection |= meant == Some(ContainerWord::Collection);
            })?;
            match word {
                ContainerWord::Ordered => {
                    flag(ident, input, word.form())?;
                    attrs.ordered.set(ident, ())
                }
                ContainerWord::Collection => {
                    attrs.has_collection = true;
                    attrs.collection.set(ident, text(ident, input, word.form())?)
                }
                ContainerWord::Index => {
                    Index::on_model(cx, ident, input).map(|index| attrs.indexes.push(index))
                }
                ContainerWord::Key => attrs.key.set(ident, value(ident, input, word.form())?),
                ContainerWord::Validate => rule::of_document(cx, ident, input, &mut attrs.rules),
                ContainerWord::Validator => attrs.validator.set(ident, Validator::parse(cx, ident, input)?),
                ContainerWord::Hooks => {
                    flag(ident, input, word.form())?;
                    attrs.hooks.set(ident, ident.clone())
                }
                ContainerWord::SchemaVersion => attrs.versions.current(ident, input),
                ContainerWord::Upgrade => attrs.versions.upgrade(ident, input),
                ContainerWord::Crate => attrs.krate.set(ident, value(ident, input, word.form())?),
            }
        });
        attrs
    }
}
