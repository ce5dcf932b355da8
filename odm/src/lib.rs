//! A typed object-document mapper for MongoDB.

pub use mongodb;
pub use mongodb::bson;

// 0 ground
pub mod error;
mod exec;
mod trace;
// 1 describe
pub mod index;
pub mod model;
pub mod path;
pub mod value;
// 2 say
pub mod filter;
pub mod pipeline;
pub mod sort;
pub mod update;
// 3 do
pub mod action;
mod collection;
pub mod cursor;
mod database;
// 4 keep
pub mod schema;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use collection::Collection;
pub use cursor::Cursor;
pub use database::Database;
pub use error::{Error, ErrorKind, Result};
pub use filter::Filter;
pub use model::Model;
pub use pipeline::Pipeline;
pub use sort::Sort;
pub use update::Update;
pub use value::{Decode, Doc, Id, Keyed, Value, from_slice, to_vec};
