//! Expressions: values that the server computes from a row.
//!
//! | kind | operators |
//! |---|---|
//! | values | fields of the row, constants, [`lit`], literals of shapes, [`root`], [`now`] |
//! | arithmetic | `+` `-` `*` `%` [`divide`] `abs` `ceil` `floor` `round`; dates: `+` and `-` a number of milliseconds, `-` of two |
//! | comparison | `eq` `ne` `gt` `gte` `lt` `lte` `cmp` |
//! | boolean | `&` `\|` `!` |
//! | conditional | [`cond`] `if_null` [`switch`] |
//! | conversion | `to_int` `to_long` `to_double` `to_decimal` `as_` |
//! | other | [`rand`], [`text_score`] |
//!
//! An operator that is not here yet is written as the driver takes it, with [`Expr::raw`].

pub(crate) mod arithmetic;
mod boolean;
mod comparison;
mod conditional;
pub(crate) mod context;
mod convert;
pub(crate) mod operand;
mod random;
mod text_score;
mod variable;

use std::{borrow::Cow, fmt, marker::PhantomData};

use mongodb::bson::{Bson, DateTime, Decimal128, Document, Uuid, doc, oid::ObjectId};

pub(crate) use self::context::exprs;
pub use self::{
    arithmetic::divide,
    boolean::Truth,
    conditional::{Switch, cond, switch},
    context::Exprs,
    random::rand,
    text_score::text_score,
    variable::{now, root},
};
pub(crate) use self::{
    arithmetic::{Divided, Plus},
    operand::{Computed, ExprOperand},
};
use crate::{
    error::codec::CodecResult,
    path::IntoBase,
    value::{Id, Keyed, MAX_NESTING, Value, bounded},
};

/// An expression over the row `R` that gives a `T`.
///
/// Construct with the fields a stage hands to its closure (`|o| o.price()`), operators on them, or [`lit`].
#[must_use = "an expression does nothing until a stage or a sentence gets it"]
pub struct Expr<R, T> {
    source: Source,
    types: PhantomData<fn() -> (R, T)>,
}

/// What is rendered so far.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A field of the row, by its dotted name.
    Field(Cow<'static, str>),
    /// Any other expression, or why it cannot be sent.
    Computed(CodecResult<Bson>),
}

impl Source {
    fn render(self) -> CodecResult<Bson> {
        match self {
            Self::Field(name) => Ok(Bson::String(format!("${name}"))),
            Self::Computed(rendered) => rendered,
        }
    }
}

impl<R, T> Expr<R, T> {
    pub(crate) fn from_source(source: Source) -> Self {
        Self { source, types: PhantomData }
    }

    /// An expression of your own, as the driver takes it; you say what it gives:
    /// `Expr::<_, String>::raw(doc! { "$toUpper": "$name" })`.
    ///
    /// A text in it is a path if it begins with `$`: what somebody else wrote is a [`lit`].
    pub fn raw(expression: impl Into<Bson>) -> Self {
        Self::computed(Ok(expression.into()))
    }

    /// An expression that an operator made, unless it nests too deep.
    fn computed(rendered: CodecResult<Bson>) -> Self {
        Self::from_source(Source::Computed(rendered.and_then(|rendered| bounded(rendered, MAX_NESTING))))
    }
}

impl<R, T> Clone for Expr<R, T> {
    fn clone(&self) -> Self {
        Self::from_source(self.source.clone())
    }
}

impl<R, T> fmt::Debug for Expr<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expr").finish_non_exhaustive()
    }
}

impl<R, T> IntoBase for Expr<R, T> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}

/// Anything that stands where the manual says "expression" over the row `R`: a field of the row, an operator
/// on fields, a constant, a shape's literal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the row `{R}`",
    label = "not an expression over this stage's row",
    note = "expressions are the row's fields (`|row| row.price()`), operators on them, constants (`lit(..)`) and shapes (`ShapeOf {{ .. }}`)"
)]
pub trait Expression<R> {
    /// What it gives.
    type T: Value;

    /// The expression as it is sent.
    fn render(self) -> CodecResult<Bson>;
}

/// The bottom of whatever is laid over an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the row `{R}`",
    label = "belongs to another row, or to a filter",
    note = "use the fields that the closure of this stage gets"
)]
pub trait BaseExpression<R> {
    /// What it gives.
    type T: Value;

    /// The expression as it is sent.
    fn render(self) -> CodecResult<Bson>;
}

impl<R, T: Value> BaseExpression<R> for Expr<R, T> {
    type T = T;

    fn render(self) -> CodecResult<Bson> {
        self.source.render()
    }
}

#[diagnostic::do_not_recommend]
impl<R, X> Expression<R> for X
where
    X: IntoBase,
    X::Base: BaseExpression<R>,
{
    type T = <X::Base as BaseExpression<R>>::T;

    fn render(self) -> CodecResult<Bson> {
        self.into_base().render()
    }
}

/// Constants. Of the integers only `i32` is one: an integer literal then has one type at once; for the
/// others there is [`lit`].
macro_rules! constants {
    ($($type:ty),*) => { $(
        impl<R> Expression<R> for $type {
            type T = Self;

            fn render(self) -> CodecResult<Bson> {
                self.to_bson().map(constant)
            }
        }
    )* };
}

constants!(i32, f64, bool, String, DateTime, ObjectId, Uuid, Decimal128);
#[cfg(feature = "chrono")]
constants!(chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveDate);
#[cfg(feature = "rust_decimal")]
constants!(rust_decimal::Decimal);
#[cfg(feature = "time")]
constants!(time::OffsetDateTime, time::UtcDateTime, time::PrimitiveDateTime, time::Date);
#[cfg(feature = "uuid")]
constants!(uuid::Uuid);

impl<R> Expression<R> for &str {
    type T = String;

    fn render(self) -> CodecResult<Bson> {
        Ok(constant(self.into()))
    }
}

impl<R, M: Keyed> Expression<R> for Id<M> {
    type T = Self;

    fn render(self) -> CodecResult<Bson> {
        self.to_bson().map(constant)
    }
}

/// A constant of any stored type: `lit(5_i64)`, `lit(Status::Paid)`.
///
/// It is encoded as a field of that type would be, and can never be read as a path or an operator.
pub fn lit<R, T: Value>(value: T) -> Expr<R, T> {
    Expr::computed(value.into_bson().map(constant))
}

/// What the server could read as a path or an operator is wrapped in `$literal`.
pub(crate) fn constant(value: Bson) -> Bson {
    let readable = match &value {
        Bson::String(text) => text.starts_with('$'),
        Bson::Document(_) | Bson::Array(_) => true,
        _ => false,
    };
    if readable { doc! { "$literal": value }.into() } else { value }
}

/// `{ operator: argument }`
pub(crate) fn operator(name: &'static str, argument: CodecResult<Bson>) -> CodecResult<Bson> {
    let mut rendered = Document::new();
    rendered.insert(name, argument?);
    Ok(rendered.into())
}

/// An expression that gives a `T`, with what a missing value reads as in the place of a missing one: null for an `Option`.
///
/// `{ $ifNull: [expression, null] }`. The server leaves missing values out of the arrays and documents that it makes.
pub(crate) fn filled<T: Value>(rendered: CodecResult<Bson>) -> CodecResult<Bson> {
    match T::missing() {
        Some(none) => binary("$ifNull", rendered, none.to_bson().map(constant)),
        None => rendered,
    }
}

/// `{ operator: [left, right] }`
pub(crate) fn binary(
    name: &'static str,
    left: CodecResult<Bson>,
    right: CodecResult<Bson>,
) -> CodecResult<Bson> {
    operator(name, Ok(Bson::Array(vec![left?, right?])))
}
