//! Comparison operators: `$eq $ne $gt $gte $lt $lte $in $nin`.

use super::Filter;
use crate::{
    path::{Operand, Path, Queried, operand_list},
    value::Value,
};

/// One line per operator: the method, its name in the manual and the sentence of its documentation.
macro_rules! comparisons {
    ($($name:ident $operator:literal $sentence:literal;)*) => {
        impl<M, V: Value, R> Path<M, V, R> {
            $(
                #[doc = concat!("Matches documents ", $sentence, ".")]
                ///
                #[doc = concat!("`{ field: { ", $operator, ": value } }`")]
                ///
                /// Over an array ([`Many`](crate::path::Many)) one element is enough. Values of other
                /// BSON types do not match; see the manual on comparison.
                pub fn $name<K>(&self, value: impl Operand<V::Bare, K>) -> Filter<M>
                where
                    R: Queried,
                {
                    Filter::test(self.location(), $operator, value.operand())
                }
            )*
        }
    };
}

comparisons! {
    eq "$eq" "whose field equals `value`";
    ne "$ne" "whose field does not equal `value`, documents without the field included";
    gt "$gt" "whose field is greater than `value`";
    gte "$gte" "whose field is at least `value`";
    lt "$lt" "whose field is less than `value`";
    lte "$lte" "whose field is at most `value`";
}

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents whose field equals one of `values`.
    ///
    /// `{ field: { $in: [..] } }`
    pub fn in_<K, I>(&self, values: I) -> Filter<M>
    where
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<V::Bare, K>,
    {
        Filter::test(self.location(), "$in", operand_list::<V::Bare, K, _>(values))
    }

    /// Matches documents whose field equals none of `values`, documents without the field included.
    ///
    /// `{ field: { $nin: [..] } }`
    pub fn nin<K, I>(&self, values: I) -> Filter<M>
    where
        R: Queried,
        I: IntoIterator,
        I::Item: Operand<V::Bare, K>,
    {
        Filter::test(self.location(), "$nin", operand_list::<V::Bare, K, _>(values))
    }
}
