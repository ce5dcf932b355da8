//! What a bulk write gives.

use std::{collections::BTreeMap, fmt};

use mongodb::bson::{Bson, doc};

use crate::{
    error::{Error, Result, WriteCounts, codec::CodecError},
    model::Model,
    value::{Raw, read_id},
};

/// What a [`bulk_write`](crate::Collection::bulk_write) did. Positions count the writes as they were given, from 0.
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

    /// All counts at once.
    pub fn counts(&self) -> WriteCounts {
        self.counts
    }

    /// How many documents inserts stored.
    pub fn inserted_count(&self) -> u64 {
        self.counts.inserted
    }

    /// How many documents updates and replacements found; those that upserts made are not among them.
    pub fn matched_count(&self) -> u64 {
        self.counts.matched
    }

    /// How many documents updates and replacements changed: a document that was already as asked for is only found.
    pub fn modified_count(&self) -> u64 {
        self.counts.modified
    }

    /// How many documents upserts made.
    pub fn upserted_count(&self) -> u64 {
        self.counts.upserted
    }

    /// How many documents were removed.
    pub fn deleted_count(&self) -> u64 {
        self.counts.deleted
    }

    /// The ids of the documents that inserts stored, by the position of the insert.
    pub fn inserted_ids(&self) -> &BTreeMap<usize, M::Id> {
        &self.inserted
    }

    /// The ids of the documents that upserts made, by the position of the upsert.
    pub fn upserted_ids(&self) -> &BTreeMap<usize, M::Id> {
        &self.upserted
    }
}

/// An `_id` as the model has it.
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
