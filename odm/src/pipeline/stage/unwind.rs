//! `$unwind`, and the context for fields that a stage names.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::{Document, doc};

use crate::{
    error::codec::CodecResult,
    expr::rendered::dollar,
    path::{Context, IntoBase, Key, OneField},
    pipeline::{AllowsGroup, OfStageOutput, Pipeline, StageOutput, output::field_name},
    row::{Removed, With, WithFieldType},
    shape::ShapeLiteral,
    value::{Array, Doc, Value},
};

/// The fields of a row, for a stage that names the field that it changes.
pub type Picks<R> = <R as Value>::Fields<InFieldName<R, AtRow>, ()>;

/// Returns the fields of a row, for a stage that names fields.
pub(super) fn picks<R: Value>() -> Picks<R> {
    R::under(InFieldName::new(Cow::Borrowed("")), ())
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Returns one row for each element: the array field becomes its element.
    ///
    /// `{ $unwind: { path: "$lines" } }`. Rows whose array is empty, null or missing disappear, unless the field is
    /// followed by `preserve_null_and_empty_arrays()`: then the element is an `Option`.
    ///
    /// `.unwind(|o| o.lines().include_array_index(|index| LineNumberOf { number: index }))` adds the position.
    pub fn unwind<F>(
        self,
        field: impl FnOnce(Picks<Row>) -> F,
    ) -> Pipeline<In, <F::Base as Unwind<Row>>::Row, P>
    where
        F: IntoBase,
        F::Base: Unwind<Row>,
        P: AllowsGroup,
    {
        self.then("$unwind", field(picks::<Row>()).into_base().render().map(Into::into))
    }
}

/// The context of the fields of the row `R` that a stage can name. `S` describes how the row type changes with the
/// type of a field here.
pub struct InFieldName<R, S> {
    name: Cow<'static, str>,
    types: PhantomData<fn() -> (R, S)>,
}

impl<R, S> InFieldName<R, S> {
    fn new(name: Cow<'static, str>) -> Self {
        Self { name, types: PhantomData }
    }
}

impl<R, S> Clone for InFieldName<R, S> {
    fn clone(&self) -> Self {
        Self::new(self.name.clone())
    }
}

impl<R, S> fmt::Debug for InFieldName<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFieldName").finish_non_exhaustive()
    }
}

/// The field `K` of type `T`, named by a stage over the row `R`.
pub struct Field<R, T, K, S> {
    name: Cow<'static, str>,
    types: PhantomData<fn() -> (R, T, K, S)>,
}

impl<R, T, K, S> fmt::Debug for Field<R, T, K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").finish_non_exhaustive()
    }
}

impl<R, T, K, S> IntoBase for Field<R, T, K, S> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}

/// A position in a row, which determines how the row type changes if a field there changes its type.
pub trait RowPosition: 'static {
    /// The row `R` if the fields of `D` replace those of the document here.
    type Row<R: Value, D: Doc>: Value;
    /// The row `R`, whose fields may be missing, if those of `D` here are never missing.
    type Kept<R: Value, D: Doc>: Value;
}

/// The row itself.
#[derive(Debug)]
pub enum AtRow {}

/// Inside the field `K` (of type `T`) of `S`.
#[derive(Debug)]
pub struct InField<S, K, T>(PhantomData<fn() -> (S, K, T)>);

/// Below an array.
#[derive(Debug)]
pub struct InArray<S>(PhantomData<fn() -> S>);

impl RowPosition for AtRow {
    type Row<R: Value, D: Doc> = WithFieldType<R, D>;
    type Kept<R: Value, D: Doc> = WithFieldType<R, D>;
}

// The document `T` with the fields of `D` becomes the field `K` of the document around it, and so on up to the row.
impl<S: RowPosition, K: Key, T: Value> RowPosition for InField<S, K, T> {
    type Row<R: Value, D: Doc> = S::Row<R, OneField<K, T::Replaced<D>>>;
    // The other fields of the document may be missing, so the whole document remains one that may be missing.
    type Kept<R: Value, D: Doc> = R;
}

impl<S: RowPosition> RowPosition for InArray<S> {
    type Row<R: Value, D: Doc> = S::Row<R, D>;
    type Kept<R: Value, D: Doc> = R;
}

/// A position that is not below an array.
#[diagnostic::on_unimplemented(
    message = "`unwind` cannot be used below an array that is not unwound yet",
    label = "below an array",
    note = "unwind the outer array first: `.unwind(|o| o.outer()).unwind(|o| o.outer().inner())`"
)]
pub trait NotInArray: RowPosition {}

impl NotInArray for AtRow {}
impl<S: NotInArray, K: Key, T: Value> NotInArray for InField<S, K, T> {}

impl<R: 'static, S: RowPosition> Context for InFieldName<R, S> {
    type Field<T: Value, K: Key> = T::Fields<InFieldName<R, InField<S, K, T>>, Field<R, T, K, S>>;
    type Many = InFieldName<R, InArray<S>>;
    type Maybe = Self;
    type Flattened<T: Value, K: Key> = T::Fields<InFieldName<R, InField<S, K, T>>, ()>;
    type InVariant = Self;
    type Whole<T: Value, K: Key> = Self::Field<T, K>;
    // No stage that changes a field may change a tag.
    type Tag<T: Value, K: Key> = ();
    type Variant = ();

    fn field<T: Value, K: Key>(&self) -> Self::Field<T, K> {
        let name = match self.name.as_ref() {
            "" => Cow::Borrowed(K::NAME),
            above => Cow::Owned(format!("{above}.{}", K::NAME)),
        };
        T::under(InFieldName::new(name.clone()), Field { name, types: PhantomData })
    }

    fn tag<T: Value, K: Key>(&self) {}

    fn flattened<T: Value, K: Key>(&self) -> Self::Flattened<T, K> {
        T::under(InFieldName::new(self.name.clone()), ())
    }

    fn many(self) -> Self::Many {
        InFieldName::new(self.name)
    }

    fn maybe(self) -> Self {
        self
    }
}

/// A field that `unwind` accepts: an array field of the row `R`.
#[diagnostic::on_unimplemented(
    message = "`unwind` needs an array field of this stage's row",
    label = "not an array field (`Vec<_>`)"
)]
pub trait Unwind<R> {
    /// The row type after the stage.
    type Row: Value;

    /// Renders the argument of the stage.
    fn render(self) -> CodecResult<Document>;
}

impl<R: Value, V: Array, K: Key, S: NotInArray> Unwind<R> for Field<R, V, K, S> {
    type Row = S::Row<R, OneField<K, V::Item>>;

    fn render(self) -> CodecResult<Document> {
        Ok(doc! { "path": dollar(&self.name) })
    }
}

impl<R: Value, V: Array, K: Key, S: NotInArray> Field<R, V, K, S> {
    /// Keeps the rows whose array is empty, null or missing: the element is null in them.
    ///
    /// `preserveNullAndEmptyArrays: true`
    pub fn preserve_null_and_empty_arrays(
        &self,
    ) -> UnwoundField<S::Row<R, OneField<K, <V::Item as Value>::Optional>>> {
        UnwoundField {
            stage: Ok(doc! { "path": dollar(&self.name), "preserveNullAndEmptyArrays": true }),
            row: PhantomData,
        }
    }

    /// Adds a field with the position of the element: that of a shape with one field. To keep rows without
    /// elements, too, call `preserve_null_and_empty_arrays` first: then the position is an `Option`.
    ///
    /// `includeArrayIndex: "number"` for `.include_array_index(|index| NumberOf { number: index })`
    pub fn include_array_index<L: ShapeLiteral<OfStageOutput>>(
        &self,
        field: impl FnOnce(StageOutput<i64>) -> L,
    ) -> UnwoundField<With<S::Row<R, OneField<K, V::Item>>, L::Out>> {
        let index = field_name(field);
        UnwoundField {
            stage: index.map(|index| doc! { "path": dollar(&self.name), "includeArrayIndex": index }),
            row: PhantomData,
        }
    }
}

/// An array field with the options of `unwind`. `Row` is the type of the rows after the stage.
pub struct UnwoundField<Row> {
    stage: CodecResult<Document>,
    row: PhantomData<fn() -> Row>,
}

impl<Row> UnwoundField<Row> {
    /// Adds a field with the position of the element: that of a shape with one field, an `Option` because it is null in
    /// the rows that are kept.
    ///
    /// `includeArrayIndex: "number"`
    pub fn include_array_index<L: ShapeLiteral<OfStageOutput>>(
        self,
        field: impl FnOnce(StageOutput<Option<i64>>) -> L,
    ) -> UnwoundField<With<Row, L::Out>> {
        let stage = self.stage.and_then(|mut stage| {
            stage.insert("includeArrayIndex", field_name(field)?);
            Ok(stage)
        });
        UnwoundField { stage, row: PhantomData }
    }
}

impl<Row> fmt::Debug for UnwoundField<Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnwoundField")
    }
}

impl<Row> IntoBase for UnwoundField<Row> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}

impl<R, Row: Value> Unwind<R> for UnwoundField<Row> {
    type Row = Row;

    fn render(self) -> CodecResult<Document> {
        self.stage
    }
}

/// A field of the row `R` that a stage names.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a field of this stage's row `{R}`",
    label = "expected a field that the closure receives: `|row| row.price()`"
)]
pub trait RowField<R> {
    /// The type of the field.
    type Type: Value;
    /// The row in which the field is a `T`.
    type With<T: Value>: Value;
    /// The row `Row`, which has the field, without it.
    type Without<Row: Value>: Value;
    /// The row `Row`, whose fields may be missing, if this one is never missing.
    type Kept<Row: Value>: Value;

    /// Returns the dotted stored name.
    fn name(&self) -> &str;
}

impl<R: Value, V: Value, K: Key, S: RowPosition> RowField<R> for Field<R, V, K, S> {
    type Type = V;
    type With<T: Value> = S::Row<R, OneField<K, T>>;
    type Without<Row: Value> = S::Row<Row, OneField<K, Removed>>;
    type Kept<Row: Value> = S::Kept<Row, OneField<K, V>>;

    fn name(&self) -> &str {
        &self.name
    }
}

/// Fields of the row `R` that a stage names: one, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not fields of this stage's row",
    label = "expected a field that the closure receives, or a tuple of fields"
)]
pub trait RowFields<R> {
    /// The row `Row`, which has the fields, without them.
    type Without<Row: Value>: Value;

    /// Adds the dotted stored names.
    fn names(self, to: &mut Vec<String>);
}

#[diagnostic::do_not_recommend]
impl<R, F> RowFields<R> for F
where
    F: IntoBase,
    F::Base: RowField<R>,
{
    type Without<Row: Value> = <F::Base as RowField<R>>::Without<Row>;

    fn names(self, to: &mut Vec<String>) {
        to.push(self.into_base().name().to_owned());
    }
}

macro_rules! tuples {
    ($($first:ident $($rest:ident)+;)*) => { $(
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case)]
        impl<R, $first: RowFields<R>, $($rest),+> RowFields<R> for ($first, $($rest),+)
        where
            ($($rest,)+): RowFields<R>,
        {
            type Without<Row: Value> = <($($rest,)+) as RowFields<R>>::Without<$first::Without<Row>>;

            fn names(self, to: &mut Vec<String>) {
                let ($first, $($rest),+) = self;
                $first.names(to);
                ($($rest,)+).names(to);
            }
        }
    )* };
}

#[diagnostic::do_not_recommend]
impl<R, A: RowFields<R>> RowFields<R> for (A,) {
    type Without<Row: Value> = A::Without<Row>;

    fn names(self, to: &mut Vec<String>) {
        self.0.names(to);
    }
}

tuples! {
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
