//! `Definition`: a change of a collection itself, in expanded events.

use mongodb::bson::Document;

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Elements, Raw, Value},
};

/// What was changed of a collection: its indexes, its options, or how it is sharded.
///
/// A stream contains these events with `show_expanded_events`. [`Change::raw`](super::Change::raw) has everything that
/// the server sends, and [`ChangeFields`](super::ChangeFields) has its paths.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Definition {
    /// The collection, or a view, was created.
    #[non_exhaustive]
    Create {
        /// The options, and the index of `_id` in `idIndex`.
        options: Document,
    },
    /// Indexes were built.
    #[non_exhaustive]
    CreateIndexes {
        /// The indexes, each with its `name`, its `key` and its options.
        indexes: Vec<Document>,
    },
    /// Indexes were dropped.
    #[non_exhaustive]
    DropIndexes {
        /// The indexes, each with its `name`, its `key` and its options.
        indexes: Vec<Document>,
    },
    /// Options of the collection or of an index were modified (`collMod`).
    #[non_exhaustive]
    Modify {
        /// The modified options. Those of an index are in `index`, with its `name`.
        options: Document,
        /// The options before: `collectionOptions`, and `indexOptions` for an index.
        before: Option<Document>,
    },
    /// The collection was sharded.
    #[non_exhaustive]
    ShardCollection {
        /// The shard key.
        shard_key: Document,
    },
    /// The shard key was replaced (`reshardCollection`), or got more fields (`refineCollectionShardKey`).
    #[non_exhaustive]
    ChangeShardKey {
        /// The new shard key.
        shard_key: Document,
        /// The shard key before.
        old_shard_key: Document,
    },
}

impl Definition {
    /// Reads the event of an operation type. `None` if it is not a change of a definition.
    pub(super) fn of(
        operation_type: &str,
        description: Option<Raw<'_>>,
        before: Option<Raw<'_>>,
    ) -> CodecResult<Option<Self>> {
        Ok(Some(match operation_type {
            "create" => Self::Create {
                options: description.map(|raw| whole(raw, DESCRIPTION)).transpose()?.unwrap_or_default(),
            },
            "createIndexes" => Self::CreateIndexes { indexes: member(description, "indexes")? },
            "dropIndexes" => Self::DropIndexes { indexes: member(description, "indexes")? },
            "modify" => Self::Modify {
                options: description.map(|raw| whole(raw, DESCRIPTION)).transpose()?.unwrap_or_default(),
                before: before.map(|raw| whole(raw, "stateBeforeChange")).transpose()?,
            },
            "shardCollection" => Self::ShardCollection { shard_key: member(description, "shardKey")? },
            "reshardCollection" | "refineCollectionShardKey" => Self::ChangeShardKey {
                shard_key: member(description, "shardKey")?,
                old_shard_key: member(description, "oldShardKey")?,
            },
            _ => return Ok(None),
        }))
    }
}

const DESCRIPTION: &str = "operationDescription";

fn whole(raw: Raw<'_>, key: &'static str) -> CodecResult<Document> {
    Document::decode(raw).map_err(|error| error.at(key))
}

fn member<V: Value>(description: Option<Raw<'_>>, name: &'static str) -> CodecResult<V> {
    let read = || {
        let raw = description.ok_or_else(|| CodecError::missing(name))?;
        let (mut elements, mut found) = (raw.elements()?, None);
        while let Some((key, value)) = elements.next()? {
            if key == name.as_bytes() {
                Elements::put(name, value, &mut found)?;
            }
        }
        found.ok_or_else(|| CodecError::missing(name))
    };
    read().map_err(|error| error.at(DESCRIPTION))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, RawDocumentBuf, doc, rawdoc};

    use super::*;
    use crate::watch::event::update_description;

    fn read(operation_type: &str, description: &RawDocumentBuf) -> CodecResult<Option<Definition>> {
        Definition::of(operation_type, Some(Raw::document(description.as_bytes())), None)
    }

    /// Only a sharded cluster has these events.
    #[test]
    fn the_events_of_shard_keys_are_read() {
        let sharded = rawdoc! {
            "shardKey": { "sku": 1 }, "unique": false, "numInitialChunks": 0_i64, "presplitHashedZones": false,
        };
        let shard_key = doc! { "sku": 1 };
        assert_eq!(
            read("shardCollection", &sharded),
            Ok(Some(Definition::ShardCollection { shard_key: shard_key.clone() }))
        );
        let refined =
            rawdoc! { "shardKey": { "sku": 1, "at": 1 }, "oldShardKey": { "sku": 1 }, "unique": true };
        let expected =
            Definition::ChangeShardKey { shard_key: doc! { "sku": 1, "at": 1 }, old_shard_key: shard_key };
        for operation_type in ["refineCollectionShardKey", "reshardCollection"] {
            assert_eq!(read(operation_type, &refined), Ok(Some(expected.clone())));
        }
        assert_eq!(read("newerOperation", &refined), Ok(None));
    }

    #[test]
    fn an_event_without_its_description_is_an_error() {
        let error = read("createIndexes", &rawdoc! { "index": 1 }).unwrap_err();
        assert!(error.path().starts_with("operationDescription"), "{error}");
        assert!(Definition::of("dropIndexes", None, None).is_err());
        let created = Definition::of("create", None, None);
        assert_eq!(created, Ok(Some(Definition::Create { options: Document::new() })));
    }

    /// MongoDB 6.1 and later send them, for names that contain a dot or are numbers. This one is written as they are documented.
    #[test]
    fn the_parts_of_paths_with_several_meanings_are_read() {
        let event = rawdoc! {
            "updatedFields": { "home.town": "Oslo", "residences.0.0": 1 },
            "removedFields": [],
            "truncatedArrays": [],
            "disambiguatedPaths": { "home.town": ["home.town"], "residences.0.0": ["residences", 0, "0"] },
        };
        let read = update_description(Raw::document(event.as_bytes())).unwrap();
        let parts = read.disambiguated_paths.get_array("residences.0.0").unwrap();
        assert_eq!(parts[..], [Bson::from("residences"), Bson::Int32(0), Bson::from("0")]);
        assert_eq!(read.disambiguated_paths.get_array("home.town").unwrap().len(), 1);
    }
}
