//! The setters of verbs. Each is written once, as an arm of `setter!`. The file of a verb lists its setters with
//! `setters!`.

use mongodb::bson::Bson;

use crate::{
    error::codec::CodecResult,
    expr::{Expression, rendered::Rendered},
};

/// The row of expressions that cannot read a document.
#[derive(Debug, Clone, Copy)]
pub enum NoRow {}

/// The second argument of `.let_(..)`: a constant, or an expression of constants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of a variable",
    label = "expected a constant",
    note = "a variable is the same for every document: give it a number, a string, a date or an id, or `lit(..)` of any stored type"
)]
pub trait Constant {
    /// Returns the value as it is sent.
    fn into_constant(self) -> CodecResult<Bson>;
}

#[diagnostic::do_not_recommend]
impl<X: Expression<NoRow>> Constant for X {
    fn into_constant(self) -> CodecResult<Bson> {
        self.render().map(Rendered::into_value)
    }
}

/// Declares one setter, as a method of a builder for the model `$model`.
macro_rules! setter {
    (sort $model:ident) => {
        /// Sets the order of the documents: `{ sort: { .. } }`. A verb for one document uses the first in this order.
        pub fn sort(mut self, sort: impl $crate::sort::IntoSort<$model>) -> Self {
            let sort = sort.into_sort().into_document();
            $crate::action::Builder::options(&mut self).sort =
                $crate::action::CollectsProblems::problems(&mut self).take("sort", sort);
            self
        }
    };
    (sort_since_8 $model:ident) => {
        /// Sets which document is written if several match, the first in this order: `{ sort: { .. } }`.
        ///
        /// Servers accept it since MongoDB 8.0. On an older server, returns an error of the kind
        /// [`Unsupported`](crate::ErrorKind::Unsupported), and the command writes nothing.
        pub fn sort(mut self, sort: impl $crate::sort::IntoSort<$model>) -> Self {
            let sort = sort.into_sort().into_document();
            $crate::action::Builder::options(&mut self).sort =
                $crate::action::CollectsProblems::problems(&mut self).take("sort", sort);
            self
        }
    };
    (skip $model:ident) => {
        /// Skips the first documents: `{ skip: n }`, in a count `{ $skip: n }`.
        pub fn skip(mut self, skip: u64) -> Self {
            $crate::action::Builder::options(&mut self).skip =
                $crate::action::CollectsProblems::problems(&mut self)
                    .take("skip", $crate::action::prepare::number("skip", skip));
            self
        }
    };
    (limit $model:ident) => {
        /// Limits the number of documents: `{ limit: n }`, in a count `{ $limit: n }`. In a find, 0 means no limit.
        /// The server refuses 0 in a count.
        pub fn limit(mut self, limit: u64) -> Self {
            $crate::action::Builder::options(&mut self).limit =
                $crate::action::CollectsProblems::problems(&mut self)
                    .take("limit", $crate::action::prepare::number("limit", limit));
            self
        }
    };
    (batch_size $model:ident) => {
        /// Sets how many documents the server sends at a time: `{ batchSize: n }`. The cursor stores them in memory.
        pub fn batch_size(mut self, size: u32) -> Self {
            $crate::action::Builder::options(&mut self).batch_size = Some(size);
            self
        }
    };
    (min $model:ident) => {
        /// Sets the inclusive lower bound of the index keys: `{ min: { age: 18 } }`. A [`hint`](Self::hint) must
        /// specify the index.
        pub fn min(mut self, keys: ::mongodb::bson::Document) -> Self {
            let keys = $crate::value::bounded_document(keys, $crate::value::MAX_OPTION)
                .map_err(|problem| $crate::error::Error::from(problem.at("min")));
            $crate::action::Builder::options(&mut self).min =
                $crate::action::CollectsProblems::problems(&mut self).take("min", keys);
            self
        }
    };
    (max $model:ident) => {
        /// Sets the exclusive upper bound of the index keys: `{ max: { age: 65 } }`. A [`hint`](Self::hint) must
        /// specify the index.
        pub fn max(mut self, keys: ::mongodb::bson::Document) -> Self {
            let keys = $crate::value::bounded_document(keys, $crate::value::MAX_OPTION)
                .map_err(|problem| $crate::error::Error::from(problem.at("max")));
            $crate::action::Builder::options(&mut self).max =
                $crate::action::CollectsProblems::problems(&mut self).take("max", keys);
            self
        }
    };
    (hint $model:ident) => {
        /// Sets the index to use: `{ hint: { status: 1 } }` or `{ hint: "status_1" }`.
        ///
        /// Specify the index by its keys, written as a sort such as `o.status().asc()`, or by its name. The server
        /// returns an error if there is no such index.
        pub fn hint(mut self, index: impl $crate::action::IntoHint<$model>) -> Self {
            $crate::action::Builder::options(&mut self).hint =
                $crate::action::CollectsProblems::problems(&mut self).take("hint", index.into_hint());
            self
        }
    };
    (hint_since_7 $model:ident) => {
        /// Sets the index to use: `{ hint: { status: 1 } }` or `{ hint: "status_1" }`.
        ///
        /// Specify the index by its keys, written as a sort such as `o.status().asc()`, or by its name. Servers
        /// accept it in this command since MongoDB 7.1. On an older server, returns an error of the kind
        /// [`Unsupported`](crate::ErrorKind::Unsupported).
        pub fn hint(mut self, index: impl $crate::action::IntoHint<$model>) -> Self {
            $crate::action::Builder::options(&mut self).hint =
                $crate::action::CollectsProblems::problems(&mut self).take("hint", index.into_hint());
            self
        }
    };
    (collation $model:ident) => {
        /// Compares strings by the rules of a language: `{ collation: { locale: "nb" } }`.
        ///
        /// The server uses only indexes with the same collation to compare strings.
        pub fn collation(mut self, collation: ::mongodb::options::Collation) -> Self {
            $crate::action::Builder::options(&mut self).collation = Some(collation);
            self
        }
    };
    (let_ $model:ident) => {
        /// Defines a variable, which expressions in `$expr` read as `$$name`: `{ let: { name: value } }`.
        ///
        /// The value is a constant, or an expression of constants. [`lit`](crate::pipeline::lit) returns a constant
        /// of any stored type. The value is never read as a path or an operator. A name must start with a lowercase
        /// letter.
        pub fn let_(mut self, name: &str, value: impl $crate::action::Constant) -> Self {
            let value = value
                .into_constant()
                .and_then(|value| $crate::value::bounded(value, $crate::value::MAX_OPTION))
                .map_err(|problem| $crate::error::Error::from(problem.at_key(name)));
            if let Some(value) =
                $crate::action::CollectsProblems::problems(&mut self).take(format!("let_ {name}"), value)
            {
                $crate::action::Builder::options(&mut self)
                    .let_vars
                    .get_or_insert_default()
                    .insert(name, value);
            }
            self
        }
    };
    (comment $model:ident) => {
        /// Adds a comment to the command. It appears in the server's log, profile and `currentOp`:
        /// `{ comment: "nightly report" }`.
        pub fn comment(mut self, comment: impl Into<::mongodb::bson::Bson>) -> Self {
            let comment = $crate::value::bounded(comment.into(), $crate::value::MAX_OPTION)
                .map_err(|problem| $crate::error::Error::from(problem.at("comment")));
            $crate::action::Builder::options(&mut self).comment =
                $crate::action::TakesComment::take_comment(&mut self, comment);
            self
        }
    };
    (max_time $model:ident) => {
        /// Limits how long the server may work on the command, in whole milliseconds: `{ maxTimeMS: n }`. Zero means
        /// no limit.
        ///
        /// The time on the network is not limited; use `deadline` for that. If the limit passes, returns an error for
        /// which [`is_timeout`](crate::Error::is_timeout) is true.
        pub fn max_time(mut self, time: ::std::time::Duration) -> Self {
            $crate::action::Builder::options(&mut self).max_time = Some($crate::exec::whole_millis(time));
            self
        }
    };
    (allow_disk_use $model:ident) => {
        /// Sets whether the server may write data that does not fit in memory to disk: `{ allowDiskUse: true }`.
        pub fn allow_disk_use(mut self, allow: bool) -> Self {
            $crate::action::Builder::options(&mut self).allow_disk_use = Some(allow);
            self
        }
    };
    (allow_partial_results $model:ident) => {
        /// Sets whether to omit the documents of shards that are not available: `{ allowPartialResults: true }`.
        pub fn allow_partial_results(mut self, allow: bool) -> Self {
            $crate::action::Builder::options(&mut self).allow_partial_results = Some(allow);
            self
        }
    };
    (no_cursor_timeout $model:ident) => {
        /// Sets whether the server keeps the cursor open without a time limit while it is not read:
        /// `{ noCursorTimeout: true }`.
        pub fn no_cursor_timeout(mut self, keep: bool) -> Self {
            $crate::action::Builder::options(&mut self).no_cursor_timeout = Some(keep);
            self
        }
    };
    (ordered $model:ident) => {
        /// Sets whether to stop at the first document or write that the server refuses. The default is `true`.
        pub fn ordered(mut self, ordered: bool) -> Self {
            $crate::action::Builder::options(&mut self).ordered = Some(ordered);
            self
        }
    };
    (cursor_type $model:ident) => {
        /// Sets whether the cursor stays open after the last document and returns documents that are inserted later:
        /// `{ tailable: true, awaitData: true }`. The collection must be capped.
        ///
        /// With `CursorType::TailableAwait` each request waits for a document. With `CursorType::Tailable` the
        /// request is repeated at once. The cursor ends when the server closes it: at once if the collection is
        /// empty, or when the document at the cursor's position has been overwritten.
        pub fn cursor_type(mut self, cursor_type: ::mongodb::options::CursorType) -> Self {
            $crate::action::Builder::options(&mut self).cursor_type = Some(cursor_type);
            self
        }
    };
    (max_await_time $model:ident) => {
        /// Sets how long a request of a cursor of the type `TailableAwait` waits for a document:
        /// `{ getMore: .., maxTimeMS: n }`. The server's default is one second.
        ///
        /// A cursor of another type is refused before anything is sent.
        pub fn max_await_time(mut self, time: ::std::time::Duration) -> Self {
            $crate::action::Builder::options(&mut self).max_await_time =
                Some($crate::exec::whole_millis(time));
            self
        }
    };
    (show_record_id $model:ident) => {
        /// Sets whether each document contains the server's internal number of the document, in the field
        /// `$recordId`: `{ showRecordId: true }`.
        pub fn show_record_id(mut self, show: bool) -> Self {
            $crate::action::Builder::options(&mut self).show_record_id = Some(show);
            self
        }
    };
    (return_key $model:ident) => {
        /// Sets whether to return only the fields of the index that the server uses: `{ returnKey: true }`. Read them
        /// as a view.
        pub fn return_key(mut self, only_keys: bool) -> Self {
            $crate::action::Builder::options(&mut self).return_key = Some(only_keys);
            self
        }
    };
    (array_filters $model:ident) => {
        /// Sets the conditions for the array elements that a plain update selects with `$[name]`:
        /// `{ arrayFilters: [{ "name.n": 1 }] }`.
        ///
        /// The array filters of typed updates (`each_where`) are sent after them.
        pub fn array_filters(mut self, filters: impl IntoIterator<Item = ::mongodb::bson::Document>) -> Self {
            $crate::action::Builder::options(&mut self).array_filters = Some(filters.into_iter().collect());
            self
        }
    };
    (show_expanded_events $model:ident) => {
        /// Sets whether the stream also contains the events of the collection itself, such as `createIndexes` and
        /// `modify`: `{ $changeStream: { showExpandedEvents: true } }`. They are
        /// [`Event::Definition`](crate::watch::Event::Definition).
        pub fn show_expanded_events(mut self, show: bool) -> Self {
            $crate::action::Builder::options(&mut self).show_expanded_events = Some(show);
            self
        }
    };
    (upsert $model:ident) => {
        /// Sets whether to insert a document if nothing matches: `{ upsert: true }`. A replacement is inserted
        /// unchanged. For an update, the document is computed from the filter and the update.
        ///
        /// If the model has a version, update operators set it in the inserted document: `{ $setOnInsert: { .. } }`.
        /// An update that consists of stages must set it itself.
        pub fn upsert(mut self, upsert: bool) -> Self {
            $crate::action::Builder::options(&mut self).upsert = Some(upsert);
            self
        }
    };
    (return_new $model:ident) => {
        /// Returns the document as it is after the write, instead of before: `{ new: true }`.
        pub fn return_new(mut self) -> Self {
            $crate::action::Builder::options(&mut self).return_document =
                Some(::mongodb::options::ReturnDocument::After);
            self
        }
    };
    (bypass_document_validation $model:ident) => {
        /// Sets whether the server stores documents that the collection's validator would refuse:
        /// `{ bypassDocumentValidation: true }`. Verbs that check the rules of the model still check them.
        pub fn bypass_document_validation(mut self, bypass: bool) -> Self {
            $crate::action::Builder::options(&mut self).bypass_document_validation = Some(bypass);
            self
        }
    };
    (read_concern $model:ident) => {
        /// Sets the read concern, instead of that of the handle: `{ readConcern: { level: "majority" } }`.
        pub fn read_concern(mut self, concern: ::mongodb::options::ReadConcern) -> Self {
            $crate::action::Builder::options(&mut self).read_concern = Some(concern);
            self
        }
    };
    (read_preference $model:ident) => {
        /// Sets which members may be read from, instead of those of the handle:
        /// `{ $readPreference: { mode: "secondary" } }`.
        ///
        /// Accepts a [`ReadPreference`](mongodb::options::ReadPreference), or any of the driver's selection criteria.
        pub fn read_preference(mut self, members: impl Into<::mongodb::options::SelectionCriteria>) -> Self {
            $crate::action::Builder::options(&mut self).selection_criteria = Some(members.into());
            self
        }
    };
    (write_concern $model:ident) => {
        /// Sets the write concern, instead of that of the handle: `{ writeConcern: { w: "majority" } }`.
        pub fn write_concern(mut self, concern: ::mongodb::options::WriteConcern) -> Self {
            $crate::action::Builder::options(&mut self).write_concern = Some(concern);
            self
        }
    };
}

/// Implements these setters for a builder of the model `$model`.
macro_rules! setters {
    ([$($generics:tt)*] $action:ty, of $model:ident: $($setter:ident)*) => {
        impl<$($generics)*> $action { $( $crate::action::setters::setter!($setter $model); )* }
    };
}

pub(crate) use setter;
pub(crate) use setters;
