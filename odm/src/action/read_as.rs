//! `.view::<V>()`: actions that read documents as a view.

use std::{convert, fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::bson::Document;

use super::{
    AsSession, Explain, ExplicitSession, Find, FindOne, FindOneAndDelete, FindOneAndReplace,
    FindOneAndUpdate, Get, ImplicitSession, WithDeadline, explain::Explained,
};
use crate::{
    cursor::{Cursor, SessionCursor},
    error::Result,
    exec,
    model::Model,
    value::OwnedRow,
};

/// An action that reads documents of its model as the view `V`. It requests only the fields of `V`.
///
/// Construct with `.view::<V>()` of [`Find`], [`FindOne`], [`Get`] or one of the `find_one_and_*`, after their other
/// setters. With `.as_documents()` or `.as_document()`, it requests all fields, and `V` is `Document`. Awaiting it
/// returns what the action returns, with `V` in place of the model.
#[must_use = "nothing happens until the action is awaited"]
pub struct ReadAs<A, V> {
    action: A,
    rows: PhantomData<fn() -> V>,
}

impl<A, V> ReadAs<A, V> {
    pub(super) fn new(action: A) -> Self {
        Self { action, rows: PhantomData }
    }

    pub(super) fn action(&self) -> &A {
        &self.action
    }

    pub(super) fn action_mut(&mut self) -> &mut A {
        &mut self.action
    }

    /// Returns the action, which requests the fields of the view.
    pub(crate) fn into_action(self) -> A {
        self.action
    }
}

impl<A: fmt::Debug, V> fmt::Debug for ReadAs<A, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadAs").field(&self.action).finish()
    }
}

macro_rules! documents {
    ($($action:ident $method:ident;)*) => { $(
        impl<M: Model, S> $action<M, S> {
            /// Reads a `Document` as it is stored, with the fields that the model does not declare. Use it for
            /// documents that do not fit the model.
            pub fn $method(self) -> ReadAs<Self, Document> {
                ReadAs::new(self)
            }
        }
    )* };
}

documents! {
    Find as_documents;
    FindOne as_document;
    Get as_document;
    FindOneAndUpdate as_document;
    FindOneAndReplace as_document;
    FindOneAndDelete as_document;
}

macro_rules! viewed {
    ($($action:ident, $rows:ident => $output:ty, in a session $in_session:ty;)*) => { $(
        impl<M: Model, V> ReadAs<$action<M>, V> {
            /// Runs the action in this session.
            ///
            /// The action borrows the session until its future completes, or until its cursor is dropped. An action can
            /// have only one session.
            pub fn session(self, session: &mut impl AsSession) -> ReadAs<$action<M, ExplicitSession<'_>>, V> {
                ReadAs::new(self.action.session(session))
            }
        }

        impl<M: Model, V> ReadAs<$action<M>, V> {
            /// Limits how long the call may take, including the network: see [`WithDeadline`].
            ///
            /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The
            /// server receives the limit too: `{ maxTimeMS: n }`.
            pub fn deadline(self, after: Duration) -> WithDeadline<Self> {
                self.action.deadline(after).map(ReadAs::new)
            }

            /// Explains how the server runs this. An index may be enough to read only the fields of the view.
            ///
            /// Awaiting it returns an [`Explanation`](crate::action::Explanation). See [`Explain`].
            pub fn explain(self) -> Explain {
                self.action.explained()
            }
        }

        viewed!(@awaited $action<M, ImplicitSession>, $rows, 'static, exec::completed => $output);
        viewed!(@awaited $action<M, ExplicitSession<'s>>, $rows, 's, convert::identity => $in_session);
    )* };
    (@awaited $action:ty, any, $life:lifetime, $runs:path => $output:ty) => {
        viewed!(@implement $action, [V: 'static], $life, $runs => $output);
    };
    (@awaited $action:ty, owned, $life:lifetime, $runs:path => $output:ty) => {
        viewed!(@implement $action, [V: OwnedRow + 'static], $life, $runs => $output);
    };
    (@implement $action:ty, [$($rows:tt)*], $life:lifetime, $runs:path => $output:ty) => {
        impl<'s, M: Model, $($rows)*> IntoFuture for ReadAs<$action, V> {
            type Output = Result<$output>;
            type IntoFuture = BoxFuture<$life, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                $runs(self.action.execute())
            }
        }
    };
}

viewed! {
    Find, any => Cursor<V>, in a session SessionCursor<'s, V>;
    FindOne, owned => Option<V>, in a session Option<V>;
    Get, owned => Option<V>, in a session Option<V>;
    FindOneAndUpdate, owned => Option<V>, in a session Option<V>;
    FindOneAndReplace, owned => Option<V>, in a session Option<V>;
    FindOneAndDelete, owned => Option<V>, in a session Option<V>;
}
