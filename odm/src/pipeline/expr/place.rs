//! The place of an expression: accessors return an [`Expr`] that has seen every array and option above it.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::{Bson, doc};

use super::{Expr, Source};
use crate::{
    path::{At, Key, Location, Narrows, Part, Sign},
    value::Value,
};

/// In an expression over the row `R`. `W` is what lies between the row and here: below an array a field
/// gives the array of its values, below an option it may be null.
pub struct InExpr<R, W> {
    name: Cow<'static, str>,
    /// What must hold for there to be anything: that the enums above hold the variants that the name goes into.
    guard: Option<Bson>,
    types: PhantomData<fn() -> (R, W)>,
}

impl<R, W> InExpr<R, W> {
    fn new(name: Cow<'static, str>, guard: Option<Bson>) -> Self {
        Self { name, guard, types: PhantomData }
    }

    /// The name of what stands one name further down.
    fn below(&self, name: &'static str) -> Cow<'static, str> {
        match self.name.as_ref() {
            "" => Cow::Borrowed(name),
            above => Cow::Owned(format!("{above}.{name}")),
        }
    }
}

impl<R> InExpr<R, Straight> {
    /// At the row itself.
    pub(crate) fn root() -> Self {
        Self::new(Cow::Borrowed(""), None)
    }
}

impl<R, W> Clone for InExpr<R, W> {
    fn clone(&self) -> Self {
        Self::new(self.name.clone(), self.guard.clone())
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
    /// The same without arrays: where one lies between, no variant is told, and that is told once.
    type Items: Wrap;
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
    type Items = Self;
}

impl<W: Wrap> Wrap for ThroughArray<W> {
    type Of<T: Value> = W::Of<Vec<T>>;
    type Items = W::Items;
}

impl<W: Wrap> Wrap for ThroughOption<W> {
    type Of<T: Value> = W::Of<T::Optional>;
    type Items = ThroughOption<W::Items>;
}

impl<R: 'static, W: Wrap> At for InExpr<R, W> {
    type Field<T: Value, K: Key> = <W::Of<T> as Value>::Fields<InExpr<R, Straight>, Expr<R, W::Of<T>>>;
    type Many = InExpr<R, ThroughArray<W>>;
    type Maybe = InExpr<R, ThroughOption<W>>;
    type Part<T: Value, K: Key> = <W::Of<T> as Value>::Fields<InExpr<R, Straight>, Part<R, T, W>>;
    type Inside = InExpr<R, ThroughOption<W::Items>>;
    type Variant = ();

    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K> {
        let name = self.below(K::NAME);
        let source = match &self.guard {
            None => Source::Field(name.clone()),
            Some(guard) => {
                Source::Computed(Ok(doc! { "$cond": [guard, format!("${name}"), Bson::Null] }.into()))
            }
        };
        <W::Of<T>>::under(InExpr::new(name, self.guard.clone()), Expr::from_source(source))
    }

    fn part<T: Value, K: Key>(&self) -> Self::Part<T, K> {
        <W::Of<T>>::under(InExpr::new(self.name.clone(), self.guard.clone()), Part::new(Location::default()))
    }

    fn many(self) -> Self::Many {
        InExpr::new(self.name, self.guard)
    }

    fn maybe(self) -> Self::Maybe {
        InExpr::new(self.name, self.guard)
    }
}

/// What lies above is one value: only of one can it be told which variant it is.
#[diagnostic::on_unimplemented(
    message = "an expression cannot tell which variant each item of an array is",
    label = "an array lies between the row and this enum",
    note = "unwind the array first: `.unwind(|row| row.items())`"
)]
pub trait Single: Wrap {}

impl Single for Straight {}
impl<W: Single> Single for ThroughOption<W> {}

/// A field of a variant is null in rows that hold another: `{ $cond: [{ $eq: ["$payment.kind", "card"] }, "$payment.last4", null] }`.
impl<R: 'static, W: Single> Narrows for InExpr<R, W> {
    fn narrow(&self, sign: Sign) -> Self::Inside {
        let sign = match sign {
            Sign::Tag(tag, text) => {
                doc! { "$eq": [format!("${}", self.below(tag)), super::constant(text.into())] }
            }
            Sign::Key(key) => {
                doc! { "$ne": [{ "$type": format!("${}", self.below(key)) }, "missing"] }
            }
            Sign::Text(text) => doc! { "$eq": [format!("${}", self.name), super::constant(text.into())] },
            Sign::None => return InExpr::new(self.name.clone(), self.guard.clone()),
        };
        let guard = match &self.guard {
            None => sign.into(),
            Some(above) => doc! { "$and": [above, sign] }.into(),
        };
        InExpr::new(self.name.clone(), Some(guard))
    }

    fn variant(&self, _: Sign) {}
}
