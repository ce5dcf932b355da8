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
pub trait Comparable<B> {}

#[diagnostic::do_not_recommend]
impl<T: Value> Comparable<T> for T {}

/// Two types of values of which an expression may return either.
///
/// The server returns a branch as it is, without a conversion. So the type that holds both must read what either stores:
/// a double reads integers up to 2^53, a decimal reads every integer. No type reads a double and a decimal.
#[diagnostic::on_unimplemented(
    message = "no type holds both a `{Self}` and a `{B}`",
    label = "not the same kind of value",
    note = "values of one type can replace each other, integers and floats, and integers and decimals",
    note = "`.to_decimal()` converts a float"
)]
pub trait Replaceable<B>: Comparable<B> {
    /// The type that holds either value.
    type Either: Value;
}

#[diagnostic::do_not_recommend]
impl<T: Value> Replaceable<T> for T {
    type Either = T;
}

/// Every pair of two types in the list.
macro_rules! pairs {
    ($macro:ident: $a:ty, $($b:ty),+) => {
        $($macro!($a, $b);)+
        pairs!($macro: $($b),+);
    };
    ($macro:ident: $last:ty) => {};
}

macro_rules! comparable {
    ($a:ty, $b:ty) => {
        impl Comparable<$b> for $a {}
        impl Comparable<$a> for $b {}
    };
}

macro_rules! replaceable {
    ($a:ty, $b:ty) => {
        impl Replaceable<$b> for $a {
            type Either = <<$a as Number>::Stored as NumericResult<<$b as Number>::Stored>>::Out;
        }
        impl Replaceable<$a> for $b {
            type Either = <<$a as Number>::Stored as NumericResult<<$b as Number>::Stored>>::Out;
        }
    };
}

/// The integers, each with a decimal.
macro_rules! with_decimal {
    ($($integer:ty),+) => { $(replaceable!($integer, Decimal128);)+ };
}

pairs!(comparable: i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, Decimal128);
pairs!(replaceable: i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);
with_decimal!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

/// A value that can be compared with a value of type `V` in an expression over the row `R`: an expression of the same
/// kind, or a constant as in a filter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with an expression of type `{V}`",
    label = "expected an expression or a constant of that kind",
    note = "the operand is a field of the same row, a value or a literal; numbers of all types can be compared",
    note = "an `Option` is not a constant: unwrap it first; for a field, `.if_null(..)` replaces null"
)]
pub trait ExprOperand<R, V, K> {
    /// Renders the operand as it is sent.
    fn render_operand(self) -> CodecResult<Rendered>;
}

/// A value that an expression over the row `R` may return in place of a value of type `V`: an expression of the same
/// kind, or a constant as in a filter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be combined with an expression of type `{V}`",
    label = "expected an expression or a constant of that kind",
    note = "the operand is a field of the same row, a value or a literal; numbers can be combined, except a decimal with a float: `.to_decimal()` converts the float",
    note = "an `Option` is not a constant: unwrap it first; for a field, `.if_null(..)` replaces null"
)]
pub trait Alternative<R, V, K>: ExprOperand<R, V, K> {
    /// The type that holds either of the two values: an `Option` if one of them may be null.
    type Either: Value;
    /// The type that holds either of the two values if this one replaces a null.
    type Instead: Value;
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, X> ExprOperand<R, V, Computed> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
    V::NonNull: Comparable<<<X::Base as BaseExpression<R>>::T as Value>::NonNull>,
{
    fn render_operand(self) -> CodecResult<Rendered> {
        self.into_base().render()
    }
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, X> Alternative<R, V, Computed> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
    V::NonNull: Replaceable<<<X::Base as BaseExpression<R>>::T as Value>::NonNull>,
{
    type Either = <V as Value>::Lift<Self::Instead>;
    type Instead = <<X::Base as BaseExpression<R>>::T as Value>::Lift<
        <V::NonNull as Replaceable<<<X::Base as BaseExpression<R>>::T as Value>::NonNull>>::Either,
    >;
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, K, O: Operand<V::NonNull, K>> ExprOperand<R, V, Direct<K>> for O {
    fn render_operand(self) -> CodecResult<Rendered> {
        self.operand().and_then(Rendered::constant)
    }
}

#[diagnostic::do_not_recommend]
impl<R, V: Value, K, O: Operand<V::NonNull, K>> Alternative<R, V, Direct<K>> for O {
    type Either = V;
    type Instead = V::NonNull;
}
