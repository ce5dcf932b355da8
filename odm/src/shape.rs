//! Shapes: output types that are constructed with a literal, `RevenueOf { total: sum(..), .. }`.
//!
//! The derive generates the type of the literal, with one type parameter per field. rustc checks two things: that the
//! value in a field is of the field's type ([`FillsField`], on the literal itself, so that rustc points at the
//! field), and that it is of a kind that the stage accepts ([`Slot`], at the stage).

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

/// The rendered fields of a literal.
#[derive(Default)]
pub struct RenderedFields {
    document: Document,
    problem: Option<CodecError>,
    /// The next field is left out if it is null or missing.
    skips: bool,
}

impl fmt::Debug for RenderedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedFields").finish_non_exhaustive()
    }
}

impl RenderedFields {
    /// Returns an empty set of fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares that the field `K` of `D`, which is inserted next, may be left out. It is left out if it is null or
    /// missing, and `skip` returns true for the value that a missing field decodes as.
    pub fn skipping<D: HasField<K>, K: Key>(&mut self, skip: impl FnOnce(&D::Rust) -> bool) {
        self.skips = D::Type::missing().is_some_and(|none| skip(&none.into_rust()));
    }

    /// Inserts an expression of type `T`. Null and a missing value are stored in one way: as null, or not at all if
    /// the field is skipped. So two documents that decode to equal values are equal for the server.
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

    /// Returns the literal as an expression.
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

/// A literal of a shape, for stages of the kind `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a filled shape",
    label = "this stage takes the literal of a shape",
    note = "write `XOf {{ field: .., }}` where `X` derives `odm::Shape` or `odm::Embedded`"
)]
pub trait ShapeLiteral<S> {
    /// The shape: the type of the rows after the stage.
    type Out: Doc;

    /// Renders every field.
    fn fill(self, to: &mut RenderedFields);
}

/// A value for the field `K`, of type `T`, in a stage of the kind `S`.
#[diagnostic::on_unimplemented(
    message = "`{K}` cannot be filled with `{Self}` in this stage",
    label = "a field of this shape is filled with the wrong kind of thing",
    note = "in `group` the field stored as `_id` takes the key, an expression; every other field takes an accumulator: `sum(..)`, `first(..)`, `push(..)`, `count()`"
)]
pub trait Slot<S, K, T> {
    /// Renders the field.
    fn slot(self, to: &mut RenderedFields);
}

/// The kind of stages that group: fields take accumulators, and the field stored as `_id` takes the key.
#[derive(Debug)]
pub struct InGroup<R>(PhantomData<fn() -> R>);

/// The kind of a document in an expression: fields take expressions.
#[derive(Debug)]
pub struct InObject<R>(PhantomData<fn() -> R>);

/// The field `K`, which is stored as `_id`. The derive marks the key with it, so that `group` can require an
/// expression there and an accumulator in every other field.
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

// The server treats a missing key as null, so a missing value need not be replaced.
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
    /// Renders the accumulator as it is sent.
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

/// A value that a field of a literal accepts, with exactly one type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot fill a field of a shape",
    label = "not an expression or accumulator",
    note = "fields take expressions (`o.price()`, `lit(..)`), accumulators (`sum(..)`) and other literals (`XOf {{ .. }}`)"
)]
pub trait Produces {
    /// The type of the value.
    type Output;
}

/// The base of a fields struct that implements [`Produces`].
pub trait BaseProduces {
    /// The type of the value.
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

/// A value that can be stored in the field `K`, which is declared `T`.
#[diagnostic::on_unimplemented(
    message = "`{K}` is declared `{T}`",
    label = "does not evaluate to `{T}`: `{Self}`",
    note = "a `T` fits an `Option<T>`, and an integer fits a wider integer or a float"
)]
pub trait FillsField<K, T> {}

#[diagnostic::do_not_recommend]
impl<K, T, X: Produces> FillsField<K, T> for X where X::Output: StorableIn<T> {}

/// A type whose values can be stored in a field declared `F`.
#[diagnostic::on_unimplemented(
    message = "this evaluates to `{Self}`, the field is declared `{F}`",
    label = "evaluates to `{Self}`, not `{F}`",
    note = "a `T` fits an `Option<T>`, and an integer fits a wider integer or a float"
)]
pub trait StorableIn<F> {
    /// Converts an expression of this type to the form that the field stores: a number becomes the field's kind of
    /// number.
    fn fit(rendered: Bson) -> Bson {
        rendered
    }
}

#[diagnostic::do_not_recommend]
impl<T: Value> StorableIn<T> for T {}
#[diagnostic::do_not_recommend]
impl<T: Value> StorableIn<Option<T>> for T {}

/// A pointer is stored as the value that it points to.
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

/// Numbers that can be stored as another type. The server counts in `i64`. A field of an unsigned type accepts an
/// `i64`, too: a negative number is then an error on reading.
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

/// Returns the operator that converts the kind of number of `A` to that of `B`, if they differ.
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
