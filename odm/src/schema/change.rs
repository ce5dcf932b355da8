//! Changes: the elements of a plan.

mod difference;
mod display;
mod impact;

pub(super) use self::difference::join;
pub use self::{difference::Difference, impact::Impact};

use super::validator::ModelValidator;
use crate::{
    index::{Index, SearchIndex},
    model::CollectionOptions,
};

/// One difference between the declared and the live schema.
///
/// You get them by iterating over a [`Plan`](super::Plan). `Display` is one line for a terminal: `+` marks what
/// `apply` creates, `~` what it modifies in place, `-/+` an index that it drops and creates again, `-` an index that
/// it drops, `!` what an administrator changes, `?` an index, a validator or an option that is not declared.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SchemaChange {
    /// The collection is missing: `apply` creates it.
    #[non_exhaustive]
    CreateCollection {
        /// Its name.
        collection: String,
        /// Its options.
        options: Box<CollectionOptions>,
        /// Its validator, if the model declares one.
        validator: Option<Box<ModelValidator>>,
    },
    /// The collection differs in options that the server modifies in place: `apply` does that with `collMod`.
    #[non_exhaustive]
    ModifyCollection {
        /// The collection.
        collection: String,
        /// The options as declared.
        options: Box<CollectionOptions>,
        /// What differs.
        differences: Vec<Difference>,
        /// The impact: a smaller collection and a shorter expiry delete documents, and change streams may need pre- and
        /// post-images.
        impact: Impact,
    },
    /// The collection differs in options that the server does not modify. `apply` does not change it: create the
    /// collection again and copy its documents.
    #[non_exhaustive]
    RecreateCollection {
        /// The collection.
        collection: String,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// The collection is not distributed by the declared shard key. `apply` does not change it: an administrator sends
    /// the command to a router of the cluster.
    #[non_exhaustive]
    ShardCollection {
        /// The collection.
        collection: String,
        /// The command for the shell, `sh.shardCollection("shop.orders", { "customer": 1 })`.
        command: String,
        /// The server is a router of a sharded cluster, so the shard key has an effect.
        is_cluster: bool,
    },
    /// The search index is missing: `apply` creates it. The server builds it in the background; one that is not built
    /// yet is no difference.
    #[non_exhaustive]
    CreateSearchIndex {
        /// The collection.
        collection: String,
        /// The index as declared.
        index: SearchIndex,
    },
    /// The definition of the search index differs, or the server failed to build it: `apply` replaces the definition. The
    /// server builds the index anew in the background, and searches use the old one meanwhile.
    #[non_exhaustive]
    ModifySearchIndex {
        /// The collection.
        collection: String,
        /// The index as declared.
        index: SearchIndex,
        /// What differs.
        differences: Vec<Difference>,
        /// The impact: the server does not change the type of an index.
        impact: Impact,
    },
    /// No model declares the search index, and it is to be dropped: if the caller allows it, `apply` does. Unlike another
    /// index, it cannot be hidden first.
    #[non_exhaustive]
    DropSearchIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
    /// No model declares the search index: `apply` does not change it.
    #[non_exhaustive]
    UndeclaredSearchIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
    /// The server has no search, so it cannot have the declared index: `apply` does nothing, and
    /// [`Schema::verify`](crate::schema::Schema::verify) returns an error.
    /// [`known_options`](crate::schema::Schema::known_options) accepts it.
    #[non_exhaustive]
    NoSearch {
        /// The collection.
        collection: String,
        /// The index as declared.
        index: SearchIndex,
    },
    /// No model declares the option of the collection: `apply` does not change it.
    #[non_exhaustive]
    UndeclaredOption {
        /// The collection.
        collection: String,
        /// The option, as text.
        option: String,
    },
    /// The collection has no validator: `apply` sets it with `collMod`.
    #[non_exhaustive]
    CreateValidator {
        /// The collection.
        collection: String,
        /// The validator as declared.
        validator: Box<ModelValidator>,
        /// The impact: [`Narrowing`](Impact::Narrowing), unless the collection contains no documents or the validator
        /// only warns.
        impact: Impact,
    },
    /// The validator of the collection differs: `apply` replaces it with `collMod`.
    #[non_exhaustive]
    ModifyValidator {
        /// The collection.
        collection: String,
        /// The validator as declared.
        validator: Box<ModelValidator>,
        /// What differs.
        differences: Vec<Difference>,
        /// The impact: the server may refuse more than now, or the validator was not made from a model.
        impact: Impact,
    },
    /// No model declares the validator, and it is to be dropped: if the caller allows it, `apply` does.
    #[non_exhaustive]
    DropValidator {
        /// The collection.
        collection: String,
    },
    /// No model declares the validator of the collection: `apply` does not change it.
    #[non_exhaustive]
    UndeclaredValidator {
        /// The collection.
        collection: String,
    },
    /// The index is missing: `apply` creates it.
    #[non_exhaustive]
    CreateIndex {
        /// The collection.
        collection: String,
        /// The index as declared.
        index: Index,
        /// The impact: a TTL index in a collection with documents deletes them.
        impact: Impact,
        /// The server is building the index now: `apply` waits for it.
        is_building: bool,
    },
    /// The index differs in options that the server modifies in place: `apply` does that.
    #[non_exhaustive]
    ModifyIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
        /// The index as declared.
        index: Index,
        /// What differs.
        differences: Vec<Difference>,
        /// The impact: a shorter TTL deletes documents.
        impact: Impact,
    },
    /// The index differs in something that the server does not modify: if the caller allows it, `apply` drops the
    /// index and creates it again.
    #[non_exhaustive]
    RebuildIndex {
        /// The collection.
        collection: String,
        /// The names of the live indexes that the declared one replaces.
        replaces: Vec<String>,
        /// The index as declared.
        index: Index,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// No model declares the index, and it is to be dropped: `apply` hides it first.
    #[non_exhaustive]
    HideIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
    /// No model declares the index, which is hidden already: if the caller allows it, `apply` drops it.
    #[non_exhaustive]
    DropIndex {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
    /// No model declares the index: `apply` does not change it.
    #[non_exhaustive]
    Undeclared {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
}

impl SchemaChange {
    /// Returns the collection of the change.
    pub fn collection(&self) -> &str {
        match self {
            Self::CreateCollection { collection, .. }
            | Self::ModifyCollection { collection, .. }
            | Self::RecreateCollection { collection, .. }
            | Self::ShardCollection { collection, .. }
            | Self::UndeclaredOption { collection, .. }
            | Self::CreateSearchIndex { collection, .. }
            | Self::ModifySearchIndex { collection, .. }
            | Self::DropSearchIndex { collection, .. }
            | Self::UndeclaredSearchIndex { collection, .. }
            | Self::NoSearch { collection, .. }
            | Self::CreateValidator { collection, .. }
            | Self::ModifyValidator { collection, .. }
            | Self::DropValidator { collection }
            | Self::UndeclaredValidator { collection }
            | Self::CreateIndex { collection, .. }
            | Self::ModifyIndex { collection, .. }
            | Self::RebuildIndex { collection, .. }
            | Self::HideIndex { collection, .. }
            | Self::DropIndex { collection, .. }
            | Self::Undeclared { collection, .. } => collection,
        }
    }

    /// Returns the declared index, if the change is about one.
    pub fn index(&self) -> Option<&Index> {
        match self {
            Self::CreateIndex { index, .. }
            | Self::ModifyIndex { index, .. }
            | Self::RebuildIndex { index, .. } => Some(index),
            Self::CreateCollection { .. }
            | Self::ModifyCollection { .. }
            | Self::RecreateCollection { .. }
            | Self::ShardCollection { .. }
            | Self::UndeclaredOption { .. }
            | Self::CreateSearchIndex { .. }
            | Self::ModifySearchIndex { .. }
            | Self::DropSearchIndex { .. }
            | Self::UndeclaredSearchIndex { .. }
            | Self::NoSearch { .. }
            | Self::CreateValidator { .. }
            | Self::ModifyValidator { .. }
            | Self::DropValidator { .. }
            | Self::UndeclaredValidator { .. }
            | Self::HideIndex { .. }
            | Self::DropIndex { .. }
            | Self::Undeclared { .. } => None,
        }
    }

    /// Returns the declared validator, if the change is about one.
    pub fn validator(&self) -> Option<&ModelValidator> {
        match self {
            Self::CreateCollection { validator, .. } => validator.as_deref(),
            Self::CreateValidator { validator, .. } | Self::ModifyValidator { validator, .. } => {
                Some(validator)
            }
            _ => None,
        }
    }
}
