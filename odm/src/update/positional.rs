//! Filtered positional updates: `$[name]` with its array filter.

use mongodb::bson::Document;

use crate::{
    error::codec::CodecResult,
    filter::{IntoFilter, prefixed},
    path::{Each, Element, InQuery, Location, OnePlace, Path, element},
    value::{Array, Value},
};

impl<M: 'static, V: Value, R> Path<M, V, R> {
    /// Returns the elements that satisfy the condition, for an update.
    ///
    /// `{ "lines.$[name].qty": .. }` with the array filter `{ "name.qty": { $lt: 1 } }`
    ///
    /// The identifier is derived from the condition, so equal conditions in one update share one filter.
    #[doc(alias = "array_filters")]
    #[doc(alias = "arrayFilters")]
    #[doc(alias = "$[<identifier>]")]
    pub fn each_where<F>(
        &self,
        condition: impl FnOnce(Element<V::Item>) -> F,
    ) -> <V::Item as Value>::Fields<InQuery<M, Each>, Path<M, V::Item, Each>>
    where
        V: Array,
        R: OnePlace,
        F: IntoFilter<V::Item>,
    {
        let condition = condition(element::<V::Item>(Location::default())).into_filter();
        let condition = condition.into_clauses().into_nonempty_document();
        let at = picked(self.location(), condition);
        V::Item::under(InQuery::new(at.clone()), Path::new(at))
    }
}

fn picked(array: &Location, condition: CodecResult<Document>) -> Location {
    match condition {
        Ok(condition) => {
            let identifier = identifier(&condition);
            let filter = prefixed(&identifier, condition);
            array.filtered(&identifier, Ok(filter))
        }
        Err(problem) => array.filtered("e", Err(problem)),
    }
}

/// Returns an identifier for a condition, in the form that the server requires: a lowercase letter, then letters and
/// digits. It is a hash of the condition's bytes (FNV-1a), so every build sends the same command for the same update.
pub(super) fn identifier(condition: &Document) -> String {
    let bytes = condition.to_vec().unwrap_or_default();
    let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    format!("e{hash:x}")
}
