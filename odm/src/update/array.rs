//! Array operators: `$push $addToSet $pull`.

use mongodb::bson::{Bson, doc};

use super::Update;
use crate::{
    error::codec::CodecResult,
    filter::{IntoFilter, about_element},
    path::{Assign, Element, Location, OnePlace, Operand, Path, element},
    value::{Array, Value, looks_like_operators},
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Appends an element.
    ///
    /// `{ $push: { field: item } }`
    pub fn push<K>(&self, item: impl Assign<V::Item, K>) -> Update<M>
    where
        V: Array,
        R: OnePlace,
    {
        Update::change(self.location(), "$push", item.assign().map(as_one_item))
    }

    /// Appends an element unless the array has it already.
    ///
    /// `{ $addToSet: { field: item } }`; documents are the same when their fields are, in the same order.
    pub fn add_to_set<K>(&self, item: impl Assign<V::Item, K>) -> Update<M>
    where
        V: Array,
        R: OnePlace,
    {
        Update::change(self.location(), "$addToSet", item.assign().map(as_one_item))
    }

    /// Removes every element that equals `item`.
    ///
    /// `{ $pull: { field: { $eq: item } } }`
    pub fn pull<K>(&self, item: impl Operand<<V::Item as Value>::Bare, K>) -> Update<M>
    where
        V: Array,
        R: OnePlace,
    {
        let equal: CodecResult<Bson> = item.operand().map(|item| doc! { "$eq": item }.into());
        Update::change(self.location(), "$pull", equal)
    }

    /// Removes every element that satisfies the condition.
    ///
    /// `{ $pull: { field: { qty: { $lt: 1 } } } }`
    pub fn pull_where<F>(&self, condition: impl FnOnce(Element<V::Item>) -> F) -> Update<M>
    where
        V: Array,
        R: OnePlace,
        F: IntoFilter<V::Item>,
    {
        let condition = condition(element::<V::Item>(Location::default())).into_filter();
        let condition = condition.into_clauses().into_some_document().and_then(about_element);
        Update::change(self.location(), "$pull", condition.map(Bson::Document))
    }
}

/// A document whose keys are operators would be read as modifiers of `$push`; inside `$each` it is an item.
fn as_one_item(item: Bson) -> Bson {
    if looks_like_operators(&item) { doc! { "$each": [item] }.into() } else { item }
}
