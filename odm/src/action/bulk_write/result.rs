//! The result of a bulk write.

use std::{collections::BTreeMap, fmt};

use mongodb::bson::{Bson, doc};

use crate::{
    error::{Error, Result, WriteCounts, codec::CodecError},
    model::Model,
    value::{Raw, read_id},
};

/// The result of a [`bulk_write`](crate::Collection::bulk_write). Positions count the writes in the order in which
/// they were added, from 0.
pub struct BulkWriteResult<M: Model> {
    counts: WriteCounts,
    inserted: BTreeMap<usize, M::Id>,
    upserted: BTreeMap<usize, M::Id>,
}

impl<M: Model> BulkWriteResult<M> {
    pub(super) fn new(
        counts: WriteCounts,
        inserted: BTreeMap<usize, M::Id>,
        upserted: Vec<(usize, Bson)>,
    ) -> Result<Self> {
        let upserted = upserted.into_iter().map(|(position, id)| Ok((position, id_of::<M>(id)?)));
        Ok(Self { counts, inserted, upserted: upserted.collect::<Result<_>>()? })
    }

    /// Returns all counts.
    pub fn counts(&self) -> WriteCounts {
        self.counts
    }

    /// Returns the number of inserted documents, without those of upserts.
    pub fn inserted_count(&self) -> u64 {
        self.counts.inserted
    }

    /// Returns the number of documents that updates and replacements matched. Documents that upserts inserted are not
    /// counted.
    pub fn matched_count(&self) -> u64 {
        self.counts.matched
    }

    /// Returns the number of documents that updates and replacements modified. A document that already has the new
    /// values is only matched.
    pub fn modified_count(&self) -> u64 {
        self.counts.modified
    }

    /// Returns the number of documents that upserts inserted.
    pub fn upserted_count(&self) -> u64 {
        self.counts.upserted
    }

    /// Returns the number of deleted documents.
    pub fn deleted_count(&self) -> u64 {
        self.counts.deleted
    }

    /// Returns the ids of the inserted documents, by the position of the insert.
    pub fn inserted_ids(&self) -> &BTreeMap<usize, M::Id> {
        &self.inserted
    }

    /// Returns the ids of the documents that upserts inserted, by the position of the upsert.
    pub fn upserted_ids(&self) -> &BTreeMap<usize, M::Id> {
        &self.upserted
    }
}

/// Decodes an `_id` as the id of the model.
pub(super) fn id_of<M: Model>(id: Bson) -> Result<M::Id> {
    let document = doc! { "_id": id }.to_vec();
    let document = document.map_err(|_| Error::decode(&[], CodecError::malformed().at("_id")))?;
    let read = || match Raw::document(&document).elements()?.next_if("_id")? {
        Some(id) => read_id(id).map_err(|error| error.at("_id")),
        None => Err(CodecError::malformed()),
    };
    read().map_err(|cause| Error::decode(&document, cause))
}

impl<M: Model> fmt::Debug for BulkWriteResult<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkWriteResult").field("counts", &self.counts).finish_non_exhaustive()
    }
}
