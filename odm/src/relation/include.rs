//! `Include`: what can be included, and tuples of it.

use std::fmt;

use futures_core::future::BoxFuture;
use futures_util::future::try_join;
use mongodb::bson::RawDocumentBuf;

use super::{
    context::{Links, links},
    link_path::Loadable,
    run::{Hop, IncludeRun},
};
use crate::{error::Result, model::Model};

/// What can be included when documents of `M` are read: a reference of `M`, the documents that refer to it, or a tuple
/// of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be included in `{M}`",
    label = "neither a reference of `{M}` nor one to it",
    note = "the references of `{M}` are the accessors of the closure's argument: `|m| m.customer()`",
    note = "what refers to it is `m.referred_by(Other::fields().reference())`; several are a tuple"
)]
pub trait Include<M>: Send + Sized {
    /// What one document gets: for a tuple, the tuple of what it gets for each of them.
    type Out: Loadable;

    /// Adds the names of the fields of `M` that are needed.
    #[doc(hidden)]
    fn add_names(&self, names: &mut Vec<String>);

    /// Adds the hops.
    #[doc(hidden)]
    fn add_hops(&self, hops: &mut Vec<Hop>);

    /// Returns what each of the documents gets, in their order.
    #[doc(hidden)]
    fn load<'a>(
        self,
        run: &'a IncludeRun<'_>,
        documents: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<Self::Out>>>
    where
        Self: 'a;

    /// Converts what each document gets with `f`: for example, into a struct with names in place of a tuple.
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model, relation::{Include, Linked}};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, customer: Id<Customer>, seller: Id<Customer> }
    /// # #[derive(Model)]
    /// # #[odm(collection = "customers")]
    /// # struct Customer { id: Id<Customer> }
    /// struct Parties {
    ///     customer: Linked<Customer>,
    ///     seller: Linked<Customer>,
    /// }
    ///
    /// # async fn f(orders: Collection<Order>) -> odm::Result<()> {
    /// let orders = orders
    ///     .find(Filter::all())
    ///     .include(|o| (o.customer(), o.seller()).map(|(customer, seller)| Parties { customer, seller }))
    ///     .await?;
    /// let sellers = orders.iter().filter_map(|order| order.links.seller.found());
    /// # Ok(())
    /// # }
    /// ```
    fn map<T: Loadable, F: FnMut(Self::Out) -> T + Send>(self, f: F) -> Mapped<Self, F> {
        Mapped { include: self, f }
    }
}

/// An include whose result a function converts. Construct with [`Include::map`].
#[must_use = "it is loaded only if the closure of `include` returns it"]
pub struct Mapped<I, F> {
    include: I,
    f: F,
}

impl<I, F> fmt::Debug for Mapped<I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapped").finish_non_exhaustive()
    }
}

impl<M, I: Include<M>, T: Loadable, F: FnMut(I::Out) -> T + Send> Include<M> for Mapped<I, F> {
    type Out = T;

    fn add_names(&self, names: &mut Vec<String>) {
        self.include.add_names(names);
    }

    fn add_hops(&self, hops: &mut Vec<Hop>) {
        self.include.add_hops(hops);
    }

    fn load<'a>(
        self,
        run: &'a IncludeRun<'_>,
        documents: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<T>>>
    where
        Self: 'a,
    {
        let Self { include, f } = self;
        let loading = include.load(run, documents);
        Box::pin(async move { Ok(loading.await?.into_iter().map(f).collect()) })
    }
}

/// A reference in an untagged enum, which cannot be read, because nothing stored says to which model an id belongs.
///
/// The accessor of such a variant does not compile. It has no value, but can be included, so that the accessor is the
/// only mistake that rustc reports.
#[derive(Debug)]
pub enum Unreadable {}

#[diagnostic::do_not_recommend]
impl<M> Include<M> for Unreadable {
    type Out = ();

    fn add_names(&self, _: &mut Vec<String>) {
        match *self {}
    }

    fn add_hops(&self, _: &mut Vec<Hop>) {
        match *self {}
    }

    fn load<'a>(self, _: &'a IncludeRun<'_>, _: &'a [RawDocumentBuf]) -> BoxFuture<'a, Result<Vec<()>>>
    where
        Self: 'a,
    {
        match self {}
    }
}

/// Joins futures of results into one, from the left, and names their values.
macro_rules! joined {
    ($one:ident) => { $one };
    ($one:ident, $($more:ident),+) => { try_join($one, joined!($($more),+)) };
}

macro_rules! nested {
    ($one:ident) => { $one };
    ($one:ident, $($more:ident),+) => { ($one, nested!($($more),+)) };
}

macro_rules! tuples {
    ($(($($I:ident $i:ident),+))*) => { $(
        impl<M, $($I: Include<M>),+> Include<M> for ($($I,)+) {
            type Out = ($($I::Out,)+);

            fn add_names(&self, names: &mut Vec<String>) {
                let ($($i,)+) = self;
                $($i.add_names(names);)+
            }

            fn add_hops(&self, hops: &mut Vec<Hop>) {
                let ($($i,)+) = self;
                $($i.add_hops(hops);)+
            }

            fn load<'a>(
                self,
                run: &'a IncludeRun<'_>,
                documents: &'a [RawDocumentBuf],
            ) -> BoxFuture<'a, Result<Vec<Self::Out>>>
            where
                Self: 'a,
            {
                let ($($i,)+) = self;
                $(let $i = $i.load(run, documents);)+
                Box::pin(async move {
                    let nested!($($i),+) = joined!($($i),+).await?;
                    $(let mut $i = $i.into_iter();)+
                    Ok(std::iter::from_fn(|| Some(($($i.next()?,)+))).collect())
                })
            }
        }
    )* };
}

tuples! {
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
    (A a, B b, C c, D d, E e)
    (A a, B b, C c, D d, E e, F f)
    (A a, B b, C c, D d, E e, F f, G g)
    (A a, B b, C c, D d, E e, F f, G g, H h)
}

/// Includes of a type that is no longer known: only what they return is.
///
/// It keeps the types of users' code short. And a mistake in an include is one message, because what cannot be included
/// has no `Out`, so rustc checks nothing that follows.
pub(super) struct Loader<L> {
    pub(super) names: Vec<String>,
    pub(super) hops: Vec<Hop>,
    load: Load<L>,
}

type Load<L> = Box<
    dyn for<'a, 's> FnOnce(&'a IncludeRun<'s>, &'a [RawDocumentBuf]) -> BoxFuture<'a, Result<Vec<L>>> + Send,
>;

impl<L> Loader<L> {
    pub(super) fn of<M, I: Include<M, Out = L> + 'static>(include: I) -> Self {
        let (mut names, mut hops) = (Vec::new(), Vec::new());
        include.add_names(&mut names);
        include.add_hops(&mut hops);
        Self { names, hops, load: Box::new(move |run, documents| include.load(run, documents)) }
    }

    pub(super) fn from_closure<M: Model, I: Include<M, Out = L> + 'static>(
        what: impl FnOnce(Links<M>) -> I,
    ) -> Self {
        Self::of::<M, I>(what(links::<M>()))
    }

    /// Returns what each of the documents gets, in their order.
    pub(super) fn load<'a>(
        self,
        run: &'a IncludeRun<'_>,
        documents: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<L>>> {
        (self.load)(run, documents)
    }
}
