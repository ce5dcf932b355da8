//! A typed object-document mapper for MongoDB.

pub use mongodb;
pub use mongodb::bson;

mod database;

pub use database::Database;
