//! `.view::<V>()`: actions that read documents as a view.

use std::{convert, fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::bson::{Document, RawDocumentBuf};

use super::{
    AsSession, Explain, ExplicitSession, Find, FindOne, FindOneAndDelete, FindOneAndReplace,
    FindOneAndUpdate, Get, ImplicitSession, WithDeadline, explain::Explained,
};
use crate::{
    cursor::{Cursor, SessionCursor, decode},
    error::Result,
    exec,
    model::Model,
    operation::Operation,
    value::OwnedRow,
};

/// An action that reads documents of its model as the view `V`. It requests only the fields of `V`.
///
/// Construct with `.view::<V>()` of [`Find`], [`FindOne`], [`Get`] or one of the `find_one_and_*`, after their other
/// setters. With `.as_documents()` or `.as_document()`, it requests all fields, and `V` is `Document`. Awaiting it
/// returns what the action returns, with `V` in place of the model.
#[must_use = "nothing happens until the action is awaited"]
pub struct ReadAs<A: ReadsAs, V> {
    action: A,
    decode: A::Decode<V>,
}

/// An action that reads documents of its model as another type.
pub trait ReadsAs {
    /// What decodes the document: a [`Decoder`], or nothing if the action returns a cursor.
    type Decode<V>;
}

/// The function that decodes a document.
///
/// The builder contains it, so only the method that returns the builder requires that the type owns its data.
#[derive(Debug)]
pub struct Decoder<V>(fn(&Operation<'_>, &[u8]) -> Result<V>);

impl<V: OwnedRow> Decoder<V> {
    pub(super) fn of() -> Self {
        Self(decode)
    }
}

impl<V> Decoder<V> {
    /// Decodes the document that a verb returns, if there is one.
    pub(super) fn row(
        self,
        operation: &Operation<'_>,
        document: Option<RawDocumentBuf>,
    ) -> Result<Option<V>> {
        document.map(|document| (self.0)(operation, document.as_bytes())).transpose()
    }
}

impl<A: ReadsAs, V> ReadAs<A, V> {
    pub(super) fn new(action: A, decode: A::Decode<V>) -> Self {
        Self { action, decode }
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

impl<A: ReadsAs + fmt::Debug, V> fmt::Debug for ReadAs<A, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadAs").field(&self.action).finish()
    }
}

macro_rules! viewed {
    ($(
        $action:ident $method:ident, $reads:ident with $decode:ty = $decoder:expr => $output:ty,
        in a session $in_session:ty;
    )*) => { $(
        impl<M, S> ReadsAs for $action<M, S> {
            type Decode<V> = $decode;
        }

        impl<M: Model, S> $action<M, S> {
            /// Reads a `Document` as it is stored, with the fields that the model does not declare. Use it for
            /// documents that do not fit the model.
            pub fn $method(self) -> ReadAs<Self, Document> {
                ReadAs::new(self, $decoder)
            }
        }

        impl<M: Model, V> ReadAs<$action<M>, V> {
            /// Runs the action in this session.
            ///
            /// The action borrows the session until its future completes, or until its cursor is dropped. An action can
            /// have only one session.
            pub fn session(self, session: &mut impl AsSession) -> ReadAs<$action<M, ExplicitSession<'_>>, V> {
                ReadAs::new(self.action.session(session), self.decode)
            }
        }

        impl<M: Model, V> ReadAs<$action<M>, V> {
            /// Limits how long the call may take, including the network: see [`WithDeadline`].
            ///
            /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The
            /// server receives the limit too: `{ maxTimeMS: n }`.
            pub fn deadline(self, after: Duration) -> WithDeadline<Self> {
                let Self { action, decode } = self;
                action.deadline(after).map(|action| ReadAs::new(action, decode))
            }

            /// Explains how the server runs this. An index may be enough to read only the fields of the view.
            ///
            /// Awaiting it returns an [`Explanation`](crate::action::Explanation). See [`Explain`].
            pub fn explain(self) -> Explain {
                self.action.explained()
            }
        }

        viewed!(@awaited $action<M, ImplicitSession>, $reads, 'static, exec::completed => $output);
        viewed!(@awaited $action<M, ExplicitSession<'s>>, $reads, 's, convert::identity => $in_session);
    )* };
    (@awaited $action:ty, $reads:ident, $life:lifetime, $runs:path => $output:ty) => {
        impl<'s, M: Model, V: 'static> IntoFuture for ReadAs<$action, V> {
            type Output = Result<$output>;
            type IntoFuture = BoxFuture<$life, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let Self { action, decode } = self;
                $runs(viewed!(@$reads action, decode))
            }
        }
    };
    (@rows $action:ident, $decode:ident) => {{
        let () = $decode;
        $action.execute()
    }};
    (@row $action:ident, $decode:ident) => {
        $action.execute_as($decode)
    };
}

viewed! {
    Find as_documents, rows with () = () => Cursor<V>, in a session SessionCursor<'s, V>;
    FindOne as_document, row with Decoder<V> = Decoder::of() => Option<V>, in a session Option<V>;
    Get as_document, row with Decoder<V> = Decoder::of() => Option<V>, in a session Option<V>;
    FindOneAndUpdate as_document, row with Decoder<V> = Decoder::of() => Option<V>, in a session Option<V>;
    FindOneAndReplace as_document, row with Decoder<V> = Decoder::of() => Option<V>, in a session Option<V>;
    FindOneAndDelete as_document, row with Decoder<V> = Decoder::of() => Option<V>, in a session Option<V>;
}
