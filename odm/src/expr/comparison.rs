//! Comparison: `$eq $ne $gt $gte $lt $lte $cmp`.

use super::{
    Expr, ExprOperand,
    operators::{Operator, operator},
    rendered::{Rendered, list},
};
use crate::{
    error::codec::CodecResult,
    value::{Ordered, Value},
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$eq", eq),
    operator!("$ne", ne),
    operator!("$gt", gt),
    operator!("$gte", gte),
    operator!("$lt", lt),
    operator!("$lte", lte),
    operator!("$cmp", cmp),
];

/// Unlike a filter, an expression compares values of any two types, in the server's order of types: a missing field
/// comes before null, null before numbers, numbers before strings. An array is compared as a whole.
impl<R, T: Value, O> Expr<R, T, O> {
    /// Returns whether this value equals the other.
    ///
    /// `{ $eq: [a, b] }`
    pub fn eq<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool> {
        Expr::computed(self.compared("$eq", other.render_operand()))
    }

    /// Returns whether this value does not equal the other.
    ///
    /// `{ $ne: [a, b] }`
    pub fn ne<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool> {
        Expr::computed(self.compared("$ne", other.render_operand()))
    }

    /// Returns whether this value is greater than the other.
    ///
    /// `{ $gt: [a, b] }`
    pub fn gt<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool>
    where
        T::DistinctItem<T>: Ordered,
    {
        Expr::computed(self.compared("$gt", other.render_operand()))
    }

    /// Returns whether this value is at least the other.
    ///
    /// `{ $gte: [a, b] }`
    pub fn gte<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool>
    where
        T::DistinctItem<T>: Ordered,
    {
        Expr::computed(self.compared("$gte", other.render_operand()))
    }

    /// Returns whether this value is less than the other.
    ///
    /// `{ $lt: [a, b] }`
    pub fn lt<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool>
    where
        T::DistinctItem<T>: Ordered,
    {
        Expr::computed(self.compared("$lt", other.render_operand()))
    }

    /// Returns whether this value is at most the other.
    ///
    /// `{ $lte: [a, b] }`
    pub fn lte<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, bool>
    where
        T::DistinctItem<T>: Ordered,
    {
        Expr::computed(self.compared("$lte", other.render_operand()))
    }

    /// Compares the two values: -1, 0 or 1 if this one is less, equal or greater.
    ///
    /// `{ $cmp: [a, b] }`
    #[allow(clippy::should_implement_trait)] // the manual's name
    pub fn cmp<K>(&self, other: impl ExprOperand<R, T, K>) -> Expr<R, i32>
    where
        T::DistinctItem<T>: Ordered,
    {
        Expr::computed(self.compared("$cmp", other.render_operand()))
    }

    fn compared(&self, operator: &'static str, other: CodecResult<Rendered>) -> CodecResult<Rendered> {
        list(operator, &mut [self.rendered(), other])
    }
}
