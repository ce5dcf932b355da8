//! `CollectionOptions`: how the collection of a model is created.

mod problem;
mod shard_key;
mod time_series;

use std::time::Duration;

use mongodb::{
    bson::{Document, doc, serialize_to_document},
    options::Collation,
};

pub use self::{
    shard_key::ShardKey,
    time_series::{Granularity, TimeSeries},
};
use crate::index::Age;

/// How the collection of a model is created: the options of MongoDB's
/// [`create`](https://www.mongodb.com/docs/manual/reference/command/create/).
///
/// Deriving `Model` makes them from `#[odm(capped(..))]`, `#[odm(time_series(..))]`, `#[odm(clustered)]`,
/// `#[odm(collation(..))]`, `#[odm(pre_and_post_images)]`, `#[odm(view(..))]`, `#[odm(materialized_view(..))]` and
/// `#[odm(shard_key(..))]`. `db.schema(models![..])` compares them with the collection; nothing is changed before the
/// plan is applied.
///
/// ```
/// use odm::{bson::doc, model::CollectionOptions};
///
/// let options = CollectionOptions::new().capped(1_048_576, Some(1_000)).pre_and_post_images();
/// assert_eq!(
///     options.to_document(),
///     doc! {
///         "capped": true, "size": 1_048_576_i64, "max": 1_000_i64,
///         "changeStreamPreAndPostImages": { "enabled": true },
///     },
/// );
/// assert_eq!(options.to_string(), "capped, size 1048576, max 1000, pre- and post-images");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct CollectionOptions {
    pub(crate) capped: Option<Capped>,
    pub(crate) time_series: Option<TimeSeries>,
    pub(crate) clustered: bool,
    pub(crate) expire_after: Option<Duration>,
    pub(crate) collation: Option<Document>,
    pub(crate) pre_and_post_images: bool,
    pub(crate) view: Option<ViewDefinition>,
    pub(crate) shard_key: Option<ShardKey>,
}

/// The bounds of a capped collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capped {
    /// In bytes.
    pub(crate) size: u64,
    /// The number of documents.
    pub(crate) max: Option<u64>,
}

/// What a view shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ViewDefinition {
    pub(crate) on: String,
    /// The stages, or why they cannot be sent.
    pub(crate) pipeline: Result<Vec<Document>, String>,
}

impl CollectionOptions {
    /// Returns the options of an ordinary collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bounds the collection: `size` in bytes, `max` in documents. The server overwrites the oldest documents.
    /// `{ capped: true, size: .., max: .. }`
    ///
    /// The server rounds the size up to a multiple of 256. See
    /// [capped collections](https://www.mongodb.com/docs/manual/core/capped-collections/).
    pub fn capped(mut self, size: u64, max: Option<u64>) -> Self {
        self.capped = Some(Capped { size, max });
        self
    }

    /// Makes the collection a time series. `{ timeseries: { timeField: .., metaField: .., granularity: .. } }`
    pub fn time_series(mut self, time_series: TimeSeries) -> Self {
        self.time_series = Some(time_series);
        self
    }

    /// Stores the documents in the order of their ids. `{ clusteredIndex: { key: { _id: 1 }, unique: true } }`
    ///
    /// See [clustered collections](https://www.mongodb.com/docs/manual/core/clustered-collections/).
    pub fn clustered(mut self) -> Self {
        self.clustered = true;
        self
    }

    /// Deletes a document when `age` has passed since the time of a time series, or since the date that is the id in a
    /// clustered collection. `{ expireAfterSeconds: .. }`
    ///
    /// The age is in whole seconds. Another collection has a TTL index for this purpose:
    /// [`Index::expire_after`](crate::index::Index::expire_after).
    pub fn expire_after(mut self, age: Duration) -> Self {
        self.expire_after = Some(age);
        self
    }

    /// Compares strings by the rules of a language, in all queries and indexes that specify no collation.
    /// `{ collation: { locale: "en", strength: 2 } }`
    ///
    /// See [collation](https://www.mongodb.com/docs/manual/reference/collation/).
    #[allow(clippy::needless_pass_by_value)] // like the other setters
    pub fn collation(mut self, collation: Collation) -> Self {
        // The driver's type has no value that cannot be BSON.
        self.collation = serialize_to_document(&collation).ok();
        self
    }

    /// Keeps documents as they were before and after each change, for change streams.
    /// `{ changeStreamPreAndPostImages: { enabled: true } }`
    pub fn pre_and_post_images(mut self) -> Self {
        self.pre_and_post_images = true;
        self
    }

    /// Makes the collection a view: what the stages make of the collection `on`. `{ viewOn: .., pipeline: [..] }`
    ///
    /// `#[odm(view(on = Order, pipeline = path::to::function))]` declares one with a typed pipeline. See
    /// [views](https://www.mongodb.com/docs/manual/core/views/).
    pub fn view(self, on: impl Into<String>, pipeline: Vec<Document>) -> Self {
        self.with_view(on.into(), Ok(pipeline))
    }

    /// Makes the collection a view, or records why the stages cannot be sent.
    pub(crate) fn with_view(mut self, on: String, pipeline: Result<Vec<Document>, String>) -> Self {
        self.view = Some(ViewDefinition { on, pipeline });
        self
    }

    /// Declares by which fields a sharded cluster distributes the documents. No command is sent for it: the plan shows
    /// the command for the shell.
    pub fn shard_key(mut self, shard_key: ShardKey) -> Self {
        self.shard_key = Some(shard_key);
        self
    }

    /// Returns whether the collection is a view.
    pub fn is_view(&self) -> bool {
        self.view.is_some()
    }

    /// Returns the key by which the documents are distributed, if one is declared.
    pub fn declared_shard_key(&self) -> Option<&ShardKey> {
        self.shard_key.as_ref()
    }

    /// Returns the options as the command `create` accepts them, beside the name of the collection and its validator.
    pub fn to_document(&self) -> Document {
        let mut document = Document::new();
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        if let Some(Capped { size, max }) = self.capped {
            document.extend(doc! { "capped": true, "size": number(size) });
            if let Some(max) = max {
                document.insert("max", number(max));
            }
        }
        if let Some(time_series) = &self.time_series {
            document.insert("timeseries", time_series.to_document());
        }
        if self.clustered {
            document.insert("clusteredIndex", doc! { "key": { "_id": 1 }, "unique": true });
        }
        if let Some(age) = self.expire_after {
            document.insert("expireAfterSeconds", number(age.as_secs()));
        }
        if let Some(collation) = &self.collation {
            document.insert("collation", collation.clone());
        }
        if self.pre_and_post_images {
            document.insert("changeStreamPreAndPostImages", doc! { "enabled": true });
        }
        if let Some(view) = &self.view {
            document.insert("viewOn", &view.on);
            document.insert("pipeline", view.pipeline.clone().unwrap_or_default());
        }
        document
    }

    /// Returns whether `create` gets nothing but the name of the collection.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self { shard_key: self.shard_key.clone(), ..Self::default() }
    }
}

/// Displays what is special, `capped, size 4096, max 100`; nothing for an ordinary collection.
impl std::fmt::Display for CollectionOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut notes = Vec::new();
        if let Some(Capped { size, max }) = self.capped {
            notes.push(format!("capped, size {size}"));
            notes.extend(max.map(|max| format!("max {max}")));
        }
        notes.extend(self.time_series.as_ref().map(TimeSeries::to_string));
        notes.extend(self.clustered.then(|| "clustered".to_owned()));
        notes.extend(self.expire_after.map(|age| format!("expires after {}", Age(age.as_secs()))));
        notes.extend(self.collation.as_ref().map(|collation| format!("collation {collation}")));
        notes.extend(self.pre_and_post_images.then(|| "pre- and post-images".to_owned()));
        f.write_str(&notes.join(", "))
    }
}
