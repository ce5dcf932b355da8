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
//! [The guide](https://github.com/odm-rs/odm/tree/main/guide) has a chapter for each everyday task.
//!
//! # Overview
//!
//! **Document types.** [`Model`](derive@Model) is a document with a collection, [`Embedded`] a document inside
//! another, [`Value`](derive@Value) an enum, newtype or tuple in a field, [`Shape`] a result that is not stored,
//! [`View`](derive@View) some fields of a model, [`Patch`](derive@Patch) the members of a PATCH request: see
//! [`patch`]. [`Id<M>`](Id) is a typed id: an `Id<Customer>` cannot be used as an `Id<Order>`. [`value`] lists the
//! Rust types that can be stored and their BSON types. [`path`] describes typed field names, [`rule`] the rules that a
//! document must satisfy, [`index`] the declaration of indexes. [Policies](derive@Model#policies) of a model maintain
//! times and versions, keep deleted documents, and separate tenants.
//!
//! **Queries.** [`Filter`], [`Update`] and [`Sort`] are built from typed paths: `Zip::fields().pop().gt(5)`. They are
//! rendered as they are built, and `Display` shows them. [`Pipeline`] is an aggregation pipeline: the closure of each
//! stage receives the row as it is before that stage. See [`filter`], [`update`], [`sort`], [`pipeline`]. [`request`]
//! makes queries from the parameters of a request, by an allow-list of public names.
//!
//! **Actions.** A [`Database`] returns [`Collection`]s. Their methods, such as `insert_one`, `find`, `update_many` and
//! `bulk_write`, return builders that do nothing until they are awaited: see [`action`]. Reads return a [`cursor`].
//! `watch` returns a change stream that resumes by itself: see [`watch`]. [`Collection::subscribe`] opens a change
//! stream whose position is stored: see [`subscribe`]. An action has a setter for each option of its command. Most
//! actions can be [explained](action::Explain), and every verb of a collection outside of a session can have a
//! [deadline](action::WithDeadline).
//!
//! **Transactions.** [`Database::transaction`] runs several actions that take effect together, and runs them again
//! after a transient error: see [`transaction`]. [`session`] describes sessions without transactions.
//!
//! **References.** `.include(|o| o.customer())` loads what documents refer to, with one command for each reference: see
//! [`relation`]. [`Database::references`] deletes by declared rules.
//!
//! **Schema.** [`schema`] compares the declared indexes and validators with those of the database, and creates,
//! modifies and rebuilds them.
//!
//! **Migrations.** [`migrate`] rewrites documents from an old form into a new one, in order, once, while the service
//! runs.
//!
//! **Errors.** The error type is [`Error`]. It has predicates, such as [`is_duplicate_key`](Error::is_duplicate_key)
//! and [`is_retryable`](Error::is_retryable), and accessors, such as [`violations`](Error::violations). Messages do
//! not contain stored values.
//!
//! **The driver.** `database.driver()`, `collection.driver()`, [`Filter::raw`], [`Update::raw`] and
//! [`Pipeline::stage`] give access to the driver ([`mongodb`]) and its documents ([`bson`]). Plain documents are
//! accepted wherever typed filters, updates and sorts are.
//!
//! # Features
//!
//! `derive` (default): the derive macros.
//!
//! `bytes`, `chrono`, `rust_decimal`, `time`, `url`, `uuid`: types of the crates with these names as field types; see
//! [`value`].
//!
//! `live`: filters that are evaluated in the process, many receivers of one change stream, live queries, and caches: see
//! `live`. It contains PCRE2, and needs a C compiler unless the system has it. `redis`: caches in Redis.
//!
//! `page`: [pages](page) of documents: with tokens, or with a number and a total.
//!
//! `schemars`, `utoipa`: the JSON schema or `OpenAPI` description of an [`Id`] is that of the string or integer that
//! the id is in JSON.

#[cfg(test)]
extern crate self as odm;

pub use mongodb;
pub use mongodb::bson;

// 0 foundation (a module may use its own layer and lower ones)
mod clock;
pub mod error;
mod exec;
mod extended_json;
mod operation;
mod random;
mod stack;
// 1 documents
mod geometry;
pub mod index;
pub mod meta;
pub mod model;
pub mod path;
mod row;
pub mod rule;
pub mod value;
pub mod view;
// 2 queries
mod accumulator;
pub mod expr;
pub mod filter;
pub mod geo;
mod into_option;
pub mod patch;
pub mod pipeline;
mod policies;
mod query;
mod shape;
pub mod sort;
pub mod update;
mod write;
// 3 actions
pub mod action;
mod collection;
pub mod cursor;
mod database;
pub mod hooks;
pub mod session;
pub mod transaction;
pub mod watch;
// 4 conveniences
#[cfg(feature = "live")]
pub mod live;
pub mod migrate;
#[cfg(feature = "page")]
pub mod page;
pub mod relation;
pub mod request;
pub mod schema;
pub mod subscribe;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

#[doc(inline)]
pub use action::Write;
pub use clock::ClockTime;
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
pub use odm_derive::{Embedded, Model, Patch, Shape, Value, View};
#[doc(inline)]
pub use patch::Patch;
#[doc(inline)]
pub use pipeline::Pipeline;
#[doc(inline)]
pub use session::Session;
#[doc(inline)]
pub use sort::Sort;
#[doc(inline)]
pub use transaction::Tx;
#[doc(inline)]
pub use update::Update;
#[doc(inline)]
pub use value::{Decode, Doc, Id, Keyed, Value, from_slice, to_vec};
#[doc(inline)]
pub use view::View;
