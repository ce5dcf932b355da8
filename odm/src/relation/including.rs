//! `.include(..)` of the verbs that read.

use std::{
    fmt,
    future::{Future, IntoFuture},
    time::Duration,
};

use futures_core::future::BoxFuture;
use mongodb::options::CursorType;

use super::{
    context::Links,
    include::{Include, Loader},
    link_path::Loadable,
    loaded::{Loaded, Target},
    reader::{AsView, Reader, Whole},
    run::{HopOptions, IDS_PER_COMMAND, IncludeRun, WHOLE_BATCH},
};
use crate::{
    action::{
        AsSession, BorrowedSession, ExplicitSession, Fetch, Find, FindOne, Get, ImplicitSession, IntoFetch,
        ReadAs, WithDeadline, deadline,
    },
    error::{Error, Result},
    model::Model,
    operation::Operation,
    value::OwnedRow,
    view::View,
};

/// A read that also loads what its documents refer to.
///
/// Construct with `.include(..)` of [`Find`], [`FindOne`], [`Get`], or of these with a `.view::<V>()`. Awaiting it
/// returns a `Vec<I>` for `find`, an `Option<I>` for `find_one` and `get`, where `I` is a [`Loaded`]. Call the other
/// setters of the read before.
#[must_use = "nothing is read until the action is awaited"]
pub struct Including<A, I> {
    action: A,
    reader: Reader<I>,
    ids_per_command: usize,
}

impl<A, I> Including<A, I> {
    /// Sets how many ids one command contains. A reference to more documents is loaded by several commands. The default
    /// is 10,000, the minimum is 1, and a command never contains more than about 4 MiB of ids.
    pub fn ids_per_command(mut self, count: usize) -> Self {
        self.ids_per_command = count;
        self
    }

    /// Returns the read, what its documents are read with, and how many ids one command contains.
    #[cfg(feature = "page")]
    pub(crate) fn into_parts(self) -> (A, Reader<I>, usize) {
        (self.action, self.reader, self.ids_per_command)
    }

    fn map<B>(self, change: impl FnOnce(A) -> B) -> Including<B, I> {
        Including { action: change(self.action), reader: self.reader, ids_per_command: self.ids_per_command }
    }
}

impl<A: fmt::Debug, I> fmt::Debug for Including<A, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Including").field(&self.action).finish()
    }
}

impl<A, I: Target + Loadable> Including<A, I> {
    /// Sends the first command and those of the hops.
    async fn run<'s, S>(
        self,
        lend: impl FnOnce(S, Operation<'_>) -> Result<Option<BorrowedSession<'s>>>,
    ) -> Result<Vec<I>>
    where
        A: IntoFetch<State = S>,
    {
        let Self { action, reader, ids_per_command } = self;
        let Fetch { target, verb, filter, mut options, state } = action.into_fetch();
        let hops = HopOptions::of(&options);
        if options.max_await_time.is_some()
            || matches!(options.cursor_type, Some(CursorType::Tailable | CursorType::TailableAwait))
        {
            let error = Error::refused(
                "an include collects all documents, so its cursor cannot wait for more of them",
            );
            return Err(error.during(&target.operation(verb)));
        }
        // A read of one document has a negative limit, and one batch.
        if options.limit.is_none_or(|limit| limit >= 0) {
            options.batch_size.get_or_insert(WHOLE_BATCH);
        }
        if reader.projection.is_some() {
            options.projection.clone_from(&reader.projection);
        }
        let session = lend(state, target.operation(verb))?;
        let run = IncludeRun::new(&target, hops, ids_per_command, session);
        run.check(&reader.hops)?;
        let stored = run.fetch(target.clone(), verb, filter, options).await?;
        reader.read(&run, target.operation(verb), &stored).await
    }
}

/// `.include(..)`, `.session(..)`, `.deadline(..)` and `IntoFuture` of one verb.
macro_rules! including {
    ($($verb:ident => $output:ident, $from:expr;)*) => { $(
        impl<M: Model + Send + Sync, S> $verb<M, S> {
            /// Includes what the documents refer to, and what refers to them: `.include(|o| (o.customer(),
            /// o.lines().product()))`.
            ///
            /// One more command for each reference, however many documents there are. Each document becomes a
            /// [`Loaded`]: see [`relation`](crate::relation).
            ///
            /// # Errors
            ///
            /// The action also returns an error for which [`is_dangling`](crate::Error::is_dangling) is true if a
            /// [`required`](super::Link::required) reference refers to no document,
            /// [`is_decode`](crate::Error::is_decode) if a document that is loaded does not fit its type, or
            /// [`is_not_sent`](crate::Error::is_not_sent) if a model that is loaded has a tenant and neither
            /// the handle nor the reference specifies it, see [`Link::tenant`](super::Link::tenant).
            #[doc(alias = "populate")]
            pub fn include<I>(self, what: impl FnOnce(Links<M>) -> I) -> Including<Self, Loaded<M, I::Out>>
            where
                I: Include<M> + 'static,
            {
                let reader = Reader::with_loader::<M, Whole>(Loader::from_closure::<M, I>(what));
                Including { action: self, reader, ids_per_command: IDS_PER_COMMAND }
            }
        }

        impl<M: Model + Send + Sync, S, V: View<M> + OwnedRow + Target<Of = M> + Loadable> ReadAs<$verb<M, S>, V> {
            /// Includes what the documents refer to, and what refers to them. The view need not have the fields that
            /// contain the ids: they are requested too.
            ///
            /// One more command for each reference, however many documents there are. See
            /// [`relation`](crate::relation), and [`Find::include`] for the errors.
            #[doc(alias = "populate")]
            pub fn include<I>(self, what: impl FnOnce(Links<M>) -> I) -> Including<Self, Loaded<V, I::Out>>
            where
                I: Include<M> + 'static,
            {
                let reader = Reader::with_loader::<M, AsView<V>>(Loader::from_closure::<M, I>(what));
                Including { action: self, reader, ids_per_command: IDS_PER_COMMAND }
            }
        }

        including!(@action $verb<M>, $verb<M, ExplicitSession<'s>>, [] => $output, $from);
        including!(@action ReadAs<$verb<M>, V>, ReadAs<$verb<M, ExplicitSession<'s>>, V>, [V: 'static] => $output, $from);
    )* };
    (@action $action:ty, $in_session:ty, [$($generics:tt)*] => $output:ident, $from:expr) => {
        impl<M: Model, I, $($generics)*> Including<$action, I> {
            /// Runs all commands in this session, one after the other.
            ///
            /// The action borrows the session until its future completes. In a session with
            /// [snapshots](crate::session::StartSession::snapshot), all commands return the data of one moment.
            pub fn session<'s>(self, session: &'s mut impl AsSession) -> Including<$in_session, I> {
                self.map(|action| action.session(session))
            }

            /// Limits how long all commands together may take, including the network: see [`WithDeadline`].
            ///
            /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The
            /// server receives the limit with each command: `{ maxTimeMS: n }`.
            pub fn deadline(mut self, after: Duration) -> WithDeadline<Self> {
                deadline::limit(self.action.server_limit(), after);
                let (on, verb) = self.action.on_verb();
                WithDeadline::new(self, after, on, verb)
            }
        }

        impl<M: Model, I: Target + Loadable, $($generics)*> IntoFuture for Including<$action, I> {
            type Output = Result<$output<I>>;
            type IntoFuture = BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                boxed(self.run(|ImplicitSession, _| Ok(None)), $from)
            }
        }

        impl<'s, M: Model, I: Target + Loadable, $($generics)*> IntoFuture for Including<$in_session, I> {
            type Output = Result<$output<I>>;
            type IntoFuture = BoxFuture<'s, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                boxed(self.run(|session: ExplicitSession<'s>, operation| session.into_lent(operation).map(Some)), $from)
            }
        }
    };
}

including! {
    Find => Vec, |items| items;
    FindOne => Option, |items: Vec<I>| items.into_iter().next();
    Get => Option, |items: Vec<I>| items.into_iter().next();
}

fn boxed<'s, I: 's, O: 's>(
    items: impl Future<Output = Result<Vec<I>>> + Send + 's,
    from: fn(Vec<I>) -> O,
) -> BoxFuture<'s, Result<O>> {
    Box::pin(async move { items.await.map(from) })
}
