//! `#[odm(..)]` on the struct or enum.

use syn::{DeriveInput, Ident, LitStr, Path, Type};

use super::{
    Once,
    collection::CollectionAttrs,
    flag,
    index::Index,
    odm_attributes,
    rule::{self, Rule},
    search_index::SearchIndex,
    symbol::{AttributeName, AttributePosition, ContainerAttribute},
    text,
    validator::Validator,
    value,
    version::Versions,
};
use crate::{ctxt::Ctxt, derive::Derive};

/// The `#[odm(..)]` attributes of a struct or enum.
#[derive(Debug, Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) collection: Once<LitStr>,
    /// The attribute `collection`, or a misspelling of it, is present, even if its value could not be parsed.
    pub(crate) has_collection: bool,
    pub(crate) krate: Once<Path>,
    pub(crate) key: Once<Type>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) search_indexes: Vec<SearchIndex>,
    pub(crate) options: CollectionAttrs,
    pub(crate) rules: Vec<Rule>,
    pub(crate) validator: Once<Validator>,
    pub(crate) versions: Versions,
    /// The hooks of the model run. The value is the name of the attribute, for messages.
    pub(crate) hooks: Once<Ident>,
    /// The user declares that the variants have the order of their stored names.
    pub(crate) ordered: Once<()>,
}

impl ContainerAttrs {
    /// Parses the attributes.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, derive: Derive) -> Self {
        let position = AttributePosition::Container(derive);
        let mut attrs = Self::default();
        odm_attributes(cx, &input.attrs, |ident, input| {
            let attribute = ContainerAttribute::require_at(position, ident).inspect_err(|_| {
                let meant = ContainerAttribute::closest(position, ident);
                attrs.has_collection |= meant == Some(ContainerAttribute::Collection);
            })?;
            match attribute {
                ContainerAttribute::Ordered => {
                    flag(ident, input, attribute.form())?;
                    attrs.ordered.set(ident, ())
                }
                ContainerAttribute::Collection => {
                    attrs.has_collection = true;
                    attrs.collection.set(ident, text(ident, input, attribute.form())?)
                }
                ContainerAttribute::Index => {
                    Index::on_model(cx, ident, input).map(|index| attrs.indexes.push(index))
                }
                ContainerAttribute::SearchIndex | ContainerAttribute::VectorSearchIndex => {
                    SearchIndex::parse(cx, attribute, ident, input)
                        .map(|index| attrs.search_indexes.push(index))
                }
                ContainerAttribute::Key => attrs.key.set(ident, value(ident, input, attribute.form())?),
                ContainerAttribute::Validate => rule::of_document(cx, ident, input, &mut attrs.rules),
                ContainerAttribute::Validator => {
                    attrs.validator.set(ident, Validator::parse(cx, ident, input)?)
                }
                ContainerAttribute::Hooks => {
                    flag(ident, input, attribute.form())?;
                    attrs.hooks.set(ident, ident.clone())
                }
                ContainerAttribute::SchemaVersion => attrs.versions.current(ident, input),
                ContainerAttribute::Upgrade => attrs.versions.upgrade(ident, input),
                ContainerAttribute::Capped
                | ContainerAttribute::TimeSeries
                | ContainerAttribute::Clustered
                | ContainerAttribute::Collation
                | ContainerAttribute::PreAndPostImages
                | ContainerAttribute::View
                | ContainerAttribute::MaterializedView
                | ContainerAttribute::ShardKey => attrs.options.read(cx, attribute, ident, input),
                ContainerAttribute::Crate => attrs.krate.set(ident, value(ident, input, attribute.form())?),
            }
        });
        attrs
    }
}
