//! The typed paths of change events: the row of a pipeline on a change stream.

use mongodb::{
    bson::{DateTime, Document, RawDocument, Timestamp, Uuid, spec::ElementType},
    change_stream::event::OperationType,
};

use super::{Change, ResumeToken, TruncatedArray, UpdateDescription, change::Decoded};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    model::Model,
    path::types_only,
    row::{document, document_paths, document_types},
    value::{Decode, Raw, Value, Writer, leaf},
};

document! {
    /// The key of a changed document.
    DocumentKey<K>, DocumentKeyFields in document_key {
        /// The `_id` of the document.
        id "_id": K,
    }

    /// The collection or the database of a change.
    ChangeNamespace, ChangeNamespaceFields in change_namespace {
        /// The name of the database.
        db "db": String,
        /// The name of the collection. `None` for a change of the database.
        coll "coll": Option<String>,
    }
}

document_paths! {
    ChangeFields of Change in change [M: Model] {
        /// The resume token, `_id`.
        id "_id": ResumeToken,
        /// What happened: `operationType`.
        operation_type "operationType": OperationType,
        /// The document after the change: `fullDocument`. In an update, it is missing unless
        /// [`Watch::full_document`](crate::action::Watch::full_document) requests it.
        full_document "fullDocument": Option<M>,
        /// The document before the change: `fullDocumentBeforeChange`. It is missing unless
        /// [`Watch::full_document_before_change`](crate::action::Watch::full_document_before_change) requests it.
        full_document_before_change "fullDocumentBeforeChange": Option<M>,
        /// The key of the changed document: `documentKey`.
        document_key "documentKey": Option<DocumentKey<M::Id>>,
        /// The fields that an update changed: `updateDescription`.
        update_description "updateDescription": Option<UpdateDescription>,
        /// The collection of the change: `ns`.
        ns "ns": Option<ChangeNamespace>,
        /// The new name of a renamed collection: `to`.
        to "to": Option<ChangeNamespace>,
        /// The cluster time of the change: `clusterTime`.
        cluster_time "clusterTime": Timestamp,
        /// The time of the change by the clock of the server: `wallTime`.
        wall_time "wallTime": DateTime,
        /// The session of the transaction: `lsid`.
        lsid "lsid": Option<Document>,
        /// The number of the transaction in its session: `txnNumber`.
        txn_number "txnNumber": Option<i64>,
        /// The UUID of the collection: `collectionUUID`, in expanded events.
        collection_uuid "collectionUUID": Option<Uuid>,
        /// The arguments of a change that is not one of documents: `operationDescription`, in expanded events.
        operation_description "operationDescription": Option<Document>,
        /// The options before a `modify`: `stateBeforeChange`, in expanded events.
        state_before_change "stateBeforeChange": Option<Document>,
    }
}

document_paths! {
    UpdateDescriptionFields of UpdateDescription in update_description [] {
        /// The changed fields by dotted path, with their new values: `updatedFields`.
        updated_fields "updatedFields": Document,
        /// The dotted paths of the removed fields: `removedFields`.
        removed_fields "removedFields": Vec<String>,
        /// The arrays that the update shortened: `truncatedArrays`.
        truncated_arrays "truncatedArrays": Vec<TruncatedArray>,
        /// The parts of the paths with several meanings: `disambiguatedPaths`, in expanded events.
        disambiguated_paths "disambiguatedPaths": Document,
    }
}

document_paths! {
    TruncatedArrayFields of TruncatedArray in truncated_array [] {
        /// The dotted path of the array: `field`.
        field "field": String,
        /// The number of array elements after the update: `newSize`.
        new_size "newSize": u32,
    }
}

/// The row of a pipeline on a change stream. A change can be read, but not stored.
impl<M: Model> Value for Change<M> {
    document_types! { ChangeFields [M] }

    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
        Err(types_only())
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        raw.elements()?;
        let event = RawDocument::from_bytes(raw.bytes()).map_err(|_| CodecError::malformed())?;
        Decoded::of(event).map(|decoded| decoded.with(event.to_owned()))
    }
}

impl<M: Model> Decode for Change<M> {}

/// Stored as the server sends it: `{ updatedFields: { .. }, removedFields: [ .. ], truncatedArrays: [ .. ] }`, with
/// `disambiguatedPaths` if there are any.
impl Value for UpdateDescription {
    document_types! { UpdateDescriptionFields [] }

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.document(|writer| {
            writer.element("updatedFields", &self.updated_fields)?;
            writer.element("removedFields", &self.removed_fields)?;
            writer.element("truncatedArrays", &self.truncated_arrays)?;
            if !self.disambiguated_paths.is_empty() {
                writer.element("disambiguatedPaths", &self.disambiguated_paths)?;
            }
            Ok(())
        })
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        super::event::update_description(raw)
    }
}

/// Stored as the server sends it: `{ field: "lines", newSize: 2 }`.
impl Value for TruncatedArray {
    document_types! { TruncatedArrayFields [] }

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.document(|writer| {
            writer.element("field", &self.field)?;
            writer.element("newSize", &self.new_size)
        })
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        super::event::truncated(raw)
    }
}

const OPERATION_TYPES: [(&str, OperationType); 8] = [
    ("insert", OperationType::Insert),
    ("update", OperationType::Update),
    ("replace", OperationType::Replace),
    ("delete", OperationType::Delete),
    ("drop", OperationType::Drop),
    ("rename", OperationType::Rename),
    ("dropDatabase", OperationType::DropDatabase),
    ("invalidate", OperationType::Invalidate),
];

/// Stored as its name: `"insert"`.
impl Value for OperationType {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::String);

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        let known = OPERATION_TYPES.iter().find(|(_, known)| known == self);
        match (known, self) {
            (Some((name, _)), _) => writer.put_str(name),
            (None, Self::Other(name)) => writer.put_str(name),
            (None, _) => Err(CodecError::new("an operation type with a known name", "another one")),
        }
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let name = raw.str()?;
        let known = OPERATION_TYPES.into_iter().find(|(known, _)| *known == name);
        Ok(known.map_or_else(|| Self::Other(name.to_owned()), |(_, operation)| operation))
    }
}
