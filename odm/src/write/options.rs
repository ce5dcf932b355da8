//! The options of writes: one struct with the options of all of the driver's structs.

use std::time::Duration;

use mongodb::{
    bson::{Bson, Document},
    options::{
        Collation, DeleteOptions, FindOneAndDeleteOptions, FindOneAndReplaceOptions, FindOneAndUpdateOptions,
        Hint, InsertOneOptions, ReplaceOptions, ReturnDocument, UpdateOptions, WriteConcern,
    },
};

/// The options of a write.
#[derive(Debug, Clone, Default)]
pub(crate) struct WriteOptions {
    pub(crate) array_filters: Option<Vec<Document>>,
    pub(crate) bypass_document_validation: Option<bool>,
    pub(crate) collation: Option<Collation>,
    pub(crate) comment: Option<Bson>,
    pub(crate) hint: Option<Hint>,
    pub(crate) let_vars: Option<Document>,
    pub(crate) max_time: Option<Duration>,
    pub(crate) projection: Option<Document>,
    pub(crate) return_document: Option<ReturnDocument>,
    pub(crate) sort: Option<Document>,
    pub(crate) upsert: Option<bool>,
    pub(crate) write_concern: Option<WriteConcern>,
}

/// Converts in both directions. Each row lists the options that the driver's struct has.
macro_rules! convert {
    ($($driver:ident: $($option:ident)*;)*) => { $(
        impl From<$driver> for WriteOptions {
            fn from(driver: $driver) -> Self {
                let mut options = Self::default();
                $(options.$option = driver.$option;)*
                options
            }
        }

        impl From<WriteOptions> for $driver {
            fn from(options: WriteOptions) -> Self {
                let mut driver = Self::default();
                $(driver.$option = options.$option;)*
                driver
            }
        }
    )* };
}

convert! {
    InsertOneOptions: bypass_document_validation comment write_concern;
    UpdateOptions: array_filters bypass_document_validation collation comment hint let_vars sort upsert write_concern;
    ReplaceOptions: bypass_document_validation collation comment hint let_vars sort upsert write_concern;
    DeleteOptions: collation comment hint let_vars write_concern;
    FindOneAndUpdateOptions: array_filters bypass_document_validation collation comment hint let_vars max_time projection
        return_document sort upsert write_concern;
    FindOneAndReplaceOptions: bypass_document_validation collation comment hint let_vars max_time projection
        return_document sort upsert write_concern;
    FindOneAndDeleteOptions: collation comment hint let_vars max_time projection sort write_concern;
}
