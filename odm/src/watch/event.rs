//! `Event`: what happened to a collection.

use mongodb::{
    Namespace,
    bson::{Document, spec::ElementType},
};

use super::definition::Definition;
use crate::{
    error::codec::{CodecError, CodecResult},
    model::Model,
    value::{Elements, Raw, Value, read_id},
};

/// The kind of a [`Change`](super::Change), with the changed document or fields.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<M: Model> {
    /// A document was inserted.
    Insert(M),
    /// Fields of a document were changed.
    #[non_exhaustive]
    Update {
        /// The `_id` of the document.
        id: M::Id,
        /// The changed fields.
        update_description: UpdateDescription,
        /// The document as it was when the server looked it up, which may include later changes, or its post-image.
        ///
        /// `None` unless [`Watch::full_document`](crate::action::Watch::full_document) requests it, or if the
        /// document has been deleted since.
        document: Option<M>,
    },
    /// A document was replaced. Contains the new document.
    Replace(M),
    /// A document was deleted. For a model that keeps deleted documents, a delete is an [`Update`](Self::Update) of the
    /// field `deleted_at`.
    #[non_exhaustive]
    Delete {
        /// The `_id` of the document.
        id: M::Id,
    },
    /// The collection was dropped. In the stream of a collection, [`Invalidate`](Self::Invalidate) follows.
    Drop,
    /// The collection was renamed. In the stream of a collection, [`Invalidate`](Self::Invalidate) follows.
    #[non_exhaustive]
    Rename {
        /// The new name.
        to: Namespace,
    },
    /// The database was dropped. [`Invalidate`](Self::Invalidate) follows, except in the stream of a deployment.
    DropDatabase,
    /// The watched collection no longer exists under its name, and the stream ends.
    ///
    /// The next item is an error of kind [`Invalidated`](crate::error::ErrorKind::Invalidated). A new stream
    /// can [`start_after`](crate::action::Watch::start_after) this change.
    Invalidate,
    /// The collection was created, or its indexes, its options or its shard key were changed. Only with
    /// [`Watch::show_expanded_events`](crate::action::Watch::show_expanded_events).
    Definition(Definition),
    /// Any other event, such as one of a newer server. Read it with [`Change::raw`](super::Change::raw).
    #[non_exhaustive]
    Other {
        /// The `operationType` of the event.
        operation_type: String,
    },
}

/// The fields that an update changed: `updateDescription`.
///
/// See MongoDB's [update events](https://www.mongodb.com/docs/manual/reference/change-events/update/).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct UpdateDescription {
    /// The changed fields by dotted path, with their new values.
    pub updated_fields: Document,
    /// The dotted paths of the removed fields.
    pub removed_fields: Vec<String>,
    /// The arrays that the update shortened.
    pub truncated_arrays: Vec<TruncatedArray>,
    /// The paths above that have several meanings, with their parts: `{ "lines.0": ["lines", 0] }` is an element of an
    /// array, and `{ "lines.0": ["lines", "0"] }` a field that is called `0`.
    ///
    /// Empty unless the stream has `show_expanded_events`. Requires MongoDB 6.1.
    pub disambiguated_paths: Document,
}

/// An array that an update shortened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TruncatedArray {
    /// The dotted path of the array.
    pub field: String,
    /// The number of array elements after the update.
    pub new_size: u32,
}

/// The elements of an event that are decoded into an [`Event`].
#[derive(Debug, Default)]
pub(super) struct Parts<'de> {
    operation_type: Option<&'de str>,
    document: Option<Raw<'de>>,
    before: Option<Raw<'de>>,
    key: Option<Raw<'de>>,
    update_description: Option<Raw<'de>>,
    to: Option<Raw<'de>>,
    description: Option<Raw<'de>>,
    state_before: Option<Raw<'de>>,
}

impl<'de> Parts<'de> {
    pub(super) fn of(event: &'de [u8]) -> CodecResult<Self> {
        let mut parts = Self::default();
        let mut elements = Raw::document(event).elements()?;
        while let Some((key, value)) = elements.next()? {
            match key {
                b"operationType" => {
                    parts.operation_type = Some(value.str().map_err(|error| error.at("operationType"))?);
                }
                b"fullDocument" => parts.document = present(value),
                b"fullDocumentBeforeChange" => parts.before = present(value),
                b"documentKey" => parts.key = present(value),
                b"updateDescription" => parts.update_description = present(value),
                b"to" => parts.to = present(value),
                b"operationDescription" => parts.description = present(value),
                b"stateBeforeChange" => parts.state_before = present(value),
                _ => {}
            }
        }
        Ok(parts)
    }

    pub(super) fn event<M: Model>(&self) -> CodecResult<Event<M>> {
        Ok(match self.operation_type.ok_or_else(|| CodecError::missing("operationType"))? {
            "insert" => Event::Insert(self.document()?),
            "update" => Event::Update {
                id: self.id::<M>()?,
                update_description: self.update_description()?,
                document: self.document.map(|raw| root(raw, "fullDocument")).transpose()?,
            },
            "replace" => Event::Replace(self.document()?),
            "delete" => Event::Delete { id: self.id::<M>()? },
            "drop" => Event::Drop,
            "rename" => Event::Rename { to: self.to()? },
            "dropDatabase" => Event::DropDatabase,
            "invalidate" => Event::Invalidate,
            other => match Definition::of(other, self.description, self.state_before)? {
                Some(definition) => Event::Definition(definition),
                None => Event::Other { operation_type: other.to_owned() },
            },
        })
    }

    pub(super) fn before<M: Model>(&self) -> CodecResult<Option<M>> {
        self.before.map(|raw| root(raw, "fullDocumentBeforeChange")).transpose()
    }

    fn document<M: Model>(&self) -> CodecResult<M> {
        root(self.document.ok_or_else(|| CodecError::missing("fullDocument"))?, "fullDocument")
    }

    fn id<M: Model>(&self) -> CodecResult<M::Id> {
        let key = self.key.ok_or_else(|| CodecError::missing("documentKey"))?;
        let mut elements = key.elements().map_err(|error| error.at("documentKey"))?;
        while let Some((key, value)) = elements.next().map_err(|error| error.at("documentKey"))? {
            if key == b"_id" {
                return read_id::<M::Id>(value).map_err(|error| error.at("_id").at("documentKey"));
            }
        }
        Err(CodecError::missing("_id").at("documentKey"))
    }

    fn update_description(&self) -> CodecResult<UpdateDescription> {
        let raw = self.update_description.ok_or_else(|| CodecError::missing("updateDescription"))?;
        update_description(raw).map_err(|error| error.at("updateDescription"))
    }

    fn to(&self) -> CodecResult<Namespace> {
        let raw = self.to.ok_or_else(|| CodecError::missing("to"))?;
        namespace(raw).map_err(|error| error.at("to"))
    }
}

/// Returns the value unless it is null. The server sends null for a document that it does not have.
fn present(value: Raw<'_>) -> Option<Raw<'_>> {
    (value.element_type() != Some(ElementType::Null)).then_some(value)
}

/// Decodes a stored document inside an event. Its depth is counted from its own root, because a document of the
/// greatest depth is too deep inside an event.
fn root<V: Value>(raw: Raw<'_>, key: &'static str) -> CodecResult<V> {
    if raw.element_type() != Some(ElementType::EmbeddedDocument) {
        return Err(raw.expected("a document").at(key));
    }
    V::decode(Raw::document(raw.bytes())).map_err(|error| error.at(key))
}

pub(super) fn update_description(raw: Raw<'_>) -> CodecResult<UpdateDescription> {
    let mut update_description = UpdateDescription::default();
    let mut elements = raw.elements()?;
    while let Some((key, value)) = elements.next()? {
        let Some(value) = present(value) else { continue };
        match key {
            b"updatedFields" => {
                update_description.updated_fields = root(value, "updatedFields")?;
            }
            b"removedFields" => {
                update_description.removed_fields =
                    Vec::decode(value).map_err(|error| error.at("removedFields"))?;
            }
            b"truncatedArrays" => {
                let mut items = value.items().map_err(|error| error.at("truncatedArrays"))?;
                while let Some((_, item)) = items.next().map_err(|error| error.at("truncatedArrays"))? {
                    let array = truncated(item).map_err(|error| error.at("truncatedArrays"))?;
                    update_description.truncated_arrays.push(array);
                }
            }
            b"disambiguatedPaths" => {
                update_description.disambiguated_paths = root(value, "disambiguatedPaths")?;
            }
            _ => {}
        }
    }
    Ok(update_description)
}

pub(super) fn truncated(raw: Raw<'_>) -> CodecResult<TruncatedArray> {
    let (mut field, mut new_size) = (None, None);
    let mut elements = raw.elements()?;
    while let Some((key, value)) = elements.next()? {
        match key {
            b"field" => Elements::put("field", value, &mut field)?,
            b"newSize" => Elements::put("newSize", value, &mut new_size)?,
            _ => {}
        }
    }
    Ok(TruncatedArray {
        field: field.ok_or_else(|| CodecError::missing("field"))?,
        new_size: new_size.ok_or_else(|| CodecError::missing("newSize"))?,
    })
}

pub(super) fn namespace(raw: Raw<'_>) -> CodecResult<Namespace> {
    let (mut db, mut coll) = (None, None);
    let mut elements = raw.elements()?;
    while let Some((key, value)) = elements.next()? {
        match key {
            b"db" => Elements::put::<String>("db", value, &mut db)?,
            b"coll" => Elements::put::<String>("coll", value, &mut coll)?,
            _ => {}
        }
    }
    Ok(Namespace::new(
        db.ok_or_else(|| CodecError::missing("db"))?,
        coll.ok_or_else(|| CodecError::missing("coll"))?,
    ))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    fn read(event: &[u8]) -> CodecResult<()> {
        let parts = Parts::of(event)?;
        parts.update_description.map(update_description).transpose()?;
        parts.to.map(namespace).transpose()?;
        Ok(())
    }

    #[test]
    fn bytes_that_are_no_event_are_an_error() {
        let event = rawdoc! {
            "operationType": "update",
            "to": { "db": "shop", "coll": "orders" },
            "documentKey": { "_id": 1 },
            "updateDescription": {
                "updatedFields": { "a.b": 1, "c": [1, 2] },
                "removedFields": ["d"],
                "truncatedArrays": [{ "field": "c", "newSize": 2 }],
            },
        };
        let good = event.as_bytes();
        read(good).unwrap();
        for end in 0..good.len() {
            assert!(read(&good[..end]).is_err());
        }
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.to_vec();
                bad[at] ^= 1 << bit;
                let _ = read(&bad); // an error or another event, never a panic
            }
        }
    }
}
