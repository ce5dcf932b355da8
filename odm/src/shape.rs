//! Shapes: output types that are constructed with a literal, `RevenueOf { total: sum(..), .. }`.
//!
//! The derive generates the type of the literal, with one type parameter per field. rustc checks two things: that the
//! value in a field is of the field's type ([`FillsField`], on the literal itself, so that rustc points at the
//! field), and that it is of a kind that the stage accepts ([`Slot`], at the stage).

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Binary, DateTime, Decimal128, Document, Regex, Timestamp, Uuid, oid::ObjectId};

use crate::{
    accumulator::Accumulator,
    error::codec::CodecResult,
    expr::{
        Expr, Expression, StorableIn, filled,
        rendered::{Forms, Rendered, list, object},
    },
    path::{IntoBase, Key},
    value::{Doc, HasField, Id, Keyed, Stores, Value, document_with_capacity},
};

/// The rendered fields of a literal.
#[derive(Default)]
pub struct RenderedFields {
    fields: Vec<(&'static str, CodecResult<Rendered>)>,
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
    ///
    /// A value that is [`remove()`](crate::expr::remove) in some rows is not replaced: the field is left out in them.
    fn insert_value<T: Value>(&mut self, name: &'static str, value: CodecResult<Rendered>) {
        let value = match T::missing() {
            Some(_) if !self.skips && value.as_ref().is_ok_and(Rendered::may_remove) => value,
            Some(_) if self.skips => list("$ifNull", &mut [value, Ok(Rendered::leaf("$$REMOVE"))]),
            _ => filled::<T>(value),
        };
        self.insert(name, value);
    }

    /// Takes the field with this name.
    pub(crate) fn take(&mut self, name: &str) -> Option<CodecResult<Rendered>> {
        let position = self.fields.iter().position(|(field, _)| *field == name)?;
        Some(self.fields.remove(position).1)
    }

    /// Returns the fields.
    pub(crate) fn into_fields(self) -> Vec<(&'static str, CodecResult<Rendered>)> {
        self.fields
    }

    pub(crate) fn insert(&mut self, name: &'static str, value: CodecResult<Rendered>) {
        self.skips = false;
        self.fields.push((name, value.map_err(|problem| problem.at(name))));
    }

    /// Returns the literal as an expression.
    pub fn into_expression(mut self) -> CodecResult<Rendered> {
        object(&mut self.fields)
    }

    /// Returns the literal as a document, and the forms that a `$project` gives to its fields.
    pub(crate) fn into_projection(self) -> CodecResult<(Document, Forms)> {
        let (mut document, mut forms) = (document_with_capacity(self.fields.len()), Forms::default());
        for (name, value) in self.fields {
            let mut value = value?;
            forms.add_below(name, &mut value);
            document.insert(name, value.into_value());
        }
        Ok((document, forms))
    }

    pub(crate) fn into_document(self) -> CodecResult<Document> {
        let mut document = document_with_capacity(self.fields.len());
        for (name, value) in self.fields {
            document.insert(name, value?.into_value());
        }
        Ok(document)
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
    message = "`{Self}` cannot fill this field of the shape in this stage",
    label = "the field `{K}` is filled with the wrong kind of thing",
    note = "in `group` the field stored as `_id` takes the key, an expression; every other field takes an accumulator: `sum(..)`, `first(..)`, `push(..)`, `count()`",
    note = "in `set_window_fields` a field takes an accumulator or a window function: `sum(..).documents(Unbounded, Current)`, `rank()`; `derivative` needs a window, and `merge_objects` and `accumulator` are only for groups",
    note = "in `bucket` the boundaries have the type of the field stored as `_id`, and in `bucket_auto_by` that field takes `auto_bounds(..)` of a number and is a `Bounds<f64>` or a `Bounds<Decimal128>`"
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

macro_rules! expression_slots {
    ($($stage:ident $key:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<R, K: Key, T, X: Expression<R>> Slot<$stage<R>, $key, T> for X {
            fn slot(self, to: &mut RenderedFields) {
                to.insert_value::<X::T>(K::NAME, self.render());
            }
        }
    )* };
}

expression_slots! {
    InObject K;
    InObject IdOf<K>;
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
    fn render(self) -> CodecResult<Rendered>;
}

impl<R, T, W> Accumulates<R> for Accumulator<R, T, W> {
    fn render(self) -> CodecResult<Rendered> {
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

impl<R, T, O> BaseProduces for Expr<R, T, O> {
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

impl<R, T, W> Produces for Accumulator<R, T, W> {
    type Output = T;
}

impl<X: Produces, const N: usize> Produces for [X; N] {
    type Output = Vec<X::Output>;
}

impl<X: Produces> Produces for Vec<X> {
    type Output = Vec<X::Output>;
}

macro_rules! tuples_give {
    ($($($item:ident)+;)*) => { $(
        impl<$($item: Produces),+> Produces for ($($item,)+) {
            type Output = ($($item::Output,)+);
        }
    )* };
}

tuples_give! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
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
    ObjectId => ObjectId, Uuid => Uuid, Decimal128 => Decimal128, Regex => Regex, Timestamp => Timestamp,
    Binary => Binary
}

impl<M: Keyed> Produces for Id<M> {
    type Output = Self;
}

/// A value that can be stored in the field `K`, which is declared `T`.
#[diagnostic::on_unimplemented(
    message = "`{K}` is declared `{T}`",
    label = "does not evaluate to `{T}`: `{Self}`",
    note = "a `T` fits an `Option<T>`, and an integer fits a wider integer or a float",
    note = "a value that may be null does not fit a `T`: `.if_null(..)` replaces null; a field that is `Removed` was removed by an earlier stage",
    note = "in `bucket_auto` the field stored as `_id` is a `Bounds<T>` and takes `auto_bounds(..)` of the value"
)]
pub trait FillsField<K, T> {}

/// The value `X` in a field of a literal. rustc knows its type when it knows `IN_A_STAGE`: when the literal is passed to
/// a stage. So it checks [`FillsField`] on the literal and for the stage at the same time, and reports it once.
#[derive(Debug)]
pub struct SlotValue<X, const IN_A_STAGE: bool>(PhantomData<fn() -> X>);

/// The type of a [`SlotValue`], which rustc does not resolve while `IN_A_STAGE` is unknown.
pub trait Filled {
    /// The type of the value.
    type Value;
}

impl<X> Filled for SlotValue<X, true> {
    type Value = X;
}

// With one implementation only, rustc would infer `IN_A_STAGE` from it.
impl<X> Filled for SlotValue<X, false> {
    type Value = X;
}

#[diagnostic::do_not_recommend]
impl<K, T, X: Produces> FillsField<K, T> for X where X::Output: StorableIn<T> {}
