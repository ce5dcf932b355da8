//! `$bucket` and `$bucketAuto`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, DateTime, Decimal128, Document, oid::ObjectId};

use super::{ByCount, Fractional};
use crate::{
    error::codec::CodecResult,
    expr::{
        Divided, Expr, Expression, Exprs, Required, StorableIn, exprs,
        rendered::{Rendered, array, at_least},
    },
    path::Key,
    pipeline::{AllowsGroup, Pipeline},
    row::document,
    shape::{Accumulates, IdOf, Produces, RenderedFields, ShapeLiteral, Slot},
    value::{Number, Value},
};

document! {
    /// The range of a bucket of [`bucket_auto`](Pipeline::bucket_auto). The last bucket includes its upper bound.
    Bounds<V>, BoundsFields in bounds {
        /// The least value.
        min "min": V,
        /// The bound above the values.
        max "max": V,
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Groups the rows by ranges of a value: a shape whose field stored as `_id` is the value, and whose other fields are
    /// accumulators. In the result, that field is the lower bound of the range.
    ///
    /// `{ $bucket: { groupBy: "$price", boundaries: [0, 200, 400], output: { count: { $sum: 1 } } } }` for
    /// `.bucket([0, 200, 400], |a| PriceOf { from: a.price(), count: sum(1) })`
    ///
    /// The boundaries are constants in ascending order, at least two, of the type of that field. The server returns an error
    /// for a row outside of the boundaries: see [`bucket_or`](Self::bucket_or).
    pub fn bucket<X: Expression<Row>, L: ShapeLiteral<InBucket<Row, X::T, X::T>>>(
        self,
        boundaries: impl IntoIterator<Item = X>,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsGroup,
    {
        let (by, output) = filled::<Row, _, _>(shape);
        let stage = bucket(boundaries, None, by, Some(output));
        self.then("$bucket", stage)
    }

    /// Like [`bucket`](Self::bucket), with one group for the rows outside of the boundaries, whose field stored as `_id` is
    /// `default`. If that is of another type than the boundaries, the field is a `Bson`: `from: a.price().as_bson()`.
    ///
    /// `{ $bucket: { .., default: "Other" } }`
    pub fn bucket_or<X: Expression<Row>, D: Expression<Row>, L: ShapeLiteral<InBucket<Row, X::T, D::T>>>(
        self,
        boundaries: impl IntoIterator<Item = X>,
        default: D,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsGroup,
    {
        let (by, output) = filled::<Row, _, _>(shape);
        let stage = bucket(boundaries, Some(default.render()), by, Some(output));
        self.then("$bucket", stage)
    }

    /// Groups the rows by ranges of a value and counts them: a row is the lower bound of a range, and the number of rows in
    /// it. For other accumulators, use [`bucket`](Self::bucket).
    ///
    /// `{ $bucket: { groupBy: "$price", boundaries: [0, 200, 400] } }` for
    /// `.bucket_count([0, 200, 400], |a| a.price())`
    pub fn bucket_count<X: Expression<Row>, V: Expression<Row>>(
        self,
        boundaries: impl IntoIterator<Item = X>,
        value: impl FnOnce(Exprs<Row>) -> V,
    ) -> Pipeline<In, ByCount<<V::T as Value>::NonNull>, P>
    where
        P: AllowsGroup,
        X::T: Boundary<<V::T as Value>::NonNull>,
    {
        let by = value(exprs::<Row>()).render();
        self.then("$bucket", bucket(boundaries, None, by, None))
    }

    /// Like [`bucket_count`](Self::bucket_count), with one row for the rows outside of the boundaries, whose value is
    /// `default`. If that is of another type than the boundaries, the value is a `Bson`: `a.price().as_bson()`.
    ///
    /// `{ $bucket: { .., default: "Other" } }`
    pub fn bucket_count_or<X: Expression<Row>, D: Expression<Row>, V: Expression<Row>>(
        self,
        boundaries: impl IntoIterator<Item = X>,
        default: D,
        value: impl FnOnce(Exprs<Row>) -> V,
    ) -> Pipeline<In, ByCount<<V::T as Value>::NonNull>, P>
    where
        P: AllowsGroup,
        X::T: Boundary<<V::T as Value>::NonNull>,
        D::T: Boundary<<V::T as Value>::NonNull>,
    {
        let by = value(exprs::<Row>()).render();
        self.then("$bucket", bucket(boundaries, Some(default.render()), by, None))
    }

    /// Groups the rows into this many ranges of a value, with about as many rows each: a shape whose field stored as `_id`
    /// is [`auto_bounds`] of the value, and whose other fields are accumulators.
    ///
    /// `{ $bucketAuto: { groupBy: "$price", buckets: 4, output: { count: { $sum: 1 } } } }` for
    /// `.bucket_auto(4, |a| PriceOf { range: auto_bounds(a.price()), count: sum(1) })`
    pub fn bucket_auto<L: ShapeLiteral<InBucketAuto<Row>>>(
        self,
        buckets: i32,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsGroup,
    {
        let (by, output) = filled::<Row, _, _>(shape);
        self.then("$bucketAuto", bucket_auto(buckets, None, by, Some(output)))
    }

    /// Groups the rows into this many ranges of a value, with about as many rows each, and counts them: a row is the bounds
    /// of a range, and the number of rows in it. For other accumulators, use [`bucket_auto`](Self::bucket_auto).
    ///
    /// `{ $bucketAuto: { groupBy: "$price", buckets: 4 } }` for `.bucket_auto_count(4, |a| a.price())`
    pub fn bucket_auto_count<V: Expression<Row>>(
        self,
        buckets: i32,
        value: impl FnOnce(Exprs<Row>) -> V,
    ) -> Pipeline<In, ByCount<Bounds<V::T>>, P>
    where
        P: AllowsGroup,
    {
        let by = value(exprs::<Row>()).render();
        self.then("$bucketAuto", bucket_auto(buckets, None, by, None))
    }

    /// Like [`bucket_auto_count`](Self::bucket_auto_count), with boundaries that are in a series of preferred numbers. They
    /// are doubles for integers and doubles, and decimals for decimals.
    ///
    /// `{ $bucketAuto: { .., granularity: "R5" } }`
    pub fn bucket_auto_count_by<V: Expression<Row>>(
        self,
        buckets: i32,
        granularity: Granularity,
        value: impl FnOnce(Exprs<Row>) -> V,
    ) -> Pipeline<In, ByCount<Bounds<<<V::T as Number>::Stored as Divided>::Out>>, P>
    where
        P: AllowsGroup,
        V::T: Number<Stored: Divided> + Required,
    {
        let by = value(exprs::<Row>()).render();
        self.then("$bucketAuto", bucket_auto(buckets, Some(granularity), by, None))
    }

    /// Like [`bucket_auto`](Self::bucket_auto), with boundaries that are in a series of preferred numbers. The value is a
    /// number and not null. The boundaries have fractions, so the field is a [`Bounds`] of a double, also for integers, or of a
    /// decimal for decimals.
    ///
    /// `{ $bucketAuto: { .., granularity: "R5" } }`
    pub fn bucket_auto_by<L: ShapeLiteral<InPreferredBuckets<Row>>>(
        self,
        buckets: i32,
        granularity: Granularity,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsGroup,
    {
        let (by, output) = filled::<Row, _, _>(shape);
        self.then("$bucketAuto", bucket_auto(buckets, Some(granularity), by, Some(output)))
    }
}

/// Returns the value by which a literal groups, and its other fields.
fn filled<Row: Value, S, L: ShapeLiteral<S>>(
    shape: impl FnOnce(Exprs<Row>) -> L,
) -> (CodecResult<Rendered>, CodecResult<Document>) {
    let mut filled = RenderedFields::new();
    shape(exprs::<Row>()).fill(&mut filled);
    let by = filled.take("_id").unwrap_or(Ok(Rendered::leaf(Bson::Null)));
    (by, filled.into_document())
}

fn bucket<R, X: Expression<R>>(
    boundaries: impl IntoIterator<Item = X>,
    default: Option<CodecResult<Rendered>>,
    by: CodecResult<Rendered>,
    output: Option<CodecResult<Document>>,
) -> CodecResult<Bson> {
    let mut boundaries: Vec<_> = boundaries.into_iter().map(Expression::render).collect();
    let mut stage = Document::new();
    stage.insert("groupBy", by?.operator_or_path()?.into_value());
    stage.insert(
        "boundaries",
        at_least(2, array(&mut boundaries)).map_err(|few| few.at("boundaries"))?.into_value(),
    );
    if let Some(default) = default {
        stage.insert("default", default?.into_value());
    }
    if let Some(output) = output {
        stage.insert("output", output?);
    }
    Ok(stage.into())
}

fn bucket_auto(
    buckets: i32,
    granularity: Option<Granularity>,
    by: CodecResult<Rendered>,
    output: Option<CodecResult<Document>>,
) -> CodecResult<Bson> {
    let mut stage = Document::new();
    stage.insert("groupBy", by?.operator_or_path()?.into_value());
    stage.insert("buckets", buckets);
    if let Some(output) = output {
        stage.insert("output", output?);
    }
    if let Some(granularity) = granularity {
        stage.insert("granularity", granularity.name());
    }
    Ok(stage.into())
}

macro_rules! granularities {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// A series of preferred numbers, for [`bucket_auto_by`](Pipeline::bucket_auto_by).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Granularity {
            $(
                #[doc = concat!("`\"", $name, "\"`")]
                $variant,
            )*
        }

        impl Granularity {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

granularities! {
    R5 "R5", R10 "R10", R20 "R20", R40 "R40", R80 "R80", Series125 "1-2-5", E6 "E6", E12 "E12", E24 "E24", E48 "E48",
    E96 "E96", E192 "E192", PowersOf2 "POWERSOF2",
}

/// The kind of literals of [`bucket`](Pipeline::bucket) with boundaries of type `B` and a default of type `D`.
#[derive(Debug)]
pub struct InBucket<R, B, D>(PhantomData<fn() -> (R, B, D)>);

/// A boundary of a bucket whose field stored as `_id` is declared `F`.
#[diagnostic::on_unimplemented(
    message = "a boundary is a `{Self}`, and the field stored as `_id` is declared `{F}`",
    label = "the field takes the boundary below the value",
    note = "pass boundaries and a default of the type of the field, or declare the field as a `Bson`: `from: row.price().as_bson()`"
)]
pub trait Boundary<F> {}

#[diagnostic::do_not_recommend]
impl<F, B: StorableIn<F>> Boundary<F> for B {}

macro_rules! boundaries {
    ($($field:ty: $($type:ty),*;)*) => { $($(
        impl Boundary<$field> for $type {}
    )*)* };
}

boundaries! {
    Bson: i32, i64, u32, u64, f64, Decimal128, String, DateTime, ObjectId;
    // A decimal reads every integer.
    Decimal128: i32, i64;
}

#[diagnostic::do_not_recommend]
impl<R, K: Key, F, X: Expression<R>, B: Boundary<F>, D: Boundary<F>> Slot<InBucket<R, B, D>, IdOf<K>, F>
    for X
{
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.render());
    }
}

#[diagnostic::do_not_recommend]
impl<R, K: Key, F, X: Accumulates<R>, B, D> Slot<InBucket<R, B, D>, K, F> for X {
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.render());
    }
}

/// The kind of literals of [`bucket_auto`](Pipeline::bucket_auto).
#[derive(Debug)]
pub struct InBucketAuto<R>(PhantomData<fn() -> R>);

/// The kind of literals of [`bucket_auto_by`](Pipeline::bucket_auto_by).
#[derive(Debug)]
pub struct InPreferredBuckets<R>(PhantomData<fn() -> R>);

/// The value by which [`bucket_auto`](Pipeline::bucket_auto) groups. Construct with [`auto_bounds`].
pub struct AutoBounds<R, T> {
    value: CodecResult<Rendered>,
    types: PhantomData<fn() -> (R, T)>,
}

/// Groups by the ranges of a value, in the literal of [`bucket_auto`](Pipeline::bucket_auto). The field is a
/// [`Bounds`] of the value.
pub fn auto_bounds<R, X: Expression<R>>(value: X) -> AutoBounds<R, X::T> {
    AutoBounds { value: value.render(), types: PhantomData }
}

impl<R, T> fmt::Debug for AutoBounds<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AutoBounds")
    }
}

impl<R, T> Produces for AutoBounds<R, T> {
    type Output = Bounds<T>;
}

// A double reads the integers that the server returns as bounds of integers.
macro_rules! bounds_of_integers {
    ($($integer:ty),*) => { $(
        impl StorableIn<Bounds<f64>> for Bounds<$integer> {}
    )* };
}

bounds_of_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

/// The bounds of a range whose boundaries are preferred numbers: a double or a decimal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold preferred numbers, which have fractions",
    label = "the field stored as `_id` takes the bounds of a range",
    note = "declare the field as `Bounds<f64>`, also for integers, or as `Bounds<Decimal128>` for decimals"
)]
pub trait PreferredBounds {}

impl<V: Fractional> PreferredBounds for Bounds<V> {}

#[diagnostic::do_not_recommend]
impl<R, K: Key, D, X: AutoKey<R, D>> Slot<InBucketAuto<R>, IdOf<K>, D> for X {
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.render());
    }
}

/// The value by which [`bucket_auto`](Pipeline::bucket_auto) groups, for a field that is declared `D`.
pub trait AutoKey<R, D> {
    /// Renders the value.
    fn render(self) -> CodecResult<Rendered>;
}

impl<R, D, T> AutoKey<R, D> for AutoBounds<R, T> {
    fn render(self) -> CodecResult<Rendered> {
        self.value
    }
}

// `FillsField` refuses a value in the place of its bounds, and this keeps rustc from reporting it for the stage too.
impl<R, T, O> AutoKey<R, Bounds<T>> for Expr<R, T, O>
where
    Self: Expression<R>,
{
    fn render(self) -> CodecResult<Rendered> {
        Expression::render(self)
    }
}

#[diagnostic::do_not_recommend]
impl<R, K: Key, D: PreferredBounds, T: Number + Required> Slot<InPreferredBuckets<R>, IdOf<K>, D>
    for AutoBounds<R, T>
{
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.value);
    }
}

macro_rules! slots {
    ($($stage:ident),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<R, K: Key, D, X: Accumulates<R>> Slot<$stage<R>, K, D> for X {
            fn slot(self, to: &mut RenderedFields) {
                to.insert(K::NAME, self.render());
            }
        }
    )* };
}

slots!(InBucketAuto, InPreferredBuckets);
