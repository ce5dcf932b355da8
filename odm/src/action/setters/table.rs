//! The table of setters: which verb has which. `tests/tests/it/setters.rs` compares it with the options of the driver.

use std::time::Duration;

use mongodb::{
    bson::{Bson, Document},
    options::{Collation, CursorType, ReadConcern, ReturnDocument, SelectionCriteria, WriteConcern},
};

use super::{Constant, whole_millis};
use crate::{
    action::{
        Aggregate, Builder, BulkWrite, ClientBulkWrite, Count, DeleteMany, DeleteOne, Distinct,
        EstimatedCount, Exists, Find, FindOne, FindOneAndDelete, FindOneAndReplace, FindOneAndUpdate, Get,
        InsertMany, InsertOne, IntoHint, ReplaceOne, Reports, Save, TakesComment, UpdateMany, UpdateOne,
        Watch, prepare::number,
    },
    error::Error,
    model::Model,
    sort::IntoSort,
};

setters!([M: Model, S] Find<M, S>, of M:
    sort skip limit batch_size min max hint collation let_ allow_disk_use allow_partial_results
    no_cursor_timeout cursor_type max_await_time show_record_id return_key comment max_time read_concern
    read_preference);
setters!([M: Model, S] FindOne<M, S>, of M:
    sort skip min max hint collation let_ allow_partial_results show_record_id return_key comment max_time
    read_concern read_preference);
setters!([M: Model, S] Get<M, S>, of M: collation comment max_time read_concern read_preference);
setters!([M: Model, S] Exists<M, S>, of M: hint collation let_ comment max_time read_concern read_preference);
setters!([M: Model, S] Count<M, S>, of M:
    skip limit hint collation comment max_time read_concern read_preference);
setters!([M: Model] EstimatedCount<M>, of M: comment max_time read_concern read_preference);
setters!([M: Model, T, S] Distinct<M, T, S>, of M:
    hint_since_7 collation comment max_time read_concern read_preference);
setters!([In, Row, S] Aggregate<In, Row, S>, of In:
    batch_size hint collation let_ allow_disk_use bypass_document_validation comment max_time read_concern
    read_preference write_concern);
setters!([M: Model, S] InsertOne<M, S>, of M: bypass_document_validation comment write_concern);
setters!([M: Model, S] InsertMany<M, S>, of M: ordered bypass_document_validation comment write_concern);
setters!([M: Model, S] BulkWrite<M, S>, of M: ordered let_ bypass_document_validation comment write_concern);
setters!([S] ClientBulkWrite<S>, of M: ordered let_ bypass_document_validation comment write_concern);
setters!([M: Model, S] Save<M, S>, of M: bypass_document_validation comment write_concern);
setters!([M: Model, S] UpdateOne<M, S>, of M:
    upsert array_filters sort_since_8 hint collation let_ bypass_document_validation comment write_concern);
setters!([M: Model, S] UpdateMany<M, S>, of M:
    upsert array_filters hint collation let_ bypass_document_validation comment write_concern);
setters!([M: Model, S] ReplaceOne<M, S>, of M:
    upsert sort_since_8 hint collation let_ bypass_document_validation comment write_concern);
setters!([M: Model, S] DeleteOne<M, S>, of M: hint collation let_ comment write_concern);
setters!([M: Model, S] DeleteMany<M, S>, of M: hint collation let_ comment write_concern);
setters!([M: Model, S] FindOneAndUpdate<M, S>, of M:
    sort upsert return_new array_filters hint collation let_ bypass_document_validation comment max_time
    write_concern);
setters!([M: Model, S] FindOneAndReplace<M, S>, of M:
    sort upsert return_new hint collation let_ bypass_document_validation comment max_time write_concern);
setters!([M: Model, S] FindOneAndDelete<M, S>, of M: sort hint collation let_ comment max_time write_concern);
setters!([M] Watch<M>, of M: show_expanded_events collation comment read_concern read_preference);
