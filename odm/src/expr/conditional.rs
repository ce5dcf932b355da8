//! Conditional: `$cond $ifNull $switch`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, doc};

use super::{Expr, ExprOperand, Expression, Truth, binary};
use crate::{error::codec::CodecResult, value::Value};

/// Returns one of two values, depending on a condition.
///
/// `{ $cond: [condition, then, otherwise] }`; a condition that is null or missing counts as false.
pub fn cond<R, C, A, B, K>(condition: C, then: A, otherwise: B) -> Expr<R, B::Either>
where
    C: Expression<R>,
    C::T: Truth,
    A: Expression<R>,
    B: ExprOperand<R, A::T, K>,
{
    Expr::computed(three("$cond", condition.render(), then.render(), otherwise.render_operand()))
}

fn three(
    name: &'static str,
    first: CodecResult<Bson>,
    second: CodecResult<Bson>,
    third: CodecResult<Bson>,
) -> CodecResult<Bson> {
    Ok(doc! { name: [first?, second?, third?] }.into())
}

impl<R, T: Value> Expr<R, T> {
    /// Replaces null and a missing field with another value.
    ///
    /// `{ $ifNull: [expression, instead] }`
    pub fn if_null<X, K>(&self, instead: X) -> Expr<R, X::Instead>
    where
        X: ExprOperand<R, T, K>,
    {
        Expr::computed(binary("$ifNull", self.source.clone().render(), instead.render_operand()))
    }
}

/// Returns one of several values: that of the first condition that holds.
///
/// `{ $switch: { branches: [{ case: condition, then: value }, ..], default: value } }`
///
/// ```
/// # use odm::{Filter, Id, Model, pipeline::switch};
/// # #[derive(Model)]
/// # #[odm(collection = "parcels")]
/// # struct Parcel { id: Id<Parcel>, weight: f64, limit: f64 }
/// let filter = Filter::<Parcel>::expr(|p| {
///     let most = switch(p.weight().gt(20), 2.5).case(p.weight().gt(5), 1.5).default(1);
///     p.limit().lt(most)
/// });
/// # drop(filter);
/// ```
pub fn switch<R, C, X>(condition: C, then: X) -> Switch<R, X::T>
where
    C: Expression<R>,
    C::T: Truth,
    X: Expression<R>,
{
    Switch { branches: branch(condition.render(), then.render()).map(|one| vec![one]), types: PhantomData }
}

/// The branches of an unfinished `$switch`, which evaluate to a `T`.
///
/// Construct with [`switch`].
#[must_use = "a switch is an expression once it has its `default`"]
pub struct Switch<R, T> {
    branches: CodecResult<Vec<Bson>>,
    types: PhantomData<fn() -> (R, T)>,
}

impl<R, T> fmt::Debug for Switch<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switch").finish_non_exhaustive()
    }
}

impl<R, T: Value> Switch<R, T> {
    /// Adds a branch, which applies if no branch before it does.
    pub fn case<C, X, K>(self, condition: C, then: X) -> Switch<R, X::Either>
    where
        C: Expression<R>,
        C::T: Truth,
        X: ExprOperand<R, T, K>,
    {
        Switch {
            branches: with(self.branches, condition.render(), then.render_operand()),
            types: PhantomData,
        }
    }

    /// Adds the value if no condition holds, and returns the expression.
    pub fn default<X, K>(self, otherwise: X) -> Expr<R, X::Either>
    where
        X: ExprOperand<R, T, K>,
    {
        Expr::computed(finished(self.branches, otherwise.render_operand()))
    }
}

fn branch(condition: CodecResult<Bson>, then: CodecResult<Bson>) -> CodecResult<Bson> {
    Ok(doc! { "case": condition?, "then": then? }.into())
}

fn with(
    branches: CodecResult<Vec<Bson>>,
    condition: CodecResult<Bson>,
    then: CodecResult<Bson>,
) -> CodecResult<Vec<Bson>> {
    let mut branches = branches?;
    branches.push(branch(condition, then)?);
    Ok(branches)
}

fn finished(branches: CodecResult<Vec<Bson>>, otherwise: CodecResult<Bson>) -> CodecResult<Bson> {
    Ok(doc! { "$switch": { "branches": branches?, "default": otherwise? } }.into())
}
