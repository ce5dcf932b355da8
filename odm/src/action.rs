//! Actions: the builders that the methods of a [`Collection`](crate::Collection) and a [`Database`](crate::Database)
//! return.
//!
//! An action does nothing until it is awaited. It owns a clone of its handle and borrows only a session. All actions
//! have `.session(..)`, except `estimated_count`, `explain`, and `watch`, which has a session of its own.
//! `.with_options(..)` accepts the options of the driver, for options that have no setter.
//!
//! # Setters
//!
//! A *verb* is such a method. Each verb has a setter for each option that the manual and the driver list for its
//! command. The page of each builder lists its setters. All verbs except the inserts, the bulk writes, `run_command`
//! and `watch` have `.explain()`: see [`Explain`]. Outside of a session, all verbs of a
//! collection have `.deadline(..)`, and so have `run_command`, `watch`, the bulk write of a database, and deletes by
//! references: see [`WithDeadline`].
//!
//! [`ClientBulkWrite`] has the same setters as [`BulkWrite`]. The writes of a bulk write have setters too, which
//! depend on their kind: see [`Write`]. [`Watch`] has further setters of its own. [`RunCommand`] has only
//! `read_preference`, because all other options are part of the command. [`Find`], [`FindOne`], [`Get`] and the three
//! `find_one_and_*` have `.view::<V>()`, which sets the projection.
//!
//! # Cancelling
//!
//! A future may be dropped before it completes: by `select!`, by `tokio::time::timeout`, or by a web framework whose
//! client has closed the connection. If a command has been sent, a task of its own completes the call: the server
//! applies the write if it can, a cursor that the reply opens is closed on the server, and the connection stays in
//! use. No further command is sent: the remaining batches of a large `insert_many` are not stored. (A bulk write
//! across collections is a single call of the driver, which is completed.) A call that waits for a server continues to
//! wait as long as the URI specifies (`serverSelectionTimeoutMS`). The outcome of the call is discarded. With
//! `.deadline(..)`, a late call returns an error that states that the outcome is unknown.
//!
//! Actions in a session are not completed, because no task can keep the borrowed session. Dropping such a future
//! closes the connection. A cursor whose reply has not arrived stays open on the server until it times out (after ten
//! minutes). It is unknown whether a transaction contains the write, so a transaction cannot be committed afterwards.
//! Await actions in sessions until they complete. Reads, and `find_one_and_*`, can be limited with `max_time`.

// Each verb is one file: the method of `Collection` or `Database`, its builder, the setters, and what it sends.

mod aggregate;
mod batch;
mod bulk_write;
mod concurrent;
pub(crate) mod count;
pub(crate) mod deadline;
mod delete_many;
mod delete_one;
mod distinct;
mod estimated_count;
mod exists;
mod explain;
pub(crate) mod fetch;
mod find;
mod find_one;
mod find_one_and_delete;
mod find_one_and_replace;
mod find_one_and_update;
mod get;
mod hint;
mod hooked;
mod insert_many;
mod insert_one;
mod prepare;
mod purge;
pub(crate) mod read;
mod read_as;
mod refresh;
mod replace_one;
mod restore;
mod run_command;
mod save;
mod save_changes;
mod send;
mod setters;
mod statement_builder;
pub(crate) mod stream_setters;
mod update_many;
mod update_one;
mod version_guard;
mod watch;
mod watch_database;
mod written;

pub use self::{
    aggregate::{Aggregate, OnCollection},
    bulk_write::{
        BulkDelete, BulkReplaceOne, BulkUpdateMany, BulkUpdateOne, BulkWrite, BulkWriteResult,
        ClientBulkWrite, ClientBulkWriteResult, IntoWrites, Write,
    },
    concurrent::Concurrent,
    count::Count,
    deadline::WithDeadline,
    delete_many::DeleteMany,
    delete_one::DeleteOne,
    distinct::{Distinct, DistinctField},
    estimated_count::EstimatedCount,
    exists::Exists,
    explain::{Explain, Explanation, StageSummary, Verbosity},
    find::Find,
    find_one::FindOne,
    find_one_and_delete::FindOneAndDelete,
    find_one_and_replace::FindOneAndReplace,
    find_one_and_update::FindOneAndUpdate,
    get::Get,
    hint::IntoHint,
    insert_many::InsertMany,
    insert_one::InsertOne,
    purge::Purge,
    read_as::ReadAs,
    replace_one::ReplaceOne,
    restore::Restore,
    run_command::RunCommand,
    save::{Save, Saved},
    save_changes::{SaveChanges, SavedChanges},
    setters::{Constant, NoRow},
    update_many::UpdateMany,
    update_one::UpdateOne,
    watch::Watch,
    watch_database::WatchDatabase,
};

pub(crate) use self::fetch::{Fetch, IntoFetch};
use self::{
    prepare::Problems,
    read_as::{Decoder, ReadsAs},
};
pub(crate) use crate::collection::OperationTarget;
pub use crate::exec::call_site;
pub use crate::session::{AsSession, ExplicitSession, ImplicitSession};
pub(crate) use crate::session::{BorrowedSession, SessionState};

#[cfg(test)]
mod tests;

/// A builder with options, which `setters!` sets.
trait Builder {
    type Options;

    fn options(&mut self) -> &mut Self::Options;
}

/// A builder that has the collection or the database that it runs on. A write of a bulk write has none.
trait HasTarget {
    fn on(&self) -> OperationTarget;
}

/// A builder that stores the errors of its setters until it is awaited.
trait CollectsProblems {
    fn problems(&mut self) -> &mut Problems;
}

/// A builder with a `comment`. Awaiting the builder returns an error if the comment cannot be sent.
trait TakesComment {
    fn take_comment(
        &mut self,
        comment: crate::error::Result<mongodb::bson::Bson>,
    ) -> Option<mongodb::bson::Bson>;
}

#[diagnostic::do_not_recommend]
impl<B: CollectsProblems> TakesComment for B {
    fn take_comment(
        &mut self,
        comment: crate::error::Result<mongodb::bson::Bson>,
    ) -> Option<mongodb::bson::Bson> {
        self.problems().take("comment", comment)
    }
}

/// Implements what every builder of a collection has: `.with_options(..)`, `.session(..)`, and `IntoFuture` with and
/// without a session.
///
/// The builder provides `fn execute<'s>(self) -> BoxFuture<'s, Result<Output>> where S: SessionState<'s>`. If its
/// setters can fail, `clearing` specifies the field that stores their errors.
macro_rules! action {
    ($action:ident { $($field:ident),* } with $options:ty $(, clearing $($problems:ident).+)? => $output:ty) => {
        $crate::action::action!(@setters $action { $($field),* } with $options $(, clearing $($problems).+)?);
        $crate::action::action!(@awaited $action, $crate::action::ImplicitSession, 'static, $crate::exec::completed => $output);
        $crate::action::action!(@awaited $action, $crate::action::ExplicitSession<'s>, 's, ::std::convert::identity => $output);
    };
    // For an action whose output in a session is another type.
    (
        $action:ident { $($field:ident),* } with $options:ty $(, clearing $($problems:ident).+)? => $output:ty,
        in a session $in_session:ty
    ) => {
        $crate::action::action!(@setters $action { $($field),* } with $options $(, clearing $($problems).+)?);
        $crate::action::action!(@awaited $action, $crate::action::ImplicitSession, 'static, $crate::exec::completed => $output);
        $crate::action::action!(@awaited $action, $crate::action::ExplicitSession<'s>, 's, ::std::convert::identity => $in_session);
    };
    (@setters $action:ident { $($field:ident),* } with $options:ty $(, clearing $($problems:ident).+)?) => {
        impl<M: $crate::model::Model, S> $action<M, S> {
            /// Replaces all options by those of the driver's struct.
            pub fn with_options(mut self, options: $options) -> Self {
                self.options = options;
                $(self.$($problems).+ = ::std::default::Default::default();)?
                self
            }
        }

        impl<M: $crate::model::Model, S> $crate::action::HasTarget for $action<M, S> {
            fn on(&self) -> $crate::action::OperationTarget {
                $crate::action::OperationTarget::Collection(self.target.clone())
            }
        }

        impl<M: $crate::model::Model, S> $crate::action::Builder for $action<M, S> {
            type Options = $options;

            fn options(&mut self) -> &mut $options {
                &mut self.options
            }
        }

        $(impl<M: $crate::model::Model, S> $crate::action::CollectsProblems for $action<M, S> {
            fn problems(&mut self) -> &mut $crate::action::prepare::Problems {
                &mut self.$($problems).+
            }
        })?

        impl<M: $crate::model::Model> $action<M> {
            /// Runs the action in this session.
            ///
            /// The action borrows the session until its future completes. An action can have only one session.
            pub fn session(
                self,
                session: &mut impl $crate::action::AsSession,
            ) -> $action<M, $crate::action::ExplicitSession<'_>> {
                let Self { $($field,)* options, state: $crate::action::ImplicitSession } = self;
                $action { $($field,)* options, state: $crate::action::ExplicitSession::new(session) }
            }
        }

        impl<M: $crate::model::Model, S> ::std::fmt::Debug for $action<M, S> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($action)).field("on", &self.target).finish_non_exhaustive()
            }
        }
    };
    (@awaited $action:ident, $state:ty, $life:lifetime, $runs:path => $output:ty) => {
        impl<'s, M: $crate::model::Model> ::std::future::IntoFuture for $action<M, $state> {
            type Output = $crate::error::Result<$output>;
            type IntoFuture = ::futures_core::future::BoxFuture<$life, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                $runs(self.execute())
            }
        }
    };
}
pub(crate) use action;
