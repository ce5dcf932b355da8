//! Array operators: `$elemMatch $all $size`, and comparisons with an element of an array.

use mongodb::bson::{Bson, Document, doc};

use super::{
    Clauses, Filter, IntoFilter,
    comparison::{equals, is_read_as_pattern},
};
use crate::{
    error::codec::CodecResult,
    path::{Element, Location, Operand, Path, Queried, element, operand_list},
    value::{Array, Value},
};

/// The type that a filter compares with an element of the array `V`.
type Item<V> = <<V as Array>::Item as Value>::NonNull;

/// For arrays of arrays, these operators test the elements of the array at the path, not the elements inside those.
/// For example, `grid().any(|row| row.contains(9))` matches if an inner array contains 9. They render `$elemMatch`
/// where the server would not look into an array.
impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents where one element satisfies every condition at once.
    ///
    /// `{ field: { $elemMatch: { .. } } }`
    ///
    /// The closure receives the element: its fields, or the element itself if it is a plain value
    /// (`tags().any(|tag| tag.gt("a") & tag.lt("c"))`) or an array. Conditions on plain values and arrays can be
    /// joined only with `&`: the server accepts no logical operator there.
    #[doc(alias = "elemMatch")]
    #[doc(alias = "elem_match")]
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
    /// `{ field: { $eq: value } }`; `{ field: { $elemMatch: { $eq: value } } }` in an array of arrays.
    pub fn contains<K>(&self, value: impl Operand<Item<V>, K>) -> Filter<M>
    where
        V: Array,
        R: Queried,
    {
        element_meets(self.location(), "$eq", value.operand())
    }

    /// Matches documents whose array has at least one of these elements.
    ///
    /// `{ field: { $in: [..] } }`; `{ field: { $elemMatch: { $in: [..] } } }` in an array of arrays. An empty list
    /// matches no document.
    #[doc(alias = "$in")]
    pub fn contains_any<K, I>(&self, values: I) -> Filter<M>
    where
        V: Array,
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<Item<V>, K>,
    {
        match operand_list::<Item<V>, K, _>(values) {
            Ok(Bson::Array(values)) if values.iter().any(is_read_as_pattern) => {
                Filter::any_of(values.into_iter().map(|it| element_meets(self.location(), "$eq", Ok(it))))
            }
            values => element_meets(self.location(), "$in", values),
        }
    }

    /// Matches documents whose array has none of these elements, documents without the array included.
    ///
    /// `{ field: { $nin: [..] } }`; `{ field: { $not: { $elemMatch: { $in: [..] } } } }` in an array of arrays. An
    /// empty list matches every document.
    #[doc(alias = "$nin")]
    pub fn contains_none<K, I>(&self, values: I) -> Filter<M>
    where
        V: Array,
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<Item<V>, K>,
    {
        match operand_list::<Item<V>, K, _>(values) {
            Ok(Bson::Array(values)) if values.iter().any(is_read_as_pattern) => {
                Filter::none_of(values.into_iter().map(|it| element_meets(self.location(), "$eq", Ok(it))))
            }
            Ok(Bson::Array(values)) => Filter::of(no_element_is_one_of(self.location(), values)),
            problem => !element_meets(self.location(), "$in", problem),
        }
    }

    /// Matches documents whose array has all these elements, in any order and among others.
    ///
    /// `{ field: { $all: [..] } }`; for an array of arrays, the list has one `$elemMatch` per value. An empty list
    /// matches no document.
    pub fn all<K, I>(&self, values: I) -> Filter<M>
    where
        V: Array,
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<Item<V>, K>,
    {
        match operand_list::<Item<V>, K, _>(values) {
            Ok(Bson::Array(items)) if !is_opened(self.location(), &items) => {
                let items = items.into_iter().map(|item| doc! { "$elemMatch": { "$eq": item } });
                Filter::test(self.location(), "$all", Ok(items.collect::<Vec<Document>>().into()))
            }
            Ok(Bson::Array(items)) if items.iter().any(is_read_as_pattern) => {
                Filter::all_of(equals(self.location(), items))
            }
            values => Filter::test(self.location(), "$all", values),
        }
    }

    /// Matches documents whose array has, for each condition, an element that satisfies it: the same element, or
    /// different ones.
    ///
    /// `{ field: { $all: [{ $elemMatch: { .. } }, ..] } }`
    ///
    /// The closure receives the element, as that of [`any`](Path::any), and returns the list of conditions:
    /// `o.lines().all_any(|line| [line.qty().gt(100), line.sku().eq("A-1") & line.qty().gt(5)])`. An empty list matches
    /// no document.
    pub fn all_any<I>(&self, conditions: impl FnOnce(Element<V::Item>) -> I) -> Filter<M>
    where
        V: Array,
        R: Queried,
        I: IntoIterator,
        I::Item: IntoFilter<V::Item>,
    {
        let element_match = |condition: I::Item| -> CodecResult<Bson> {
            let condition = condition.into_filter().into_clauses().into_elem_match()?;
            Ok(doc! { "$elemMatch": condition }.into())
        };
        let conditions = conditions(element::<V::Item>(Location::default())).into_iter().map(element_match);
        Filter::test(self.location(), "$all", conditions.collect::<CodecResult<Vec<Bson>>>().map(Bson::Array))
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

/// Returns whether the server compares these values with each element of the array at this path, and with nothing
/// else. If a value is an array, the server compares it with the array as a whole, too.
fn is_opened(at: &Location, values: &[Bson]) -> bool {
    !at.is_untraversed() && !values.iter().any(|value| value.as_array().is_some())
}

fn element_meets<M>(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Filter<M> {
    Filter::of(an_element_meets(at, operator, value))
}

/// Returns the condition that no element of the array at this path is one of these values.
pub(crate) fn no_element_is_one_of(at: &Location, values: Vec<Bson>) -> Clauses {
    if is_opened(at, &values) {
        Clauses::test(at, "$nin", Ok(values.into()))
    } else {
        an_element_meets(at, "$in", Ok(values.into())).not()
    }
}

/// Returns the condition that no element of the array at this path is this value.
pub(crate) fn no_element_is(at: &Location, value: Bson) -> Clauses {
    if is_opened(at, std::slice::from_ref(&value)) {
        Clauses::test(at, "$ne", Ok(value))
    } else {
        an_element_meets(at, "$eq", Ok(value)).not()
    }
}

/// Returns the condition that an element of the array at this path satisfies a comparison.
pub(crate) fn an_element_meets(at: &Location, operator: &'static str, value: CodecResult<Bson>) -> Clauses {
    let value = match value {
        Ok(value) => value,
        Err(problem) => return Clauses::test(at, operator, Err(problem)),
    };
    let opened = match operator {
        "$eq" => is_opened(at, std::slice::from_ref(&value)),
        _ => value.as_array().is_some_and(|values| is_opened(at, values)),
    };
    if opened {
        Clauses::test(at, operator, Ok(value))
    } else {
        Clauses::test(at, "$elemMatch", Ok(doc! { operator: value }.into()))
    }
}

/// Returns the condition that the whole array equals `value`, where an element of the array could equal `value` too:
/// `[]` is an element of `[[]]`.
pub(super) fn whole_equals<M>(at: &Location, value: Bson) -> Filter<M> {
    let equal = doc! { "$eq": value.clone(), "$not": { "$elemMatch": { "$eq": value } } };
    Filter::of(Clauses::together(at, Ok(equal)))
}

/// Returns whether a value is an array that contains only arrays, on all levels. An element of an array of that type
/// could be equal to it.
pub(crate) fn contains_only_arrays(value: &Bson) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(contains_only_arrays))
}
