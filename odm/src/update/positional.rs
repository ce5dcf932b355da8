//! Filtered positional updates: `$[name]` with its array filter.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{
    filter::Filter,
    path::{Each, Element, InQuery, Location, OnePlace, Path, element},
    value::{Array, Value},
};

impl<M: 'static, V: Value, R> Path<M, V, R> {
    /// The elements that satisfy the condition, in an update.
    ///
    /// `{ "lines.$[name].qty": .. }` with the array filter `{ "name.qty": { $lt: 1 } }`
    ///
    /// The identifier is made from the condition, so equal conditions in one update share one filter.
    pub fn each_where(
        &self,
        condition: impl FnOnce(Element<V::Item>) -> Filter<V::Item>,
    ) -> <V::Item as Value>::Fields<InQuery<M, Each>, Path<M, V::Item, Each>>
    where
        V: Array,
        R: OnePlace,
    {
        const PLACEHOLDER: &str = "element";
        let clauses = condition(element::<V::Item>(Location::default().field(PLACEHOLDER))).into_clauses();
        let identifier =
            identifier(&clauses.clone().into_document().map(|it| it.to_string()).unwrap_or_default());
        let filter = clauses.renamed(PLACEHOLDER, &identifier);
        let at = self.location().filtered(&identifier, filter);
        V::Item::under(InQuery::new(at.clone()), Path::new(at))
    }
}

/// A name for a condition, as the server wants it: a lowercase letter, then letters and digits.
fn identifier(condition: &str) -> String {
    let mut hasher = DefaultHasher::new();
    condition.hash(&mut hasher);
    format!("e{:x}", hasher.finish())
}
