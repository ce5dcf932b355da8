//! Expressions: values that the server computes from a row.
//!
//! | kind | operators |
//! |---|---|
//! | values | fields of the row, constants, [`lit`], literals of shapes, [`root`], [`now`] |
//! | arithmetic | `+` `-` `*` `%` [`divide`] `abs` `ceil` `floor` `round`; dates: `+` and `-` a number of milliseconds, `-` of two dates |
//! | comparison | `eq` `ne` `gt` `gte` `lt` `lte` `cmp` |
//! | boolean | `&` `\|` `!` |
//! | conditional | [`cond`] `if_null` [`switch`] |
//! | conversion | `to_int` `to_long` `to_double` `to_decimal` `as_` |
//! | other | [`rand`], [`text_score`] |
//!
//! Write an operator without a method in the driver's form, with [`Expr::raw`].

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
    arithmetic::{Divided, NumericResult},
    operand::{Computed, ExprOperand},
};
use crate::{
    error::codec::CodecResult,
    path::IntoBase,
    value::{Id, Keyed, MAX_NESTING, Value, bounded},
};

/// An expression over the row `R` that evaluates to a `T`.
///
/// Construct with the fields that a stage passes to its closure (`|o| o.price()`), with operators on them, or with
/// [`lit`].
#[must_use = "an expression does nothing until it is passed to a stage, a filter or an update"]
pub struct Expr<R, T> {
    source: Source,
    types: PhantomData<fn() -> (R, T)>,
}

/// What an expression renders.
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

    /// Creates an expression in the driver's form, of the type that you specify:
    /// `Expr::<_, String>::raw(doc! { "$toUpper": "$name" })`.
    ///
    /// The server reads a text in it that begins with `$` as a path. Use [`lit`] for text from an untrusted source.
    pub fn raw(expression: impl Into<Bson>) -> Self {
        Self::computed(Ok(expression.into()))
    }

    /// Creates the expression of an operator. Refuses one that nests too deep.
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

/// A value that can be used as an expression over the row `R`: a field of the row, an operator on fields, a constant,
/// or the literal of a shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the row `{R}`",
    label = "not an expression over this stage's row",
    note = "expressions are the row's fields (`|row| row.price()`), operators on them, constants (`lit(..)`) and shapes (`ShapeOf {{ .. }}`)"
)]
pub trait Expression<R> {
    /// The type of the result.
    type T: Value;

    /// Renders the expression as it is sent.
    fn render(self) -> CodecResult<Bson>;
}

/// An expression as the base of a fields struct. The accessor of an embedded document returns its fields struct,
/// which dereferences to this base.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the row `{R}`",
    label = "belongs to another row, or to a filter",
    note = "use the fields that the closure of this stage gets"
)]
pub trait BaseExpression<R> {
    /// The type of the result.
    type T: Value;

    /// Renders the expression as it is sent.
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

/// Constants. Of the integers, only `i32` is a constant, so that rustc infers one type for an integer literal. For
/// the others, use [`lit`].
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

/// Returns a constant of any stored type: `lit(5_i64)`, `lit(Status::Paid)`.
///
/// The constant is encoded as a field of that type. The server never reads it as a path or an operator.
pub fn lit<R, T: Value>(value: T) -> Expr<R, T> {
    Expr::computed(value.into_bson().map(constant))
}

/// Wraps a value in `$literal` if the server could read it as a path or an operator.
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

/// Replaces a missing value with the value that a missing field of type `T` decodes as: null for an `Option`.
///
/// `{ $ifNull: [expression, null] }`. Without it, the server leaves missing values out of the arrays and documents
/// that it creates.
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
