//! Actions: verbs of a collection, waiting to be awaited.
//!
//! Each verb is one file: the method of [`Collection`](crate::Collection), the builder it gives, the builder's
//! setters and what it sends. A builder is data: it owns a clone of its handle, borrows nothing but a session,
//! and does nothing until it is awaited. Every builder has `.session(..)` (but for `watch`, which has a session of
//! its own, and `estimated_count`) and, for what it has no setter for, `.with_options(..)` with the options of the driver.
//!
//! # What verbs take
//!
//! Each verb has a setter for everything that its command takes, as the manual and the driver have it. All but
//! the inserts, the bulks and `watch` can [`explain`](Explain) themselves, and all have a [`deadline`](Within).
//!
//! The page of each builder lists its setters.
//!
//! A bulk across collections, [`ClientBulkWrite`], takes what [`BulkWrite`] takes. [`Watch`] has further setters of its own,
//! and so has each [`Write`] of a bulk; [`RunCommand`] takes `read_preference`, the rest stands in the command. [`Find`], [`FindOne`], [`Get`] and the three `find_one_and_*` have `.view::<V>()`, which
//! brings the projection.
//!
//! # Cancelling
//!
//! A future may be dropped before it is done: by `select!`, by `tokio::time::timeout`, or by a web framework whose client has
//! closed the connection. The command that is on its way is then completed in a task of its own: a write is applied, as
//! far as it can be, a cursor that the reply opens is closed on the server, and the connection stays in use. No further command
//! is sent: of a large `insert_many`, the batches that are left are not stored. (A bulk across collections is a single call of
//! the driver, which is completed.) A call that is still waiting for a server goes on waiting, as long as the URI says
//! (`serverSelectionTimeoutMS`). The outcome is discarded; `.deadline(..)` reports that it is unknown.
//!
//! In a session this does not hold: nothing may keep the session that the action has borrowed. There, dropping the future closes the
//! connection, a cursor whose reply was on its way stays open on the server until its time is up (ten minutes), and of a
//! transaction it is unknown whether it has the write: abort it. Await actions in sessions to their end, or let `max_time`
//! end them.

mod aggregate;
mod batch;
mod bulk_write;
mod command;
mod count;
mod deadline;
mod delete_many;
mod delete_one;
mod distinct;
mod encode;
mod estimated_count;
mod exists;
mod explain;
mod find;
mod find_one;
mod find_one_and_delete;
mod find_one_and_replace;
mod find_one_and_update;
mod get;
mod hint;
mod insert_many;
mod insert_one;
mod prepare;
mod replace_one;
mod run_command;
mod save;
mod send;
mod setters;
mod update_many;
mod update_one;
mod viewed;
mod watch;

pub use self::{
    aggregate::{Aggregate, OnCollection},
    bulk_write::{BulkWrite, BulkWriteResult, ClientBulkWrite, ClientBulkWriteResult, Write},
    count::Count,
    deadline::Within,
    delete_many::DeleteMany,
    delete_one::DeleteOne,
    distinct::{Distinct, DistinctField},
    estimated_count::EstimatedCount,
    exists::Exists,
    explain::{Explain, Explanation, Verbosity},
    find::Find,
    find_one::FindOne,
    find_one_and_delete::FindOneAndDelete,
    find_one_and_replace::FindOneAndReplace,
    find_one_and_update::FindOneAndUpdate,
    get::Get,
    hint::IntoHint,
    insert_many::InsertMany,
    insert_one::InsertOne,
    replace_one::ReplaceOne,
    run_command::RunCommand,
    save::{Save, Saved},
    setters::{Constant, NoRow},
    update_many::UpdateMany,
    update_one::UpdateOne,
    viewed::Viewed,
    watch::Watch,
};

use mongodb::{ClientSession, options::SelectionCriteria};

use self::prepare::Problems;
use crate::{
    collection::Target,
    database::Database,
    operation::{Operation, Verb},
};

/// What `.session(..)` takes: a [`ClientSession`] of the driver.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a session",
    label = "expected a `mongodb::ClientSession`",
    note = "`Database::client` gives the driver's client, whose `start_session()` makes one"
)]
pub trait AsSession: Send + sealed::Sealed {
    /// The driver's session.
    fn as_session(&mut self) -> &mut ClientSession;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for mongodb::ClientSession {}
}

impl AsSession for ClientSession {
    fn as_session(&mut self) -> &mut ClientSession {
        self
    }
}

/// The state of an action outside of any session of yours.
#[derive(Debug, Clone, Copy)]
pub struct Implicit;

/// The state of an action that runs in a session. It holds the only borrow of the session, so that two
/// operations at once in one session do not compile; the server would refuse them, or worse.
pub struct Explicit<'s>(&'s mut ClientSession);

impl<'s> Explicit<'s> {
    pub(crate) fn new(session: &'s mut impl AsSession) -> Self {
        Self(session.as_session())
    }
}

impl std::fmt::Debug for Explicit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Explicit")
    }
}

/// Either state, as what the driver takes.
pub(crate) trait SessionState<'s> {
    fn into_option(self) -> Option<&'s mut ClientSession>;
}

impl<'s> SessionState<'s> for Implicit {
    fn into_option(self) -> Option<&'s mut ClientSession> {
        None
    }
}

impl<'s> SessionState<'s> for Explicit<'s> {
    fn into_option(self) -> Option<&'s mut ClientSession> {
        Some(self.0)
    }
}

/// A builder, as the tables see it that say what verbs have in common.
trait Builder {
    /// The driver's options.
    type Options;

    fn on(&self) -> Place;
    fn options(&mut self) -> &mut Self::Options;
}

/// What an action runs on.
#[derive(Clone)]
pub(crate) enum Place {
    Collection(Target),
    Database(Database),
}

impl From<Target> for Place {
    fn from(target: Target) -> Self {
        Self::Collection(target)
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Collection(target) => target.fmt(f),
            Self::Database(database) => database.fmt(f),
        }
    }
}

impl Place {
    /// The database that the commands are sent to.
    fn database(&self) -> &Database {
        match self {
            Self::Collection(target) => target.database(),
            Self::Database(database) => database,
        }
    }

    /// The members that read unless an action names others.
    fn members(&self) -> Option<&SelectionCriteria> {
        match self {
            Self::Collection(target) => target.driver().selection_criteria(),
            Self::Database(database) => database.driver().selection_criteria(),
        }
    }

    /// What spans and errors say about a call of `verb` here.
    pub(crate) fn operation(&self, verb: Verb) -> Operation<'_> {
        match self {
            Self::Collection(target) => target.operation(verb),
            Self::Database(database) => database.operation(verb),
        }
    }
}

/// A builder that keeps what its setters were given and cannot be sent.
trait Reports {
    fn problems(&mut self) -> &mut Problems;
}

/// A builder with a comment: one that cannot be sent is an error when the builder is awaited.
trait TakesComment {
    fn take_comment(
        &mut self,
        comment: crate::error::Result<mongodb::bson::Bson>,
    ) -> Option<mongodb::bson::Bson>;
}

#[diagnostic::do_not_recommend]
impl<B: Reports> TakesComment for B {
    fn take_comment(
        &mut self,
        comment: crate::error::Result<mongodb::bson::Bson>,
    ) -> Option<mongodb::bson::Bson> {
        self.problems().take("comment", comment)
    }
}

/// What every builder has: `.with_options(..)`, `.session(..)` and the two ways of being awaited. The builder
/// brings `fn execute<'s>(self) -> BoxFuture<'s, Result<Output>> where S: SessionState<'s>`, and says where it keeps
/// what its setters could not take, if they can fail.
macro_rules! action {
    ($action:ident { $($field:ident),* } with $options:ty $(, clearing $problems:ident)? => $output:ty) => {
        $crate::action::action!(@setters $action { $($field),* } with $options $(, clearing $problems)?);
        $crate::action::action!(@awaited $action, $crate::action::Implicit, 'static, $crate::exec::completed => $output);
        $crate::action::action!(@awaited $action, $crate::action::Explicit<'s>, 's, ::std::convert::identity => $output);
    };
    // Where a session changes what is given.
    (
        $action:ident { $($field:ident),* } with $options:ty $(, clearing $problems:ident)? => $output:ty,
        in a session $in_session:ty
    ) => {
        $crate::action::action!(@setters $action { $($field),* } with $options $(, clearing $problems)?);
        $crate::action::action!(@awaited $action, $crate::action::Implicit, 'static, $crate::exec::completed => $output);
        $crate::action::action!(@awaited $action, $crate::action::Explicit<'s>, 's, ::std::convert::identity => $in_session);
    };
    (@setters $action:ident { $($field:ident),* } with $options:ty $(, clearing $problems:ident)?) => {
        impl<M: $crate::model::Model, S> $action<M, S> {
            /// Takes all options from the driver's struct, in place of those set so far.
            pub fn with_options(mut self, options: $options) -> Self {
                self.options = options;
                $(self.$problems = ::std::default::Default::default();)?
                self
            }
        }

        impl<M: $crate::model::Model, S> $crate::action::Builder for $action<M, S> {
            type Options = $options;

            fn on(&self) -> $crate::action::Place {
                $crate::action::Place::Collection(self.target.clone())
            }

            fn options(&mut self) -> &mut $options {
                &mut self.options
            }
        }

        $(impl<M: $crate::model::Model, S> $crate::action::Reports for $action<M, S> {
            fn problems(&mut self) -> &mut $crate::action::prepare::Problems {
                &mut self.$problems
            }
        })?

        impl<M: $crate::model::Model> $action<M> {
            /// Runs in this session.
            ///
            /// The action borrows the session until its future is done, and takes only one.
            pub fn session(
                self,
                session: &mut impl $crate::action::AsSession,
            ) -> $action<M, $crate::action::Explicit<'_>> {
                let Self { $($field,)* options, state: $crate::action::Implicit } = self;
                $action { $($field,)* options, state: $crate::action::Explicit::new(session) }
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
