//! What an expression is compared with, or has in its place: another expression, or a constant.
//!
//! A constant is encoded by the type of what it stands beside, as in a filter, and wrapped in `$literal` where it could be
//! read as a path or an operator.

use mongodb::bson::{Bson, Decimal128};

use super::{BaseExpression, Plus, constant};
use crate::{
    error::codec::CodecResult,
    path::{IntoBase, Operand, operands::Direct},
    value::{Number, Value},
};

/// The marker of an [`ExprOperand`] that is an expression; inference fills it in.
#[derive(Debug)]
pub enum Computed {}

/// Two kinds of values of which one may equal, or stand in place of, the other.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` never equals a `{B}`",
    label = "not the same kind of value",
    note = "values of one type are compared with each other, and numbers with numbers"
)]
pub trait Alike<B> {
    /// What holds either.
    type Either: Value;
}

#[diagnostic::do_not_recommend]
impl<T: Value> Alike<T> for T {
    type Either = T;
}

macro_rules! alike {
    ($a:ty, $($b:ty),+) => {
        $(
            impl Alike<$b> for $a {
                type Either = <<$a as Number>::Stored as Plus<<$b as Number>::Stored>>::Out;
            }
            impl Alike<$a> for $b {
                type Either = <<$a as Number>::Stored as Plus<<$b as Number>::Stored>>::Out;
            }
        )+
        alike!($($b),+);
    };
    ($last:ty) => {};
}

alike!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, Decimal128);

/// What may be compared with a value of type `V`, or take its place, in an expression over the row `R`: an expression of
/// the same kind, or a constant as a filter takes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit beside an expression of type `{V}`",
    label = "expected an expression or a constant of that kind",
    note = "that is a field of the same row, a value or a literal; of numbers, any beside any",
    note = "an `Option` is no constant: decide first; for fields, `.if_null(..)` says what stands in place of null"
)]
pub trait ExprOperand<R, V, K> {
    /// What holds either of the two, null where one of them may be.
    type Either: Value;
    /// What holds either of the two where this one stands in place of a null.
    type Instead: Value;

    /// The operand as it is sent.
    fn render_operand(self) -> CodecResult<Bson>;
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, X> ExprOperand<R, V, Computed> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
    V::Bare: Alike<<<X::Base as BaseExpression<R>>::T as Value>::Bare>,
{
    type Either = <V as Value>::Lift<Self::Instead>;
    type Instead = <<X::Base as BaseExpression<R>>::T as Value>::Lift<
        <V::Bare as Alike<<<X::Base as BaseExpression<R>>::T as Value>::Bare>>::Either,
    >;

    fn render_operand(self) -> CodecResult<Bson> {
        self.into_base().render()
    }
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, K, O: Operand<V::Bare, K>> ExprOperand<R, V, Direct<K>> for O {
    type Either = V;
    type Instead = V::Bare;

    fn render_operand(self) -> CodecResult<Bson> {
        self.operand().map(constant)
    }
}
