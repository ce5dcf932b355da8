//! `Position`: where a subscription continues.

use std::{collections::VecDeque, sync::Arc};

use mongodb::bson::{Bson, Document, Timestamp, doc};

use crate::{
    error::{Error, Result},
    watch::ResumeToken,
};

/// Where a subscription continues: after a change, at a time, or in the middle of the existing documents.
///
/// A [`PositionStore`](super::PositionStore) stores it as a [document](Self::to_document), whose content it does not
/// need to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    pub(super) place: Place,
    pub(super) deployment: Deployment,
}

/// The place of a position.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// The stream, with the changes at this cluster time and later.
    At(Timestamp, Chunks),
    /// The stream, after this token.
    After(ResumeToken, Chunks),
    /// The existing documents, after those that these chunks contain.
    Copy(Chunks),
}

/// The parts of a collection that were read, by increasing `_id`.
pub(super) type Chunks = Arc<[Chunk]>;

/// A part of a collection, as it was at one cluster time. It begins after the last document of the chunk before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    /// The `_id` of the last document, or `None` if the chunk has no upper limit.
    pub(super) through: Option<Bson>,
    /// The cluster time of the snapshot that the documents were read from.
    pub(super) at: Timestamp,
}

/// The deployment that a position belongs to, because the server accepts some tokens of other deployments without an
/// error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Deployment {
    /// Shared, because each change has a position.
    pub(super) set_name: Option<Arc<str>>,
    pub(super) replica_set: Option<Bson>,
}

impl Deployment {
    /// Returns `true` unless both are known and differ.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            matches!((one, other), (Some(one), Some(other)) if one != other)
        }
        !differ(self.set_name.as_ref(), other.set_name.as_ref())
            && !differ(self.replica_set.as_ref(), other.replica_set.as_ref())
    }
}

/// Returns the cluster time of the first changes after the copy of a collection began, or `None` if it has not begun.
pub(super) fn first_time(chunks: &[Chunk]) -> Option<Timestamp> {
    chunks.first().map(|chunk| after(chunk.at))
}

/// Returns the next cluster time.
fn after(time: Timestamp) -> Timestamp {
    match time.increment.checked_add(1) {
        Some(increment) => Timestamp { increment, ..time },
        None => Timestamp { time: time.time.saturating_add(1), increment: 0 },
    }
}

/// Returns the chunks whose documents contain changes that the stream returns again. The stream begins after the
/// first chunk.
pub(super) fn overlap(chunks: &Chunks, reached: Option<Timestamp>) -> Chunks {
    let last = chunks.iter().map(|chunk| chunk.at).max();
    let begin = chunks.first().map(|chunk| chunk.at);
    if last == begin || last.is_some_and(|last| reached.is_some_and(|reached| reached > last)) {
        return Arc::default();
    }
    Arc::clone(chunks)
}

impl Position {
    /// Returns the token of the position, or `None` before the first change and while the existing documents are
    /// delivered.
    pub fn token(&self) -> Option<&ResumeToken> {
        match &self.place {
            Place::After(token, _) => Some(token),
            Place::At(..) | Place::Copy(_) => None,
        }
    }

    /// Returns the cluster time that the oplog must contain.
    pub(super) fn cluster_time(&self) -> Option<Timestamp> {
        match &self.place {
            Place::At(time, _) => Some(*time),
            Place::After(token, _) => token.cluster_time(),
            Place::Copy(chunks) => first_time(chunks),
        }
    }

    /// Returns whether the subscription has not delivered all existing documents.
    pub fn is_copying(&self) -> bool {
        matches!(self.place, Place::Copy(_))
    }

    /// Returns the position as a document, to store it: `{ token: .. }`, `{ time: .. }` or `{ copied: [..] }`, and
    /// names of the deployment. It contains ids of documents while the existing documents are delivered.
    pub fn to_document(&self) -> Document {
        let mut document = match &self.place {
            Place::At(time, _) => doc! { "time": *time },
            // A token was decoded from a document, so it can be read as one.
            Place::After(token, _) => doc! { "token": token.to_document().unwrap_or_default() },
            Place::Copy(chunks) => doc! { "copied": chunk_list(chunks) },
        };
        if let Place::At(_, chunks) | Place::After(_, chunks) = &self.place
            && !chunks.is_empty()
        {
            document.insert("overlap", chunk_list(chunks));
        }
        if let Some(name) = &self.deployment.set_name {
            document.insert("setName", &**name);
        }
        if let Some(id) = &self.deployment.replica_set {
            document.insert("replicaSetId", id.clone());
        }
        document
    }

    /// Reads a position that [`to_document`](Self::to_document) returned.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`PositionStore`](crate::ErrorKind::PositionStore) if the document is not a position.
    pub fn from_document(document: &Document) -> Result<Self> {
        let deployment = Deployment {
            set_name: document.get_str("setName").ok().map(Arc::from),
            replica_set: document.get("replicaSetId").cloned(),
        };
        let chunks = |key| document.get(key).map_or(Ok(Arc::default()), read_chunks);
        let place = match (document.get("token"), document.get("time"), document.get("copied")) {
            (Some(Bson::Document(token)), None, None) => {
                let token = ResumeToken::try_from(token.clone()).map_err(|_| unreadable())?;
                Place::After(token, chunks("overlap")?)
            }
            (None, Some(Bson::Timestamp(time)), None) => Place::At(*time, chunks("overlap")?),
            (None, None, Some(_)) => Place::Copy(chunks("copied")?),
            _ => return Err(unreadable()),
        };
        Ok(Self { place, deployment })
    }
}

fn unreadable() -> Error {
    Error::position_store(
        "the stored document is not a position; remove it to start again, or use the version of this crate that \
         wrote it",
    )
}

fn chunk_list(chunks: &[Chunk]) -> Vec<Document> {
    let document = |chunk: &Chunk| match &chunk.through {
        Some(id) => doc! { "through": id.clone(), "at": chunk.at },
        None => doc! { "at": chunk.at },
    };
    chunks.iter().map(document).collect()
}

fn read_chunks(list: &Bson) -> Result<Chunks> {
    let read = |item: &Bson| {
        let document = item.as_document()?;
        let at = document.get_timestamp("at").ok()?;
        Some(Chunk { through: document.get("through").cloned(), at })
    };
    let chunks = list.as_array().and_then(|list| list.iter().map(read).collect::<Option<Vec<_>>>());
    chunks.map(Arc::from).ok_or_else(unreadable)
}

/// Returns the stage that excludes the changes that the chunks contain: those of a document, up to the time of its
/// chunk.
///
/// `{ $match: { $or: [{ documentKey: { $exists: false } }, { $expr: { $not: { $or: [..] } } }] } }`
pub(super) fn exclusion(chunks: &[Chunk]) -> Option<Document> {
    let mut contained = VecDeque::new();
    let mut before: Option<&Bson> = None;
    for (number, chunk) in chunks.iter().enumerate() {
        // The stream begins after the first chunk.
        if number > 0 {
            let mut all = vec![doc! { "$lte": ["$clusterTime", chunk.at] }];
            if let Some(id) = before {
                all.push(doc! { "$gt": ["$documentKey._id", { "$literal": id.clone() }] });
            }
            if let Some(id) = &chunk.through {
                all.push(doc! { "$lte": ["$documentKey._id", { "$literal": id.clone() }] });
            }
            contained.push_back(doc! { "$and": all });
        }
        before = chunk.through.as_ref();
    }
    let contained = Vec::from(contained);
    (!contained.is_empty()).then(|| {
        doc! { "$match": { "$or": [
            { "documentKey": { "$exists": false } },
            { "$expr": { "$not": [{ "$or": contained }] } },
        ] } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: u32) -> Timestamp {
        Timestamp { time, increment: 1 }
    }

    fn chunk(through: Option<i32>, time: u32) -> Chunk {
        Chunk { through: through.map(Bson::from), at: at(time) }
    }

    #[test]
    fn a_position_is_read_as_it_was_stored() {
        let token = ResumeToken::try_from(doc! { "_data": "82" }).unwrap();
        let chunks: Chunks = Arc::from([chunk(Some(7), 1), chunk(None, 2)]);
        let here = Deployment { set_name: Some("rs0".into()), replica_set: Some(Bson::Int32(1)) };
        for place in [
            Place::At(at(3), Arc::default()),
            Place::At(at(3), Arc::clone(&chunks)),
            Place::After(token.clone(), Arc::default()),
            Place::After(token, Arc::clone(&chunks)),
            Place::Copy(Arc::default()),
            Place::Copy(chunks),
        ] {
            for deployment in [Deployment::default(), here.clone()] {
                let position = Position { place: place.clone(), deployment };
                assert_eq!(Position::from_document(&position.to_document()).unwrap(), position);
            }
        }
    }

    #[test]
    fn another_document_is_no_position() {
        for document in [
            doc! {},
            doc! { "token": 1 },
            doc! { "token": { "_data": 1 } },
            doc! { "token": { "_data": "82" }, "time": at(1) },
            doc! { "copied": 1 },
            doc! { "copied": [{ "through": 1 }] },
        ] {
            assert_eq!(
                Position::from_document(&document).unwrap_err().to_string(),
                "the position of the subscription cannot be stored or read: the stored document is not a position; \
                 remove it to start again, or use the version of this crate that wrote it",
                "{document}"
            );
        }
    }

    #[test]
    fn changes_that_later_chunks_contain_are_excluded() {
        assert_eq!(exclusion(&[chunk(None, 1)]), None);
        let stage = exclusion(&[chunk(Some(7), 1), chunk(Some(9), 2), chunk(None, 3)]).unwrap();
        assert_eq!(
            stage,
            doc! { "$match": { "$or": [
                { "documentKey": { "$exists": false } },
                { "$expr": { "$not": [{ "$or": [
                    { "$and": [
                        { "$lte": ["$clusterTime", at(2)] },
                        { "$gt": ["$documentKey._id", { "$literal": 7 }] },
                        { "$lte": ["$documentKey._id", { "$literal": 9 }] },
                    ] },
                    { "$and": [
                        { "$lte": ["$clusterTime", at(3)] },
                        { "$gt": ["$documentKey._id", { "$literal": 9 }] },
                    ] },
                ] }] } },
            ] } }
        );
    }

    #[test]
    fn chunks_are_forgotten_when_the_stream_is_past_them() {
        let chunks: Chunks = Arc::from([chunk(Some(7), 1), chunk(None, 3)]);
        assert_eq!(overlap(&chunks, Some(at(3))), chunks);
        assert_eq!(overlap(&chunks, None), chunks);
        assert!(overlap(&chunks, Some(at(4))).is_empty());
        assert!(overlap(&Arc::from([chunk(None, 3)]), None).is_empty(), "the stream begins after it");
    }

    #[test]
    fn positions_of_another_deployment_are_recognised_if_both_are_known() {
        let of = |name: Option<&str>, id: Option<i32>| Deployment {
            set_name: name.map(Arc::from),
            replica_set: id.map(Bson::from),
        };
        assert!(of(Some("a"), None).may_be(&of(Some("a"), Some(1))));
        assert!(of(None, None).may_be(&of(Some("a"), Some(1))));
        assert!(!of(Some("a"), Some(2)).may_be(&of(Some("a"), Some(1))));
        assert!(!of(Some("b"), None).may_be(&of(Some("a"), None)));
    }
}
