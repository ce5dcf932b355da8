//! A typed object-document mapper for MongoDB.

pub use mongodb;
pub use mongodb::bson;

// 0 ground
pub mod error;
// 1 describe
pub mod index;
pub mod model;
pub mod path;
pub mod value;
// stub
#[doc(hidden)]
pub mod stub;
// 3 do
mod database;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use database::Database;
pub use model::Model;
#[cfg(feature = "derive")]
pub use odm_derive::{Embedded, Model, Shape, Value};
pub use value::{Decode, Doc, Id, Keyed, Value};
