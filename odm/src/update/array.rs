//! Array operators: `$push $addToSet $pop $pull $pullAll`.

use mongodb::bson::{Bson, Document, doc};

use super::{PushEach, Update};
use crate::{
    error::codec::{CodecError, CodecResult},
    filter::{IntoFilter, contains_only_arrays, into_element_form},
    path::{Assign, Element, Location, OnePlace, Operand, Path, element, operand_list},
    value::{Array, Value, VariableLength, looks_like_operators},
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Appends an element.
    ///
    /// `{ $push: { field: item } }`
    pub fn push<K>(&self, item: impl Assign<V::Item, K>) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
    {
        Update::change(self.location(), "$push", item.assign().map(as_one_item))
    }

    /// Appends an element unless the array contains it already.
    ///
    /// `{ $addToSet: { field: item } }`; two documents are equal if they have the same fields in the same order.
    pub fn add_to_set<K>(&self, item: impl Assign<V::Item, K>) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
    {
        Update::change(self.location(), "$addToSet", item.assign().map(as_one_item))
    }

    /// Appends elements, in their order.
    ///
    /// `{ $push: { field: { $each: [..] } } }`
    pub fn push_each<K, I>(&self, items: I) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
        I: IntoIterator,
        I::Item: Assign<V::Item, K>,
    {
        self.push_each_with(items, |each| each)
    }

    /// Inserts elements into the array with modifiers: a position, a sort order and a maximum length.
    ///
    /// `{ $push: { field: { $each: [..], $position: 0, $sort: { qty: -1 }, $slice: 10 } } }`
    ///
    /// ```
    /// # use odm::{Embedded, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "games")]
    /// # struct Game { id: Id<Game>, best: Vec<Score> }
    /// # #[derive(Embedded)]
    /// # struct Score { player: String, points: u32 }
    /// let g = Game::fields();
    /// let score = Score { player: "ada".into(), points: 7 };
    /// let ten_best = g.best().push_each_with([score], |each| each.sort(|s| s.points().desc()).slice(10));
    /// assert_eq!(
    ///     ten_best.to_string(),
    ///     r#"{ "$push": { "best": { "$each": [{ "player": "ada", "points": 7 }], "$sort": { "points": -1 }, "$slice": 10 } } }"#,
    /// );
    /// ```
    pub fn push_each_with<K, I>(
        &self,
        items: I,
        modifiers: impl FnOnce(PushEach<V::Item>) -> PushEach<V::Item>,
    ) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
        I: IntoIterator,
        I::Item: Assign<V::Item, K>,
    {
        Update::change(self.location(), "$push", modifiers(PushEach::of(assigned(items))).render())
    }

    /// Appends the elements that the array does not contain yet.
    ///
    /// `{ $addToSet: { field: { $each: [..] } } }`
    pub fn add_to_set_each<K, I>(&self, items: I) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
        I: IntoIterator,
        I::Item: Assign<V::Item, K>,
    {
        let each: CodecResult<Bson> = assigned(items).map(|items| doc! { "$each": items }.into());
        Update::change(self.location(), "$addToSet", each)
    }

    /// Removes the first element.
    ///
    /// `{ $pop: { field: -1 } }`
    #[doc(alias = "$pop")]
    pub fn pop_first(&self) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
    {
        Update::change(self.location(), "$pop", Ok(Bson::Int32(-1)))
    }

    /// Removes the last element.
    ///
    /// `{ $pop: { field: 1 } }`
    #[doc(alias = "$pop")]
    pub fn pop_last(&self) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
    {
        Update::change(self.location(), "$pop", Ok(Bson::Int32(1)))
    }

    /// Removes every element that equals one of `items`.
    ///
    /// `{ $pullAll: { field: [..] } }`
    pub fn pull_all<K, I>(&self, items: I) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
        I: IntoIterator,
        I::Item: Operand<<V::Item as Value>::NonNull, K>,
    {
        Update::change(self.location(), "$pullAll", operand_list::<<V::Item as Value>::NonNull, K, _>(items))
    }

    /// Removes every element that equals `item`.
    ///
    /// `{ $pull: { field: item } }`, or `{ $pull: { field: { $eq: item } } }` if the server could read the item as a
    /// condition: a document, an array, a regular expression.
    pub fn pull<K>(&self, item: impl Operand<<V::Item as Value>::NonNull, K>) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
    {
        Update::change(self.location(), "$pull", item.operand().map(as_equal::<V::Item>))
    }

    /// Removes every element that satisfies the condition.
    ///
    /// `{ $pull: { field: { qty: { $lt: 1 } } } }`
    pub fn pull_where<F>(&self, condition: impl FnOnce(Element<V::Item>) -> F) -> Update<M>
    where
        V: Array,
        V::Length: VariableLength,
        R: OnePlace,
        F: IntoFilter<V::Item>,
    {
        let condition = condition(element::<V::Item>(Location::default())).into_filter();
        let condition = condition
            .into_clauses()
            .into_nonempty_document()
            .and_then(into_element_form)
            .and_then(pulled::<V::Item>);
        Update::change(self.location(), "$pull", condition.map(Bson::Document))
    }
}

fn assigned<V, K, O: Assign<V, K>>(items: impl IntoIterator<Item = O>) -> CodecResult<Bson> {
    items.into_iter().map(Assign::assign).collect::<CodecResult<_>>().map(Bson::Array)
}

/// Converts a condition on elements of the type `I` to the form of `$pull`.
fn pulled<I: Value>(condition: Document) -> CodecResult<Document> {
    match condition.keys().next() {
        Some(name) if I::ARRAYS.is_always_array() && !name.starts_with('$') => {
            let expected =
                "a condition on the array itself: the server looks for no names in an array that it pulls";
            Err(CodecError::new(expected, "one on an element of it").at(name.clone()))
        }
        // The server recognises a condition on plain values by its first operator, but not by `$not`.
        Some(name) if name == "$not" => {
            let mut known = doc! { "$exists": true };
            known.extend(condition);
            Ok(known)
        }
        _ => Ok(condition),
    }
}

/// Returns the operand of `$pull` for elements that equal the item. `$eq` also removes an inner array that contains
/// the item, so it is used only where it is necessary.
fn as_equal<I: Value>(item: Bson) -> Bson {
    match item {
        item if I::ARRAYS.nests() && contains_only_arrays(&item) => {
            doc! { "$eq": item.clone(), "$not": { "$elemMatch": { "$eq": item } } }.into()
        }
        Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_) => doc! { "$eq": item }.into(),
        item => item,
    }
}

/// Wraps a document whose keys are operators in `$each`, because the server would read it as modifiers of `$push`.
fn as_one_item(item: Bson) -> Bson {
    if looks_like_operators(&item) { doc! { "$each": [item] }.into() } else { item }
}
