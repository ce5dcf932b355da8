//! Comparison operators: `$eq $ne $gt $gte $lt $lte $in $nin`.

use mongodb::bson::{Bson, doc};

use super::{
    Filter,
    array::{contains_only_arrays, whole_equals},
};
use crate::{
    error::codec::CodecResult,
    path::{Location, Operand, Path, Queried, operand_list},
    value::{Ordered, Text, Value, looks_like_operators, regex_literal},
};

/// A stored value of another BSON type than the field's does not match; see the manual on comparison. Below an array
/// ([`Many`](crate::path::Many)), one matching element is enough.
///
/// An array is compared with another array, element by element: `o.tags().gt(Vec::<String>::new())` matches if the array
/// is not empty. To compare the elements with a value, use [`any`](Path::any).
impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents whose field equals `value`.
    ///
    /// `{ field: { $eq: value } }`
    pub fn eq<K>(&self, value: impl Operand<V::NonNull, K>) -> Filter<M>
    where
        R: Queried,
    {
        equal::<V, M>(self.location(), value.operand())
    }

    /// Matches documents whose field is this regular expression: not a string that matches it, but a regular expression
    /// that is stored as a value.
    ///
    /// `{ field: { $eq: /pattern/i } }`
    ///
    /// See [`regex`](Path::regex) for the options, and for strings that match.
    pub fn eq_regex(&self, pattern: &str, options: &str) -> Filter<M>
    where
        V: Text,
        R: Queried,
    {
        Filter::test(self.location(), "$eq", regex_literal(pattern, options))
    }

    /// Matches documents whose field does not equal `value`, documents without the field included.
    ///
    /// `{ field: { $ne: value } }`
    pub fn ne<K>(&self, value: impl Operand<V::NonNull, K>) -> Filter<M>
    where
        R: Queried,
    {
        match value.operand() {
            // The server does not accept a regular expression in `$ne`.
            Ok(value @ Bson::RegularExpression(_)) => {
                Filter::test(self.location(), "$not", Ok(doc! { "$eq": value }.into()))
            }
            Ok(value) if V::ARRAYS.nests() && contains_only_arrays(&value) => {
                !whole_equals(self.location(), value)
            }
            value => Filter::test(self.location(), "$ne", value),
        }
    }

    /// Matches documents whose field is greater than `value`.
    ///
    /// `{ field: { $gt: value } }`
    pub fn gt<K>(&self, value: impl Operand<V::NonNull, K>) -> Filter<M>
    where
        V::DistinctItem<V>: Ordered,
        R: Queried,
    {
        Filter::test(self.location(), "$gt", value.operand())
    }

    /// Matches documents whose field is at least `value`.
    ///
    /// `{ field: { $gte: value } }`
    pub fn gte<K>(&self, value: impl Operand<V::NonNull, K>) -> Filter<M>
    where
        V::DistinctItem<V>: Ordered,
        R: Queried,
    {
        Filter::test(self.location(), "$gte", value.operand())
    }

    /// Matches documents whose field is less than `value`.
    ///
    /// `{ field: { $lt: value } }`
    pub fn lt<K>(&self, value: impl Operand<V::NonNull, K>) -> Filter<M>
    where
        V::DistinctItem<V>: Ordered,
        R: Queried,
    {
        Filter::test(self.location(), "$lt", value.operand())
    }

    /// Matches documents whose field is at most `value`.
    ///
    /// `{ field: { $lte: value } }`
    pub fn lte<K>(&self, value: impl Operand<V::NonNull, K>) -> Filter<M>
    where
        V::DistinctItem<V>: Ordered,
        R: Queried,
    {
        Filter::test(self.location(), "$lte", value.operand())
    }

    /// Matches documents whose field equals one of `values`.
    ///
    /// `{ field: { $in: [..] } }`
    pub fn in_<K, I>(&self, values: I) -> Filter<M>
    where
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<V::NonNull, K>,
    {
        match operand_list::<V::NonNull, K, _>(values) {
            Ok(Bson::Array(values)) if values.iter().any(needs_a_test::<V>) => {
                Filter::any_of(values.into_iter().map(|value| equal::<V, M>(self.location(), Ok(value))))
            }
            values => Filter::test(self.location(), "$in", values),
        }
    }

    /// Matches documents whose field equals none of `values`, documents without the field included.
    ///
    /// `{ field: { $nin: [..] } }`
    pub fn nin<K, I>(&self, values: I) -> Filter<M>
    where
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<V::NonNull, K>,
    {
        match operand_list::<V::NonNull, K, _>(values) {
            Ok(Bson::Array(values)) if values.iter().any(needs_a_test::<V>) => {
                Filter::none_of(values.into_iter().map(|value| equal::<V, M>(self.location(), Ok(value))))
            }
            values => Filter::test(self.location(), "$nin", values),
        }
    }
}

fn equal<V: Value, M>(at: &Location, value: CodecResult<Bson>) -> Filter<M> {
    match value {
        Ok(value) if V::ARRAYS.nests() && contains_only_arrays(&value) => whole_equals(at, value),
        value => Filter::test(at, "$eq", value),
    }
}

/// Returns whether a value of a field of type `V` needs a test of its own, because it cannot be in a list of values.
fn needs_a_test<V: Value>(value: &Bson) -> bool {
    is_read_as_pattern(value) || (V::ARRAYS.nests() && contains_only_arrays(value))
}

/// Returns whether `$in`, `$nin` and `$all` would read a value as a pattern or as operators, not as a value to
/// compare with.
pub(super) fn is_read_as_pattern(value: &Bson) -> bool {
    matches!(value, Bson::RegularExpression(_)) || looks_like_operators(value)
}

/// Returns one test for each value: `$eq` takes every value literally.
pub(super) fn equals<M>(at: &Location, values: Vec<Bson>) -> impl Iterator<Item = Filter<M>> {
    values.into_iter().map(|value| Filter::test(at, "$eq", Ok(value)))
}
