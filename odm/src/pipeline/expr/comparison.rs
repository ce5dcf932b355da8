//! Comparison: `$eq $ne $gt $gte $lt $lte $cmp`.

use super::{Expr, ExprOperand, binary};
use crate::value::{Ordered, Value};

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $operator:literal $(for $bound:ident)?;)*) => {
        /// Unlike a filter, an expression compares every two values, in the server's order of types: a missing field comes
        /// before null, null before numbers, these before texts. An array is compared as a whole.
        impl<R, T: Value> Expr<R, T> {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!("`{ ", $operator, ": [a, b] }`")]
                pub fn $name<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool>
                $(where T: $bound)?
                {
                    Expr::computed(binary($operator, self.source.clone().render(), other.render_operand()))
                }
            )*

            /// How the two compare: -1, 0 or 1 where it is less, equal or greater.
            ///
            /// `{ $cmp: [a, b] }`
            pub fn cmp<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, i32>
            where
                T: Ordered,
            {
                Expr::computed(binary("$cmp", self.source.clone().render(), other.render_operand()))
            }
        }
    };
}

comparisons! {
    /// Whether it equals the other.
    eq "$eq";
    /// Whether it does not equal the other.
    ne "$ne";
    /// Whether it is greater than the other.
    gt "$gt" for Ordered;
    /// Whether it is at least the other.
    gte "$gte" for Ordered;
    /// Whether it is less than the other.
    lt "$lt" for Ordered;
    /// Whether it is at most the other.
    lte "$lte" for Ordered;
}
