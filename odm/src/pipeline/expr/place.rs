//! The place of an expression: accessors return an [`Expr`] that has seen every array and option above it.

use std::{borrow::Cow, fmt, marker::PhantomData};

use super::{Expr, Source};
use crate::{
    path::{At, Key},
    value::Value,
};

/// In an expression over the row `R`. `W` is what lies between the row and here: below an array a field
/// gives the array of its values, below an option it may be null.
pub struct InExpr<R, W> {
    name: Cow<'static, str>,
    types: PhantomData<fn() -> (R, W)>,
}

impl<R, W> InExpr<R, W> {
    fn new(name: Cow<'static, str>) -> Self {
        Self { name, types: PhantomData }
    }
}

impl<R> InExpr<R, Straight> {
    /// At the row itself.
    pub(crate) fn root() -> Self {
        Self::new(Cow::Borrowed(""))
    }
}

impl<R, W> Clone for InExpr<R, W> {
    fn clone(&self) -> Self {
        Self::new(self.name.clone())
    }
}

impl<R, W> fmt::Debug for InExpr<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InExpr({})", self.name)
    }
}

/// How the type of a field looks from the row.
pub trait Wrap: 'static {
    /// A `T` seen from the row.
    type Of<T: Value>: Value;
}

/// Nothing lies between.
#[derive(Debug)]
pub enum Straight {}

/// An array lies between: a `T` becomes a `Vec<T>`.
#[derive(Debug)]
pub struct ThroughArray<W>(PhantomData<fn() -> W>);

/// An option lies between: a `T` becomes an `Option<T>`.
#[derive(Debug)]
pub struct ThroughOption<W>(PhantomData<fn() -> W>);

impl Wrap for Straight {
    type Of<T: Value> = T;
}

impl<W: Wrap> Wrap for ThroughArray<W> {
    type Of<T: Value> = W::Of<Vec<T>>;
}

impl<W: Wrap> Wrap for ThroughOption<W> {
    type Of<T: Value> = W::Of<T::Optional>;
}

impl<R: 'static, W: Wrap> At for InExpr<R, W> {
    type Field<T: Value, K: Key> = <W::Of<T> as Value>::Fields<InExpr<R, Straight>, Expr<R, W::Of<T>>>;
    type Many = InExpr<R, ThroughArray<W>>;
    type Maybe = InExpr<R, ThroughOption<W>>;

    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K> {
        let name = match self.name.as_ref() {
            "" => Cow::Borrowed(K::NAME),
            above => Cow::Owned(format!("{above}.{}", K::NAME)),
        };
        <W::Of<T>>::under(InExpr::new(name.clone()), Expr::from_source(Source::Field(name)))
    }

    fn many(self) -> Self::Many {
        InExpr::new(self.name)
    }

    fn maybe(self) -> Self::Maybe {
        InExpr::new(self.name)
    }
}
