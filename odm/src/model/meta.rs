//! `ModelMeta`: a declared model.

use std::any::TypeId;

use super::{CollectionOptions, Model, PolicyFields, Validator};
use crate::{
    index::{Index, SearchIndex},
    meta::{DocumentMeta, FieldMeta, ReferenceMeta, reference},
};

/// A model, as declared: its collection, its document and its indexes.
#[derive(Debug, Clone, Copy)]
pub struct ModelMeta {
    collection: &'static str,
    document: &'static DocumentMeta,
    policies: &'static PolicyFields,
    type_id: fn() -> TypeId,
    validator: Option<Validator>,
    /// A function, because the name of a key is known only at run time: it comes from the accessors, with which rustc
    /// checks the declaration.
    indexes: fn() -> Vec<Index>,
    search_indexes: fn() -> Vec<SearchIndex>,
    options: fn() -> CollectionOptions,
}

impl ModelMeta {
    /// Returns the description of `M`.
    pub const fn of<M: Model>() -> Self {
        Self {
            collection: M::COLLECTION,
            document: M::META,
            policies: M::POLICIES,
            type_id: TypeId::of::<M>,
            validator: M::VALIDATOR,
            indexes: M::indexes,
            search_indexes: M::search_indexes,
            options: M::collection_options,
        }
    }

    /// Returns the name of the collection.
    pub fn collection(&self) -> &'static str {
        self.collection
    }

    /// Returns the description of the document.
    pub fn document(&self) -> &'static DocumentMeta {
        self.document
    }

    /// Returns the fields of the document, as [`DocumentMeta::fields`] does.
    pub fn fields(&self) -> &'static [FieldMeta] {
        self.document.fields()
    }

    /// Returns the fields that policies maintain.
    pub fn policies(&self) -> &'static PolicyFields {
        self.policies
    }

    /// Returns the indexes that the attributes declare.
    pub fn indexes(&self) -> Vec<Index> {
        (self.indexes)()
    }

    /// Returns the search indexes that the attributes declare.
    pub fn search_indexes(&self) -> Vec<SearchIndex> {
        (self.search_indexes)()
    }

    /// Returns how the collection is created, as the attributes declare it.
    pub fn options(&self) -> CollectionOptions {
        (self.options)()
    }

    /// Returns the validator of the collection, if the model declares one.
    pub fn validator(&self) -> Option<Validator> {
        self.validator
    }

    /// Returns the references to other documents, in declared order: see [`DocumentMeta::references`].
    pub fn references(&self) -> Vec<ReferenceMeta> {
        reference::of_model(self.document, self.type_id())
    }

    /// Returns the type of the model, which the ids of its documents refer to:
    /// [`IdMeta::model`](crate::meta::IdMeta::model).
    pub fn type_id(&self) -> TypeId {
        (self.type_id)()
    }
}
