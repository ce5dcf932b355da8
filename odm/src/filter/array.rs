//! Array operators: `$elemMatch $all $size`, and one value among many.

use mongodb::bson::Bson;

use super::{
    Filter, IntoFilter,
    comparison::{equals, is_read_otherwise},
};
use crate::{
    path::{Element, Location, Operand, Path, Queried, element, operand_list},
    value::{Array, Value},
};

/// What a filter compares with an element of the array `V`.
type Item<V> = <<V as Array>::Item as Value>::Bare;

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents where one element satisfies every condition at once.
    ///
    /// `{ field: { $elemMatch: { .. } } }`
    ///
    /// The closure gets the element: its fields, or the element itself where it is a plain value
    /// (`tags().any(|tag| tag.gt("a") & tag.lt("c"))`). Elements that are plain values take conditions joined
    /// with `&` only: the server knows no others there.
    pub fn any<F>(&self, condition: impl FnOnce(Element<V::Item>) -> F) -> Filter<M>
    where
        V: Array,
        R: Queried,
        F: IntoFilter<V::Item>,
    {
        let condition = condition(element::<V::Item>(Location::default())).into_filter();
        Filter::test(self.location(), "$elemMatch", condition.into_clauses().into_elem_match())
    }

    /// Matches documents whose array has this element.
    ///
    /// `{ field: { $eq: value } }`
    pub fn contains<K>(&self, value: impl Operand<Item<V>, K>) -> Filter<M>
    where
        V: Array,
        R: Queried,
    {
        Filter::test(self.location(), "$eq", value.operand())
    }

    /// Matches documents whose array has all these elements, in any order and among others.
    ///
    /// `{ field: { $all: [..] } }`; no values match no document.
    pub fn all<K, I>(&self, values: I) -> Filter<M>
    where
        V: Array,
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<Item<V>, K>,
    {
        match operand_list::<Item<V>, K, _>(values) {
            Ok(Bson::Array(items)) if items.iter().any(is_read_otherwise) => {
                Filter::all_of(equals(self.location(), items))
            }
            values => Filter::test(self.location(), "$all", values),
        }
    }

    /// Matches documents whose array has exactly this many elements.
    ///
    /// `{ field: { $size: length } }`
    pub fn size(&self, length: u32) -> Filter<M>
    where
        V: Array,
        R: Queried,
    {
        Filter::test(self.location(), "$size", length.to_bson())
    }
}
