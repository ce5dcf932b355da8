//! Documents as values: `$mergeObjects $objectToArray $getField $setField $unsetField`.

use std::collections::{BTreeMap, HashMap};

use mongodb::bson::{Bson, Document};

use super::{
    Expr, Expression, ExpressionList, filled,
    operators::{Operator, operator, operators},
    rendered::{Rendered, named, object, one},
};
use crate::{
    error::codec::CodecResult,
    row::{With, WithFieldType, document},
    value::{Doc, Map, MapKey, StringValue, Value},
};

/// A document, or a document that may be absent: required by the operators on documents.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document",
    label = "this operator needs a document, a map or a `bson::Document`"
)]
pub trait Object: Value {
    /// The type of the values of its fields: `Bson` if they differ.
    type Value: Value;
}

#[diagnostic::do_not_recommend]
impl<D: Doc> Object for D {
    type Value = Bson;
}

impl Object for Document {
    type Value = Bson;
}

#[diagnostic::do_not_recommend]
impl Object for Bson {
    type Value = Self;
}

impl<R: Value, Added: Doc> Object for With<R, Added> {
    type Value = Bson;
}

impl<R: Value, Changed: Doc> Object for WithFieldType<R, Changed> {
    type Value = Bson;
}

impl<K: MapKey + Ord, V: Value> Object for BTreeMap<K, V>
where
    Self: Map<Item = V>,
{
    type Value = V;
}

impl<K: MapKey, V: Value, S: 'static> Object for HashMap<K, V, S>
where
    Self: Map<Item = V>,
{
    type Value = V;
}

#[diagnostic::do_not_recommend]
impl<T: Object> Object for Option<T> {
    type Value = T::Value;
}

document! {
    /// A field of a document, as [`object_to_array`] returns it.
    KeyValue<V>, KeyValueFields in key_value {
        /// The name of the field.
        k "k": String,
        /// The value of the field.
        v "v": V,
    }
}

/// A pair of a name and a value: an element of the array that [`array_to_object`](super::array_to_object) needs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a pair of a name and a value",
    label = "`array_to_object` needs an array of `KeyValue<_>` or of `(String, _)`",
    note = "`key_value(name, value)` makes a pair"
)]
pub trait Pair: Value {
    /// The type of the value.
    type Value: Value;
}

impl<V: Value> Pair for KeyValue<V> {
    type Value = V;
}

impl<V: Value> Pair for (String, V) {
    type Value = V;
}

operators! {
    /// Returns the fields of a document as an array of names and values; null stays null.
    object_to_array [V: Value,] = "$objectToArray" one(document: T [Object<Value = V>]) -> T::Lift<Vec<KeyValue<V>>>;
}

/// Returns a pair of a name and a value, as an element of the array that
/// [`array_to_object`](super::array_to_object) needs: `[key_value("total", o.price() * o.quantity())]`.
///
/// `{ $arrayToObject: [[{ k: name, v: value }]] }`
pub fn key_value<R, X: Expression<R>>(
    name: impl Expression<R, T = String>,
    value: X,
) -> Expr<R, KeyValue<X::T>> {
    Expr::computed(object(&mut [("k", name.render()), ("v", filled::<X::T>(value.render()))]))
}

/// The operators with other forms.
pub(crate) const OTHERS: &[Operator] = &[
    operator!("$mergeObjects", merge_objects_of),
    operator!("$getField", get_field),
    operator!("$getField", get_current_field),
    operator!("$setField", set_field),
    operator!("$unsetField", unset_field),
];

/// The types of documents that `merge_objects_of` joins.
#[diagnostic::on_unimplemented(
    message = "these are not all documents: `{Self}`",
    label = "expected documents, or an array of documents"
)]
pub trait Objects {}

/// Joins documents: a field of a later one replaces that of an earlier one. Null is ignored.
///
/// `{ $mergeObjects: [document, ..] }`
///
/// The result is a `Document`. Use [`Expr::cast`] to declare its type.
pub fn merge_objects_of<R, L: ExpressionList<R>>(documents: L) -> Expr<R, Document>
where
    L::Types: Objects,
{
    Expr::computed(one("$mergeObjects", documents.render_list()))
}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Adds the fields of another document, which replace those with the same names. Null is ignored.
    ///
    /// `{ $mergeObjects: [document, other] }`
    ///
    /// The result is a `Document`. Use [`Expr::cast`] to declare its type.
    pub fn merge_objects<B>(&self, other: impl Expression<R, T = B>) -> Expr<R, Document>
    where
        T: Object,
        B: Object,
    {
        Expr::computed(super::rendered::joined("$mergeObjects", self.rendered(), other.render()))
    }

    /// Returns a field of the document, by its name, which may contain dots or begin with `$`. You specify its type:
    /// `item.get_field::<f64>("price.usd")`.
    ///
    /// `{ $getField: { field: name, input: document } }`
    ///
    /// A name that is no constant requires MongoDB 7.2.
    pub fn get_field<V: Value>(&self, name: impl Expression<R, T: StringValue>) -> Expr<R, V::Optional>
    where
        T: Object,
    {
        Expr::computed(named("$getField", &mut [("field", name.render()), ("input", self.rendered())]))
    }

    /// Sets a field of the document, by its name, which may contain dots or begin with `$`; null stays null.
    ///
    /// `{ $setField: { field: name, input: document, value: value } }`
    pub fn set_field<X: Expression<R>>(&self, name: impl Into<String>, value: X) -> Expr<R, T::Lift<Document>>
    where
        T: Object,
    {
        Expr::computed(named(
            "$setField",
            &mut [("field", constant(name)), ("input", self.rendered()), ("value", value.render())],
        ))
    }

    /// Returns the document without a field, by its name, which may contain dots or begin with `$`; null stays null.
    ///
    /// `{ $unsetField: { field: name, input: document } }`
    pub fn unset_field(&self, name: impl Into<String>) -> Expr<R, T::Lift<Document>>
    where
        T: Object,
    {
        Expr::computed(named("$unsetField", &mut [("field", constant(name)), ("input", self.rendered())]))
    }

    /// Declares that the expression evaluates to a `U`. What is sent does not change. A value that is not a `U` is an
    /// error when it is read.
    pub fn cast<U: Value>(&self) -> Expr<R, U> {
        self.typed()
    }
}

/// Renders the name of a field, which the server accepts only as a constant.
fn constant(name: impl Into<String>) -> CodecResult<Rendered> {
    Rendered::constant(name.into().into())
}

/// Returns a field of a document, by its name, which may contain dots or begin with `$`. You specify its type:
/// `get_field::<_, f64>(current(), "price.usd")`.
///
/// `{ $getField: { field: name, input: document } }`
///
/// A name that is no constant requires MongoDB 7.2.
pub fn get_field<R, V: Value>(
    document: impl Expression<R, T: Object>,
    name: impl Expression<R, T: StringValue>,
) -> Expr<R, V::Optional> {
    Expr::computed(named("$getField", &mut [("field", name.render()), ("input", document.render())]))
}

/// Returns a field of the document in which paths begin, which is the row, by its name, which may contain dots or begin
/// with `$`. You specify its type: `get_current_field::<_, f64>("price.usd")`.
///
/// `{ $getField: { field: name } }`
///
/// The server must be newer than MongoDB 6.0, which needs the document: `get_field(current(), name)`.
pub fn get_current_field<R, V: Value>(name: impl Expression<R, T: StringValue>) -> Expr<R, V::Optional> {
    Expr::computed(named("$getField", &mut [("field", name.render())]))
}

/// Sets a field of a document, by its name, which may contain dots or begin with `$`; null stays null.
///
/// `{ $setField: { field: name, input: document, value: value } }`
pub fn set_field<R, T>(
    document: impl Expression<R, T = T>,
    name: impl Into<String>,
    value: impl Expression<R>,
) -> Expr<R, T::Lift<Document>>
where
    T: Object,
{
    Expr::computed(named(
        "$setField",
        &mut [("field", constant(name)), ("input", document.render()), ("value", value.render())],
    ))
}

/// Returns a document without a field, by its name, which may contain dots or begin with `$`; null stays null.
///
/// `{ $unsetField: { field: name, input: document } }`
pub fn unset_field<R, T>(
    document: impl Expression<R, T = T>,
    name: impl Into<String>,
) -> Expr<R, T::Lift<Document>>
where
    T: Object,
{
    Expr::computed(named("$unsetField", &mut [("field", constant(name)), ("input", document.render())]))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::bson;

    use super::*;
    use crate::expr::lit;

    #[test]
    fn the_value_of_a_pair_is_null_if_it_is_missing() {
        let pair: Expr<(), KeyValue<Option<i32>>> = key_value("$name", lit(None));
        assert_eq!(
            pair.rendered().unwrap().into_value(),
            bson!({ "k": { "$literal": "$name" }, "v": { "$ifNull": [null, null] } })
        );
    }
}
