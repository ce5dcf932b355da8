//! Boolean: `$and $or $not`, as `& | !`.

use std::{mem, ops};

use mongodb::bson::{Bson, doc};

use super::{BaseExpression, Expr, Expression, Source, binary, operator};
use crate::{
    error::codec::CodecResult,
    value::{MAX_NESTING, Value, bounded},
};

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
impl<T: Truth> Truth for Option<T> {}

macro_rules! junctions {
    ($($trait:ident $method:ident $operator:literal;)*) => { $(
        #[doc = concat!("`{ ", $operator, ": [a, b] }`; a chain becomes one list.")]
        impl<R, T: Truth, X: Expression<R>> ops::$trait<X> for Expr<R, T>
        where
            X::T: Truth,
        {
            type Output = Expr<R, bool>;

            fn $method(self, other: X) -> Self::Output {
                Expr::from_source(Source::Computed(joined(
                    $operator,
                    BaseExpression::render(self),
                    other.render(),
                )))
            }
        }
    )* };
}

junctions! {
    BitAnd bitand "$and";
    BitOr bitor "$or";
}

/// `{ $not: [a] }`
impl<R, T: Truth> ops::Not for Expr<R, T> {
    type Output = Expr<R, bool>;

    fn not(self) -> Self::Output {
        Expr::computed(operator("$not", BaseExpression::render(self).map(|it| vec![it].into())))
    }
}

/// Joins two conditions. If one side is already `{ $and: [..] }`, the other is added to its list; the same applies to
/// `$or`. The list comes from an operator, because constants are in `$literal`. Only the added condition is checked
/// for its depth, so that a long chain does not check its list again each time.
fn joined(name: &'static str, left: CodecResult<Bson>, right: CodecResult<Bson>) -> CodecResult<Bson> {
    let (mut left, mut right) = (left?, right?);
    let list = match (take_list(name, &mut left), take_list(name, &mut right)) {
        (Some(mut list), Some(more)) => {
            list.extend(more);
            list
        }
        (Some(mut list), None) => {
            list.push(bounded(right, MAX_NESTING.saturating_sub(2))?);
            list
        }
        (None, Some(mut list)) => {
            list.insert(0, bounded(left, MAX_NESTING.saturating_sub(2))?);
            list
        }
        (None, None) => return nested(name, left, right),
    };
    Ok(doc! { name: list }.into())
}

/// Takes the list of a value that consists of this operator only.
fn take_list(name: &str, value: &mut Bson) -> Option<Vec<Bson>> {
    match value {
        Bson::Document(all) if all.len() == 1 => match all.get_mut(name) {
            Some(Bson::Array(list)) => Some(mem::take(list)),
            _ => None,
        },
        _ => None,
    }
}

fn nested(name: &'static str, left: Bson, right: Bson) -> CodecResult<Bson> {
    binary(name, Ok(left), Ok(right)).and_then(|both| bounded(both, MAX_NESTING))
}
