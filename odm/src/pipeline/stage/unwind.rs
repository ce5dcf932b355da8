//! `$unwind`, and the context for fields that a stage names.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::doc;

use crate::{
    path::{Context, IntoBase, Key, OneField},
    pipeline::{Pipeline, Retyped},
    value::{Array, Doc, Value},
};

/// The fields of a row, for a stage that names the field that it changes.
type Picks<R> = <R as Value>::Fields<InFieldName<R, AtRow>, ()>;

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Returns one row for each element: the array field becomes its element.
    ///
    /// `{ $unwind: { path: "$lines" } }`. Rows whose array is empty, null or missing disappear.
    pub fn unwind<F>(
        self,
        field: impl FnOnce(Picks<Row>) -> F,
    ) -> Pipeline<In, <F::Base as Unwind<Row>>::Row, P>
    where
        F: IntoBase,
        F::Base: Unwind<Row>,
    {
        let field = field(Row::under(InFieldName::new(Cow::Borrowed("")), ())).into_base();
        self.then("$unwind", Ok(doc! { "path": format!("${}", field.name()) }.into()))
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
    type Row<R: Value, D: Doc> = Retyped<R, D>;
}

// The document `T` with the fields of `D` becomes the field `K` of the document around it, and so on up to the row.
impl<S: RowPosition, K: Key, T: Value> RowPosition for InField<S, K, T> {
    type Row<R: Value, D: Doc> = S::Row<R, OneField<K, T::Replaced<D>>>;
}

impl<S: RowPosition> RowPosition for InArray<S> {
    type Row<R: Value, D: Doc> = S::Row<R, D>;
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

    /// Returns the dotted stored name.
    fn name(&self) -> &str;
}

impl<R: Value, V: Array, K: Key, S: NotInArray> Unwind<R> for Field<R, V, K, S> {
    type Row = S::Row<R, OneField<K, V::Item>>;

    fn name(&self) -> &str {
        &self.name
    }
}
