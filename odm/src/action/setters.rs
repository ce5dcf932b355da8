//! The setters: what a verb takes besides what it is about. Each is written once; the table below lists which verb has
//! which.

use std::time::Duration;

use mongodb::bson::Bson;

use crate::{error::codec::CodecResult, expr::Expression};

/// The row of expressions that see no document.
#[derive(Debug, Clone, Copy)]
pub enum NoRow {}

/// What `.let_(..)` takes: a constant, or an expression of constants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of a variable",
    label = "expected a constant",
    note = "a variable is the same for every document: give it a number, a text, a date or an id, or `lit(..)` of any stored type"
)]
pub trait Constant {
    /// The value, as it is sent.
    fn into_constant(self) -> CodecResult<Bson>;
}

#[diagnostic::do_not_recommend]
impl<X: Expression<NoRow>> Constant for X {
    fn into_constant(self) -> CodecResult<Bson> {
        self.render()
    }
}

/// What is set, in whole milliseconds: for the server, zero would mean that there is no limit.
pub(super) fn whole_millis(time: Duration) -> Duration {
    if time.subsec_nanos().is_multiple_of(1_000_000) {
        time
    } else {
        time.saturating_add(Duration::from_millis(1))
    }
}

/// One setter, as a method of a builder for the model `$model`.
macro_rules! setter {
    (sort $model:ident) => {
        /// The order in which the documents come; where a verb takes one, it is the first: `{ sort: { .. } }`.
        pub fn sort(mut self, sort: impl $crate::sort::IntoSort<$model>) -> Self {
            let sort = sort.into_sort().into_document();
            $crate::action::Builder::options(&mut self).sort =
                $crate::action::Reports::problems(&mut self).take("sort", sort);
            self
        }
    };
    (sort_since_8 $model:ident) => {
        /// Which document is taken where several match: `{ sort: { .. } }`.
        ///
        /// Servers take it since MongoDB 8.0; an older one gives an error of the kind
        /// [`Unsupported`](crate::ErrorKind::Unsupported), and nothing is written.
        pub fn sort(mut self, sort: impl $crate::sort::IntoSort<$model>) -> Self {
            let sort = sort.into_sort().into_document();
            $crate::action::Builder::options(&mut self).sort =
                $crate::action::Reports::problems(&mut self).take("sort", sort);
            self
        }
    };
    (skip $model:ident) => {
        /// Leaves out the first documents: `{ skip: n }`, of a count `{ $skip: n }`.
        pub fn skip(mut self, skip: u64) -> Self {
            $crate::action::Builder::options(&mut self).skip = $crate::action::Reports::problems(&mut self)
                .take("skip", $crate::action::prepare::number("skip", skip));
            self
        }
    };
    (limit $model:ident) => {
        /// At most so many documents: `{ limit: n }`, of a count `{ $limit: n }`. For a find, 0 means no limit; a count
        /// cannot have it.
        pub fn limit(mut self, limit: u64) -> Self {
            $crate::action::Builder::options(&mut self).limit = $crate::action::Reports::problems(&mut self)
                .take("limit", $crate::action::prepare::number("limit", limit));
            self
        }
    };
    (batch_size $model:ident) => {
        /// How many documents the server sends at a time: `{ batchSize: n }`. The cursor holds that many.
        pub fn batch_size(mut self, size: u32) -> Self {
            $crate::action::Builder::options(&mut self).batch_size = Some(size);
            self
        }
    };
    (min $model:ident) => {
        /// The keys of the index to begin with, which a [`hint`](Self::hint) has to name: `{ min: { age: 18 } }`.
        pub fn min(mut self, keys: ::mongodb::bson::Document) -> Self {
            let keys = $crate::value::bounded_document(keys, $crate::value::MAX_OPTION)
                .map_err(|problem| $crate::error::Error::from(problem.at("min")));
            $crate::action::Builder::options(&mut self).min =
                $crate::action::Reports::problems(&mut self).take("min", keys);
            self
        }
    };
    (max $model:ident) => {
        /// The keys of the index to end before, which a [`hint`](Self::hint) has to name: `{ max: { age: 65 } }`.
        pub fn max(mut self, keys: ::mongodb::bson::Document) -> Self {
            let keys = $crate::value::bounded_document(keys, $crate::value::MAX_OPTION)
                .map_err(|problem| $crate::error::Error::from(problem.at("max")));
            $crate::action::Builder::options(&mut self).max =
                $crate::action::Reports::problems(&mut self).take("max", keys);
            self
        }
    };
    (hint $model:ident) => {
        /// Uses this index: `{ hint: { status: 1 } }` or `{ hint: "status_1" }`.
        ///
        /// It is said by the keys, as a sort, `o.status().asc()`, or by the name. If there is no such index, the
        /// server refuses.
        pub fn hint(mut self, index: impl $crate::action::IntoHint<$model>) -> Self {
            $crate::action::Builder::options(&mut self).hint =
                $crate::action::Reports::problems(&mut self).take("hint", index.into_hint());
            self
        }
    };
    (hint_since_7 $model:ident) => {
        /// Uses this index: `{ hint: { status: 1 } }` or `{ hint: "status_1" }`.
        ///
        /// It is said by the keys, as a sort, `o.status().asc()`, or by the name. Servers take it here since MongoDB
        /// 7.1; an older one gives an error of the kind [`Unsupported`](crate::ErrorKind::Unsupported).
        pub fn hint(mut self, index: impl $crate::action::IntoHint<$model>) -> Self {
            $crate::action::Builder::options(&mut self).hint =
                $crate::action::Reports::problems(&mut self).take("hint", index.into_hint());
            self
        }
    };
    (collation $model:ident) => {
        /// Compares texts by the rules of a language: `{ collation: { locale: "nb" } }`.
        ///
        /// Only an index of the same collation serves.
        pub fn collation(mut self, collation: ::mongodb::options::Collation) -> Self {
            $crate::action::Builder::options(&mut self).collation = Some(collation);
            self
        }
    };
    (let_ $model:ident) => {
        /// Names a value, which expressions in `$expr` read as `$name`: `{ let: { name: value } }`.
        ///
        /// The value is a constant, or made of constants: [`lit`](crate::pipeline::lit) makes one of any stored type.
        /// It can never be read as a path or an operator. A name begins with a small letter.
        pub fn let_(mut self, name: &str, value: impl $crate::action::Constant) -> Self {
            let value = value
                .into_constant()
                .and_then(|value| $crate::value::bounded(value, $crate::value::MAX_OPTION))
                .map_err(|problem| $crate::error::Error::from(problem.at_key(name)));
            if let Some(value) =
                $crate::action::Reports::problems(&mut self).take(format!("let_ {name}"), value)
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
        /// Says what it is for, in the server's log, profile and `currentOp`: `{ comment: "nightly report" }`.
        pub fn comment(mut self, comment: impl Into<::mongodb::bson::Bson>) -> Self {
            let comment = $crate::value::bounded(comment.into(), $crate::value::MAX_OPTION)
                .map_err(|problem| $crate::error::Error::from(problem.at("comment")));
            $crate::action::Builder::options(&mut self).comment =
                $crate::action::TakesComment::take_comment(&mut self, comment);
            self
        }
    };
    (max_time $model:ident) => {
        /// How long the server may work on it, from milliseconds on: `{ maxTimeMS: n }`. Zero means no limit.
        ///
        /// It does not limit the way to the server and back: that is the deadline. Then it is an error that
        /// [`is_timeout`](crate::Error::is_timeout).
        pub fn max_time(mut self, time: ::std::time::Duration) -> Self {
            $crate::action::Builder::options(&mut self).max_time =
                Some($crate::action::setters::whole_millis(time));
            self
        }
    };
    (allow_disk_use $model:ident) => {
        /// Whether the server may write to disk what does not fit in its memory: `{ allowDiskUse: true }`.
        pub fn allow_disk_use(mut self, allow: bool) -> Self {
            $crate::action::Builder::options(&mut self).allow_disk_use = Some(allow);
            self
        }
    };
    (allow_partial_results $model:ident) => {
        /// Whether to go without the documents of shards that do not answer: `{ allowPartialResults: true }`.
        pub fn allow_partial_results(mut self, allow: bool) -> Self {
            $crate::action::Builder::options(&mut self).allow_partial_results = Some(allow);
            self
        }
    };
    (no_cursor_timeout $model:ident) => {
        /// Whether the server keeps the cursor however long nobody reads from it: `{ noCursorTimeout: true }`.
        pub fn no_cursor_timeout(mut self, keep: bool) -> Self {
            $crate::action::Builder::options(&mut self).no_cursor_timeout = Some(keep);
            self
        }
    };
    (ordered $model:ident) => {
        /// Whether to stop at the first document or write that the server refuses: `true` unless said otherwise.
        pub fn ordered(mut self, ordered: bool) -> Self {
            $crate::action::Builder::options(&mut self).ordered = Some(ordered);
            self
        }
    };
    (cursor_type $model:ident) => {
        /// Whether the cursor stays open behind the last document and gives those that are stored later: on a capped
        /// collection, `{ tailable: true, awaitData: true }`.
        ///
        /// With `CursorType::TailableAwait` each request waits for a document; with `CursorType::Tailable` it is repeated at
        /// once. The cursor ends when the server closes it: at once where the collection is empty, and where the
        /// document that it stands on has been overwritten.
        pub fn cursor_type(mut self, cursor_type: ::mongodb::options::CursorType) -> Self {
            $crate::action::Builder::options(&mut self).cursor_type = Some(cursor_type);
            self
        }
    };
    (max_await_time $model:ident) => {
        /// How long a request of a cursor of the type `TailableAwait` waits for a document: `{ getMore: .., maxTimeMS: n }`.
        /// The server's own limit is a second.
        ///
        /// A cursor of another type is refused before anything is sent.
        pub fn max_await_time(mut self, time: ::std::time::Duration) -> Self {
            $crate::action::Builder::options(&mut self).max_await_time =
                Some($crate::action::setters::whole_millis(time));
            self
        }
    };
    (show_record_id $model:ident) => {
        /// Whether each document has the number by which the server stores it, in the field `$recordId`:
        /// `{ showRecordId: true }`.
        pub fn show_record_id(mut self, show: bool) -> Self {
            $crate::action::Builder::options(&mut self).show_record_id = Some(show);
            self
        }
    };
    (return_key $model:ident) => {
        /// Whether to give only the fields of the index that the server uses: `{ returnKey: true }`. Read them as a view.
        pub fn return_key(mut self, only_keys: bool) -> Self {
            $crate::action::Builder::options(&mut self).return_key = Some(only_keys);
            self
        }
    };
    (array_filters $model:ident) => {
        /// Conditions for the elements that a plain update names as `$[name]`: `{ arrayFilters: [{ "name.n": 1 }] }`.
        ///
        /// Those of typed updates (`each_where`) are sent after them.
        pub fn array_filters(mut self, filters: impl IntoIterator<Item = ::mongodb::bson::Document>) -> Self {
            $crate::action::Builder::options(&mut self).array_filters = Some(filters.into_iter().collect());
            self
        }
    };
    (show_expanded_events $model:ident) => {
        /// Whether the stream also has the events of the collection itself, such as `createIndexes` and `modify`:
        /// `{ $changeStream: { showExpandedEvents: true } }`. They are [`Event::Other`](crate::watch::Event::Other).
        pub fn show_expanded_events(mut self, show: bool) -> Self {
            $crate::action::Builder::options(&mut self).show_expanded_events = Some(show);
            self
        }
    };
    (upsert $model:ident) => {
        /// Makes a document if nothing matches, a replacement as it is, else from the filter and the update:
        /// `{ upsert: true }`.
        ///
        /// Where the model has a version, update operators give it to the new document: `{ $setOnInsert: { .. } }`. An
        /// update made of stages has to set it itself.
        pub fn upsert(mut self, upsert: bool) -> Self {
            $crate::action::Builder::options(&mut self).upsert = Some(upsert);
            self
        }
    };
    (return_new $model:ident) => {
        /// Gives the document as it is afterwards; without this, as it was before: `{ new: true }`.
        pub fn return_new(mut self) -> Self {
            $crate::action::Builder::options(&mut self).return_document =
                Some(::mongodb::options::ReturnDocument::After);
            self
        }
    };
    (bypass_document_validation $model:ident) => {
        /// Whether the server stores what the collection's validator would refuse:
        /// `{ bypassDocumentValidation: true }`. The rules of the model hold all the same where they are checked.
        pub fn bypass_document_validation(mut self, bypass: bool) -> Self {
            $crate::action::Builder::options(&mut self).bypass_document_validation = Some(bypass);
            self
        }
    };
    (read_concern $model:ident) => {
        /// How certain the data must be that is read, in place of what the handle says:
        /// `{ readConcern: { level: "majority" } }`.
        pub fn read_concern(mut self, concern: ::mongodb::options::ReadConcern) -> Self {
            $crate::action::Builder::options(&mut self).read_concern = Some(concern);
            self
        }
    };
    (read_preference $model:ident) => {
        /// Which members may be read, in place of what the handle says: `{ $readPreference: { mode: "secondary" } }`.
        ///
        /// A [`ReadPreference`](mongodb::options::ReadPreference), or any of the driver's criteria.
        pub fn read_preference(mut self, members: impl Into<::mongodb::options::SelectionCriteria>) -> Self {
            $crate::action::Builder::options(&mut self).selection_criteria = Some(members.into());
            self
        }
    };
    (write_concern $model:ident) => {
        /// How many members must have the write before it counts, in place of what the handle says:
        /// `{ writeConcern: { w: "majority" } }`.
        pub fn write_concern(mut self, concern: ::mongodb::options::WriteConcern) -> Self {
            $crate::action::Builder::options(&mut self).write_concern = Some(concern);
            self
        }
    };
}

macro_rules! setters {
    ([$($generics:tt)*] $action:ty, of $model:ident: $($setter:ident)*) => {
        impl<$($generics)*> $action { $( $crate::action::setters::setter!($setter $model); )* }
    };
}

pub(crate) use setter;
pub(crate) use setters;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_never_rounded_to_none() {
        let millis = |nanos| whole_millis(Duration::from_nanos(nanos)).as_millis();
        assert_eq!(
            [millis(0), millis(1), millis(999_999), millis(1_000_000), millis(1_000_001)],
            [0, 1, 1, 1, 2]
        );
        assert_eq!(whole_millis(Duration::MAX), Duration::MAX);
    }
}
