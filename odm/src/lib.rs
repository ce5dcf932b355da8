//! An object-document mapper for MongoDB: annotated structs become typed collections.
//!
//! ```no_run
//! use odm::{Database, Id, Model, Shape, models, pipeline::sum};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Serialize, Deserialize, Model)]
//! #[odm(collection = "zips", index(state, city))]
//! struct Zip {
//!     id: Id<Zip>, // an ObjectId, stored as `_id`
//!     city: String,
//!     state: String,
//!     pop: u32,
//! }
//!
//! #[derive(Debug, Shape)]
//! struct State {
//!     #[odm(id)]
//!     name: String,
//!     people: u64,
//! }
//!
//! # async fn example() -> odm::Result<()> {
//! let db = Database::connect("mongodb://localhost:27017/geo").await?;
//! db.schema(models![Zip]).plan().await?.apply().await?;
//!
//! let zips = db.collection::<Zip>();
//! zips.insert_one(&Zip { id: Id::new(), city: "ALPINE".into(), state: "AL".into(), pop: 3062 }).await?;
//!
//! let z = Zip::fields();
//! let small: Vec<Zip> = zips.find(z.state().eq("AL") & z.pop().lt(5000)).await?.try_collect().await?;
//!
//! let states: Vec<State> = zips
//!     .aggregate()
//!     .group(|z| StateOf { name: z.state(), people: sum(z.pop()) })
//!     .sort(|s| s.people().desc())
//!     .await?
//!     .try_collect()
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! [The guide](https://github.com/odm-rs/odm/tree/main/guide) has a chapter for each thing that you do every day.
//!
//! # The rooms
//!
//! **Describing documents.** [`Model`](derive@Model) is a document with a collection, [`Embedded`] one inside another,
//! [`Value`](derive@Value) an enum, newtype or tuple in a field, [`Shape`] a result that is stored nowhere,
//! [`View`](derive@View) a part of a model. [`Id<M>`](Id) is a typed identity: an `Id<Customer>` does not fit where an
//! `Id<Order>` belongs. [`value`] says which Rust types can be stored and as what, [`path`] how fields are named,
//! [`model`] which rules a document must satisfy, [`index`] how indexes are declared.
//!
//! **Saying what.** [`Filter`], [`Update`] and [`Sort`] are made of typed paths: `Zip::fields().pop().gt(5)`. They are
//! rendered as they are built, and show themselves with `Display`. [`Pipeline`] is the aggregation: each stage's closure
//! gets the row as it is there. See [`filter`], [`update`], [`sort`], [`pipeline`]. What a request may ask, under names
//! for the outside, is in [`query`].
//!
//! **Doing it.** A [`Database`] gives [`Collection`]s. Each verb is a builder that does nothing until it is awaited, in
//! [`action`]: `insert_one`, `find`, `update_many`, `bulk_write`, .. Reads give a [`cursor`]; `watch` gives a change stream that
//! resumes by itself, in [`watch`]. A verb takes what its command takes, can [explain](action::Explain) itself, and may
//! have a [deadline](action::Within).
//!
//! **Keeping it in order.** [`schema`] compares the declared indexes with the live ones: plan, look, apply.
//!
//! **When it fails.** One [`Error`] that answers questions: [`is_duplicate_key`](Error::is_duplicate_key),
//! [`violations`](Error::violations), [`is_retryable`](Error::is_retryable). Stored values are in no message.
//!
//! **Down a floor.** `database.driver()`, `collection.driver()`, [`Filter::raw`], [`Update::raw`], [`Pipeline::stage`]:
//! the driver ([`mongodb`]) and its documents ([`bson`]) are always within reach, and plain documents are taken wherever
//! typed sentences are.
//!
//! # Features
//!
//! `derive` (default): the derives.
//!
//! `bytes`, `chrono`, `rust_decimal`, `time`, `url`, `uuid`: the types of the crates of these names as field types; see
//! [`value`].
//!
//! `schemars`, `utoipa`: an [`Id`] in the JSON schema or the `OpenAPI` description of
//! your API is the text or integer that it is in JSON.

pub use mongodb;
pub use mongodb::bson;

// 0 ground
pub mod error;
mod exec;
mod operation;
// 1 describe
pub mod geo;
pub mod index;
pub mod model;
pub mod path;
pub mod value;
pub mod view;
// 2 say
mod accumulator;
pub mod expr;
pub mod filter;
mod into_option;
pub mod pipeline;
pub mod request;
mod shape;
pub mod sort;
pub mod update;
// 3 do
pub mod action;
mod collection;
pub mod cursor;
mod database;
pub mod watch;
// 4 keep
pub mod schema;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[doc(inline)]
pub use action::Write;
pub use collection::Collection;
pub use cursor::Cursor;
pub use database::Database;
#[doc(inline)]
pub use error::{Error, ErrorKind, Result};
#[doc(inline)]
pub use filter::Filter;
#[doc(inline)]
pub use into_option::IntoOption;
#[doc(inline)]
pub use model::Model;
#[cfg(feature = "derive")]
pub use odm_derive::{Embedded, Model, Shape, Value, View};
#[doc(inline)]
pub use pipeline::Pipeline;
#[doc(inline)]
pub use sort::Sort;
#[doc(inline)]
pub use update::Update;
#[doc(inline)]
pub use value::{Decode, Doc, Id, Keyed, Value, from_slice, to_vec};
#[doc(inline)]
pub use view::View;
