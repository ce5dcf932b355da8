//! Boolean: `$and $or $not`, as `& | !`.

use std::ops;

use mongodb::bson::{Bson, doc};

use super::{BaseExpression, Expr, Expression, Source, binary, operator};
use crate::{
    error::codec::CodecResult,
    value::{MAX_NESTING, Value, bounded},
};

/// A bool, or a bool that may be absent, which counts as false: what `& | !`, `cond` and `Filter::expr` take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "expected an expression that is true or false",
    note = "compare it: `.eq(..)`, `.gt(..)`; the server takes every number but 0 and every text as true"
)]
pub trait Truth: Value {}

impl Truth for bool {}
#[diagnostic::do_not_recommend]
impl<T: Truth> Truth for Option<T> {}

macro_rules! junctions {
    ($($trait:ident $method:ident $operator:literal;)*) => { $(
        #[doc = concat!("`{ ", $operator, ": [a, b] }`, one list for a chain of them.")]
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

/// What is not a constant (these are in `$literal`) is what an operator made, so its list may grow. What joins it is
/// measured, and not the list each time.
fn joined(name: &'static str, left: CodecResult<Bson>, right: CodecResult<Bson>) -> CodecResult<Bson> {
    match (left?, right?) {
        (Bson::Document(mut all), right) if all.len() == 1 => match all.remove(name) {
            Some(Bson::Array(mut list)) => {
                list.push(bounded(right, MAX_NESTING.saturating_sub(2))?);
                Ok(doc! { name: list }.into())
            }
            Some(other) => {
                all.insert(name, other);
                nested(name, all.into(), right)
            }
            None => nested(name, all.into(), right),
        },
        (left, right) => nested(name, left, right),
    }
}

fn nested(name: &'static str, left: Bson, right: Bson) -> CodecResult<Bson> {
    binary(name, Ok(left), Ok(right)).and_then(|both| bounded(both, MAX_NESTING))
}
