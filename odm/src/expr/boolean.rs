//! Boolean: `$and $or $not`, as `& | !`.

use std::ops;

use mongodb::bson::Bson;

use super::{
    BaseExpression, Expr, Expression, ExpressionList, Required,
    list::Truths,
    operators::{Operator, operator, operators},
    rendered::{joined, list, one},
};
use crate::value::{Array, Value};

/// A `bool`, or an optional `bool`, which counts as false if it is absent: the operands of `& | !`, and the
/// conditions of `cond` and `Filter::expr`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "expected an expression that is true or false",
    note = "compare it: `.eq(..)`, `.gt(..)`; the server treats every number except 0, and every text, as true"
)]
pub trait Truth: Value {}

impl Truth for bool {}
#[diagnostic::do_not_recommend]
impl Truth for Bson {}
#[diagnostic::do_not_recommend]
impl<T: Truth> Truth for Option<T> {}

macro_rules! junctions {
    ($($trait:ident $method:ident $operator:literal;)*) => { $(
        #[doc = concat!("`{ ", $operator, ": [a, b] }`; a chain becomes one list.")]
        impl<R, T: Truth, O, X: Expression<R>> ops::$trait<X> for Expr<R, T, O>
        where
            X::T: Truth,
        {
            type Output = Expr<R, bool>;

            fn $method(self, other: X) -> Self::Output {
                Expr::computed(joined($operator, BaseExpression::render(self), other.render()))
            }
        }
    )* };
}

junctions! {
    BitAnd bitand "$and";
    BitOr bitor "$or";
}

/// `{ $not: [a] }`
impl<R, T: Truth, O> ops::Not for Expr<R, T, O> {
    type Output = Expr<R, bool>;

    fn not(self) -> Self::Output {
        Expr::computed(list("$not", &mut [BaseExpression::render(self)]))
    }
}

operators! {
    /// Returns whether no element of an array is false, null, 0 or missing.
    all_elements_true = "$allElementsTrue" list(array: T [Array + Required]) -> bool;
    /// Returns whether an element of an array is neither false nor null nor 0.
    any_element_true = "$anyElementTrue" list(array: T [Array + Required]) -> bool;
}

/// The operators with other forms.
pub(crate) const OTHERS: &[Operator] =
    &[operator!("$and", and), operator!("$or", or), operator!("$not", not)];

/// Returns whether all conditions are true: `and((o.paid(), o.total().gt(100)))`.
///
/// `{ $and: [condition, ..] }`; `a & b` is the same.
pub fn and<R, L: ExpressionList<R>>(conditions: L) -> Expr<R, bool>
where
    L::Types: Truths,
{
    Expr::computed(one("$and", conditions.render_list()))
}

/// Returns whether at least one condition is true: `or((o.paid(), o.total().gt(100)))`.
///
/// `{ $or: [condition, ..] }`; `a | b` is the same.
pub fn or<R, L: ExpressionList<R>>(conditions: L) -> Expr<R, bool>
where
    L::Types: Truths,
{
    Expr::computed(one("$or", conditions.render_list()))
}
