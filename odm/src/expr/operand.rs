//! The operands of an expression: another expression, or a constant.
//!
//! A constant is encoded with the type of the other operand, as in a filter. It is wrapped in `$literal` if the
//! server could read it as a path or an operator.

use mongodb::bson::Decimal128;

use super::{BaseExpression, NumericResult, rendered::Rendered};
use crate::{
    error::codec::CodecResult,
    path::{IntoBase, Operand, operands::Direct},
    value::{Number, Value},
};

/// The marker of an [`ExprOperand`] that is an expression; rustc infers it.
#[derive(Debug)]
pub enum Computed {}

/// Two types of values that can be compared with, or replace, each other.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` never equals a `{B}`",
    label = "not the same kind of value",
    note = "values of one type are compared with each other, and numbers with numbers"
)]
pub trait Comparable<B> {
    /// The type that holds either value.
    type Either: Value;
}

#[diagnostic::do_not_recommend]
impl<T: Value> Comparable<T> for T {
    type Either = T;
}

macro_rules! alike {
    ($a:ty, $($b:ty),+) => {
        $(
            impl Comparable<$b> for $a {
                type Either = <<$a as Number>::Stored as NumericResult<<$b as Number>::Stored>>::Out;
            }
            impl Comparable<$a> for $b {
                type Either = <<$a as Number>::Stored as NumericResult<<$b as Number>::Stored>>::Out;
            }
        )+
        alike!($($b),+);
    };
    ($last:ty) => {};
}

alike!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, Decimal128);

/// A value that can be compared with a value of type `V`, or replace it, in an expression over the row `R`: an
/// expression of the same kind, or a constant as in a filter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be combined with an expression of type `{V}`",
    label = "expected an expression or a constant of that kind",
    note = "the operand is a field of the same row, a value or a literal; numbers of all types can be combined",
    note = "an `Option` is not a constant: unwrap it first; for a field, `.if_null(..)` replaces null"
)]
pub trait ExprOperand<R, V, K> {
    /// The type that holds either of the two values: an `Option` if one of them may be null.
    type Either: Value;
    /// The type that holds either of the two values if this one replaces a null.
    type Instead: Value;

    /// Renders the operand as it is sent.
    fn render_operand(self) -> CodecResult<Rendered>;
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, X> ExprOperand<R, V, Computed> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
    V::NonNull: Comparable<<<X::Base as BaseExpression<R>>::T as Value>::NonNull>,
{
    type Either = <V as Value>::Lift<Self::Instead>;
    type Instead = <<X::Base as BaseExpression<R>>::T as Value>::Lift<
        <V::NonNull as Comparable<<<X::Base as BaseExpression<R>>::T as Value>::NonNull>>::Either,
    >;

    fn render_operand(self) -> CodecResult<Rendered> {
        self.into_base().render()
    }
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, K, O: Operand<V::NonNull, K>> ExprOperand<R, V, Direct<K>> for O {
    type Either = V;
    type Instead = V::NonNull;

    fn render_operand(self) -> CodecResult<Rendered> {
        self.operand().and_then(Rendered::constant)
    }
}
