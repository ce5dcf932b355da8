//! `include` of a collection: loads what documents refer to that are loaded already.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;

use super::{
    context::Links,
    include::{Include, Loader},
    link_path::Loadable,
    loaded::Loaded,
    reader::encoded,
    run::{HopOptions, IDS_PER_COMMAND, INCLUDE, IncludeRun},
};
use crate::{
    action::{AsSession, BorrowedSession, ExplicitSession, ImplicitSession, WithDeadline, deadline},
    collection::{Collection, Target},
    error::Result,
    model::Model,
    operation::Operation,
};

impl<M: Model + Send + Sync> Collection<M> {
    /// Loads what documents refer to that are loaded already: `orders.include(due, |o| o.customer())`.
    ///
    /// `{ find: "customers", filter: { _id: { $in: [ .. ] } } }`
    ///
    /// One command for each reference, however many documents there are. The ids are read from the documents as they
    /// are in memory. The commands have the read concern and the read preference of the database. See
    /// [`relation`](crate::relation).
    ///
    /// Awaiting it returns a `Vec` of [`Loaded`] documents, in the same order.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent): a document cannot be stored, so its ids are not known, or a model
    ///   that is loaded has a tenant and neither this handle nor the reference specifies it, see
    ///   [`Link::tenant`](super::Link::tenant).
    /// - [`is_dangling`](crate::Error::is_dangling): a [`required`](super::Link::required) reference refers to no
    ///   document.
    /// - [`is_decode`](crate::Error::is_decode): a document that is loaded does not fit its type.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, customer: Id<Customer>, reference: String }
    /// # #[derive(Model)]
    /// # #[odm(collection = "customers")]
    /// # struct Customer { id: Id<Customer>, name: String }
    /// # async fn f(orders: Collection<Order>, due: Vec<Order>) -> odm::Result<()> {
    /// for order in orders.include(due, |o| o.customer()).await? {
    ///     match order.links.found() {
    ///         Some(customer) => println!("{}: {}", order.reference, customer.name),
    ///         None => println!("{}: the customer is gone", order.reference),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "populate")]
    pub fn include<I>(
        &self,
        documents: impl IntoIterator<Item = M>,
        what: impl FnOnce(Links<M>) -> I,
    ) -> IncludeIn<M, I::Out>
    where
        I: Include<M> + 'static,
    {
        IncludeIn {
            target: self.target(),
            documents: documents.into_iter().collect(),
            loader: Loader::from_closure::<M, I>(what),
            ids_per_command: IDS_PER_COMMAND,
            options: HopOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Loads what documents refer to.
///
/// Construct with [`Collection::include`]. Awaiting it returns a `Vec` of [`Loaded`] documents, in the order of the
/// documents.
#[must_use = "nothing is read until the action is awaited"]
pub struct IncludeIn<M, L, S = ImplicitSession> {
    target: Target,
    documents: Vec<M>,
    loader: Loader<L>,
    ids_per_command: usize,
    options: HopOptions,
    state: S,
}

impl<M, L, S> IncludeIn<M, L, S> {
    /// Sets how many ids one command contains. A reference to more documents is loaded by several commands. The default
    /// is 10,000, the minimum is 1, and a command never contains more than about 4 MiB of ids.
    pub fn ids_per_command(mut self, count: usize) -> Self {
        self.ids_per_command = count;
        self
    }
}

impl<M, L> IncludeIn<M, L> {
    /// Runs all commands in this session, one after the other.
    ///
    /// The action borrows the session until its future completes. In a transaction, or in a session with
    /// [snapshots](crate::session::StartSession::snapshot), all commands return the data of one moment.
    pub fn session(self, session: &mut impl AsSession) -> IncludeIn<M, L, ExplicitSession<'_>> {
        let Self { target, documents, loader, ids_per_command, options, state: ImplicitSession } = self;
        let state = ExplicitSession::new(session);
        IncludeIn { target, documents, loader, ids_per_command, options, state }
    }
}

impl<M: Model + Send + Sync, L: Loadable> IncludeIn<M, L> {
    /// Limits how long all commands together may take, including the network: see [`WithDeadline`].
    ///
    /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The server
    /// receives the limit with each command: `{ maxTimeMS: n }`.
    pub fn deadline(mut self, after: Duration) -> WithDeadline<Self> {
        deadline::limit(self.options.max_time_mut(), after);
        let on = self.target.clone().into();
        WithDeadline::new(self, after, on, INCLUDE)
    }
}

impl<M: Model, L, S> IncludeIn<M, L, S> {
    async fn run<'s>(
        self,
        lend: impl FnOnce(S, Operation<'_>) -> Result<Option<BorrowedSession<'s>>>,
    ) -> Result<Vec<Loaded<M, L>>> {
        let Self { target, documents, loader, ids_per_command, options, state } = self;
        let bytes = documents.iter().map(encoded).collect::<Result<Vec<_>>>();
        let bytes = bytes.map_err(|error| error.during(&target.operation(INCLUDE)))?;
        let session = lend(state, target.operation(INCLUDE))?;
        let run = IncludeRun::new(&target, options, ids_per_command, session);
        run.check(&loader.hops)?;
        let links = loader.load(&run, &bytes).await?;
        Ok(documents.into_iter().zip(links).map(|(doc, links)| Loaded::new(doc, links)).collect())
    }
}

impl<M: Model + Send + Sync, L: Loadable> IntoFuture for IncludeIn<M, L> {
    type Output = Result<Vec<Loaded<M, L>>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run(|ImplicitSession, _| Ok(None)))
    }
}

impl<'s, M: Model + Send + Sync, L: Loadable> IntoFuture for IncludeIn<M, L, ExplicitSession<'s>> {
    type Output = Result<Vec<Loaded<M, L>>>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run(|session: ExplicitSession<'s>, operation| session.into_lent(operation).map(Some)))
    }
}

impl<M, L, S> fmt::Debug for IncludeIn<M, L, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncludeIn").field("on", &self.target).finish_non_exhaustive()
    }
}
