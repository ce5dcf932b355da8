//! Shapes: output types, filled through their literal `RevenueOf { total: sum(..), .. }`.
//!
//! The derive makes the literal with one type parameter per field. Two things are checked on it: that a slot
//! gives a value of the field's type ([`FillsField`], on the literal itself, so that rustc points at the field),
//! and that a slot is of the kind its stage takes ([`Slot`], at the stage).

use std::{borrow::Cow, fmt, marker::PhantomData, rc::Rc, sync::Arc};

use mongodb::bson::{Bson, DateTime, Decimal128, Document, Uuid, doc, oid::ObjectId};

use crate::{
    accumulator::Accumulator,
    error::codec::{CodecError, CodecResult},
    expr::{Expr, Expression, binary, filled},
    path::{IntoBase, Key},
    value::{
        BinarySlot, Doc, HasField, Id, Keyed, Kind, Number, StoredAsBinary, StoredInUnit, Stores, UnitSlot,
        Value,
    },
};

/// The fields of a literal as they are sent.
#[derive(Default)]
pub struct RenderedFields {
    document: Document,
    problem: Option<CodecError>,
    /// The next field is left out where it is null or missing.
    skips: bool,
}

impl fmt::Debug for RenderedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled").finish_non_exhaustive()
    }
}

impl RenderedFields {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that the field `K` of `D`, which is inserted next, is left out where `skip` holds of what a missing field reads
    /// as.
    pub fn skipping<D: HasField<K>, K: Key>(&mut self, skip: impl FnOnce(&D::Rust) -> bool) {
        self.skips = D::Type::missing().is_some_and(|none| skip(&none.into_rust()));
    }

    /// Inserts an expression that gives a `T`. Null and missing are stored in one way, that of the field: as null, or as
    /// nothing where it is skipped. So two documents that read as equal are equal for the server.
    fn insert_value<T: Value>(&mut self, name: &'static str, value: CodecResult<Bson>) {
        let value = match T::missing() {
            Some(_) if self.skips => binary("$ifNull", value, Ok("$$REMOVE".into())),
            _ => filled::<T>(value),
        };
        self.insert(name, value);
    }

    fn insert(&mut self, name: &'static str, value: CodecResult<Bson>) {
        self.skips = false;
        match value {
            Ok(value) => {
                self.document.insert(name, value);
            }
            Err(problem) => {
                self.problem.get_or_insert(problem.at(name));
            }
        }
    }

    /// The literal as an expression.
    pub fn into_expression(self) -> CodecResult<Bson> {
        self.into_document().map(Bson::Document)
    }

    pub(crate) fn into_document(self) -> CodecResult<Document> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.document),
        }
    }
}

/// A filled literal of a shape, for stages of the kind `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a filled shape",
    label = "this stage takes the literal of a shape",
    note = "write `XOf {{ field: .., }}` where `X` derives `odm::Shape` or `odm::Embedded`"
)]
pub trait ShapeLiteral<S> {
    /// The shape: what a row is after the stage.
    type Out: Doc;

    /// Writes every field.
    fn fill(self, to: &mut RenderedFields);
}

/// What may stand in the slot of the field `K`, of type `T`, in a stage of the kind `S`.
#[diagnostic::on_unimplemented(
    message = "`{K}` cannot be filled with `{Self}` in this stage",
    label = "a field of this shape is filled with the wrong kind of thing",
    note = "in `group` the field stored as `_id` takes the key, an expression; every other field takes an accumulator: `sum(..)`, `first(..)`, `push(..)`, `count()`"
)]
pub trait Slot<S, K, T> {
    /// Writes the field.
    fn slot(self, to: &mut RenderedFields);
}

/// Stages that group: fields take accumulators, the one stored as `_id` takes the key.
#[derive(Debug)]
pub struct InGroup<R>(PhantomData<fn() -> R>);

/// A document made on the spot: fields take expressions.
#[derive(Debug)]
pub struct InObject<R>(PhantomData<fn() -> R>);

/// The field `K`, which is stored as `_id`.
#[derive(Debug)]
pub struct IdOf<K>(PhantomData<fn() -> K>);

#[diagnostic::do_not_recommend]
impl<R, K: Key, T, X: Expression<R>> Slot<InObject<R>, K, T> for X {
    fn slot(self, to: &mut RenderedFields) {
        to.insert_value::<X::T>(K::NAME, self.render());
    }
}

#[diagnostic::do_not_recommend]
impl<R, K: Key, T, X: Expression<R>> Slot<InObject<R>, IdOf<K>, T> for X {
    fn slot(self, to: &mut RenderedFields) {
        to.insert_value::<X::T>(K::NAME, self.render());
    }
}

// The server takes a missing key for null.
#[diagnostic::do_not_recommend]
impl<R, K: Key, T, X: Expression<R>> Slot<InGroup<R>, IdOf<K>, T> for X {
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.render());
    }
}

/// An accumulator over rows of type `R`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an accumulator",
    label = "fields of a group are made by accumulators",
    note = "wrap the expression: `first(..)`, `sum(..)`, `push(..)`"
)]
pub trait Accumulates<R> {
    /// The accumulator as it is sent.
    fn render(self) -> CodecResult<Bson>;
}

impl<R, T> Accumulates<R> for Accumulator<R, T> {
    fn render(self) -> CodecResult<Bson> {
        self.into_rendered()
    }
}

#[diagnostic::do_not_recommend]
impl<R, K: Key, T, X: Accumulates<R>> Slot<InGroup<R>, K, T> for X {
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.render());
    }
}

/// Anything that may stand in a slot: it gives exactly one type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a field of a shape",
    label = "not an expression or accumulator",
    note = "fields take expressions (`o.price()`, `lit(..)`), accumulators (`sum(..)`) and other literals (`XOf {{ .. }}`)"
)]
pub trait Produces {
    /// What it gives.
    type Output;
}

/// The bottom of whatever is laid over something that gives.
pub trait BaseProduces {
    /// What it gives.
    type Output;
}

impl<R, T> BaseProduces for Expr<R, T> {
    type Output = T;
}

#[diagnostic::do_not_recommend]
impl<X> Produces for X
where
    X: IntoBase,
    X::Base: BaseProduces,
{
    type Output = <X::Base as BaseProduces>::Output;
}

impl<R, T> Produces for Accumulator<R, T> {
    type Output = T;
}

macro_rules! constants_give {
    ($($type:ty => $given:ty),*) => { $(
        impl Produces for $type {
            type Output = $given;
        }
    )* };
}

constants_give! {
    i32 => i32, f64 => f64, bool => bool, String => String, &str => String, DateTime => DateTime,
    ObjectId => ObjectId, Uuid => Uuid, Decimal128 => Decimal128
}

impl<M: Keyed> Produces for Id<M> {
    type Output = Self;
}

/// `Self` gives a value that may be stored in the field `K`, declared `T`.
#[diagnostic::on_unimplemented(
    message = "`{K}` is declared `{T}`",
    label = "does not give `{T}`: `{Self}`",
    note = "a `T` fits an `Option<T>`, and an integer fits a wider integer or a float"
)]
pub trait FillsField<K, T> {}

#[diagnostic::do_not_recommend]
impl<K, T, X: Produces> FillsField<K, T> for X where X::Output: StorableIn<T> {}

/// A value of type `Self` may be stored in a field declared `F`.
#[diagnostic::on_unimplemented(
    message = "this gives `{Self}`, the field is declared `{F}`",
    label = "gives `{Self}`, not `{F}`",
    note = "a `T` fits an `Option<T>`, and an integer fits a wider integer or a float"
)]
pub trait StorableIn<F> {
    /// An expression of this type as it is stored in the field: its kind of number is the field's.
    fn fit(rendered: Bson) -> Bson {
        rendered
    }
}

#[diagnostic::do_not_recommend]
impl<T: Value> StorableIn<T> for T {}
#[diagnostic::do_not_recommend]
impl<T: Value> StorableIn<Option<T>> for T {}

/// A pointer is stored as what it points at.
macro_rules! pointers_fit {
    ($([$($bounds:tt)*] $pointer:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<T> for $pointer {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<$pointer> for T {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<Option<T>> for $pointer {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<Option<T>> for Option<$pointer> {}
        #[diagnostic::do_not_recommend]
        impl<$($bounds)*> StorableIn<Vec<T>> for Vec<$pointer> {}
    )* };
}

pointers_fit! {
    [T: Value] Box<T>;
    [T: Value] Arc<T>;
    [T: Value] Rc<T>;
    [T: Value + Clone] Cow<'static, T>;
}

#[diagnostic::do_not_recommend]
impl<G: StorableIn<T::Path>, T: StoredAsBinary> StorableIn<BinarySlot<T>> for G {
    fn fit(rendered: Bson) -> Bson {
        <G as StorableIn<T::Path>>::fit(rendered)
    }
}

#[diagnostic::do_not_recommend]
impl<G: StorableIn<T::Path>, U, T: StoredInUnit<U>> StorableIn<UnitSlot<U, T>> for G {
    fn fit(rendered: Bson) -> Bson {
        <G as StorableIn<T::Path>>::fit(rendered)
    }
}

/// Numbers that may grow. What the server counts is an `i64`; a field of an unsigned type takes it too, and a
/// negative number is then an error on reading.
macro_rules! fits {
    ($($from:ty => $($to:ty),*;)*) => { $($(
        impl StorableIn<$to> for $from {
            fn fit(rendered: Bson) -> Bson {
                as_kind(rendered, conversion::<$from, $to>())
            }
        }
        impl StorableIn<Option<$to>> for $from {
            fn fit(rendered: Bson) -> Bson {
                as_kind(rendered, conversion::<$from, $to>())
            }
        }
        impl StorableIn<Option<$to>> for Option<$from> {
            fn fit(rendered: Bson) -> Bson {
                as_kind(rendered, conversion::<$from, $to>())
            }
        }
        impl StorableIn<Vec<$to>> for Vec<$from> {
            fn fit(rendered: Bson) -> Bson {
                as_kinds(rendered, conversion::<$from, $to>())
            }
        }
    )*)* };
}

/// The operator that makes the kind of number of a `B` of that of an `A`, if they are not the same.
fn conversion<A: Number, B: Number>() -> Option<&'static str> {
    let to = <B::Stored as Kind>::CONVERSION;
    (<A::Stored as Kind>::CONVERSION != to).then_some(to)
}

fn as_kind(number: Bson, conversion: Option<&'static str>) -> Bson {
    match conversion {
        Some(operator) => doc! { operator: number }.into(),
        None => number,
    }
}

fn as_kinds(numbers: Bson, conversion: Option<&'static str>) -> Bson {
    match conversion {
        Some(operator) => doc! { "$map": { "input": numbers, "in": { operator: "$$this" } } }.into(),
        None => numbers,
    }
}

#[cfg(feature = "rust_decimal")]
fits! {
    mongodb::bson::Decimal128 => rust_decimal::Decimal;
    rust_decimal::Decimal => mongodb::bson::Decimal128;
}

fits! {
    i8 => i16, i32, i64, isize, f64;
    i16 => i32, i64, isize, f64;
    i32 => i64, u32, u64, isize, usize, f64;
    i64 => u64, u32, isize, usize, f64;
    u8 => u16, u32, u64, usize, i16, i32, i64, isize, f64;
    u16 => u32, u64, usize, i32, i64, isize, f64;
    u32 => u64, usize, i64, isize, f64;
    u64 => i64, usize, isize, f64;
    f32 => f64;
}
