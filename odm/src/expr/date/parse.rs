//! `$dateFromString`.

use std::marker::PhantomData;

use mongodb::bson::{Bson, DateTime};

use crate::{
    expr::{Alternative, Expr, Expression, Required, rendered::named},
    value::{StringValue, Value},
};

/// The optional arguments of [`date_from_string`]. `N` is the type of the string, of which only matters whether it may be
/// null, and `E` the type of the result for a string that is not null.
#[derive(Debug)]
pub struct DateFromString<N, E>(PhantomData<fn() -> (N, E)>);

/// Parses a date; null stays null.
///
/// `{ $dateFromString: { dateString: text } }`
///
/// The server returns an error for a string that is not a date, unless [`on_error`](Expr::on_error) sets a value.
pub fn date_from_string<R, T>(
    text: impl Expression<R, T = T>,
) -> Expr<R, T::Lift<DateTime>, DateFromString<T, DateTime>>
where
    T: StringValue,
{
    Expr::computed(named("$dateFromString", &mut [("dateString", text.render())]))
}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Parses a date; null stays null.
    ///
    /// `{ $dateFromString: { dateString: text } }`
    ///
    /// The server returns an error for a string that is not a date, unless [`on_error`](Expr::on_error) sets a value.
    pub fn date_from_string(&self) -> Expr<R, T::Lift<DateTime>, DateFromString<T, DateTime>>
    where
        T: StringValue,
    {
        date_from_string(self.typed::<T>())
    }
}

impl<R, T, N: Value, E: Value> Expr<R, T, DateFromString<N, E>> {
    /// Sets the format: `%Y-%m-%d`.
    ///
    /// `format: format`
    pub fn format<B>(self, format: impl Expression<R, T = B>) -> Self
    where
        B: StringValue + Required,
    {
        Expr::from_source(self.with_argument("format", format.render()).source)
    }

    /// Sets the time zone of strings without one. The default is UTC.
    ///
    /// `timezone: timezone`
    pub fn timezone<B>(self, timezone: impl Expression<R, T = B>) -> Self
    where
        B: StringValue + Required,
    {
        Expr::from_source(self.with_argument("timezone", timezone.render()).source)
    }

    /// Sets the value if the string is not a date.
    ///
    /// `onError: value`
    pub fn on_error<X, K>(self, value: X) -> Parsed<R, N, X::Either>
    where
        X: Alternative<R, E, K>,
    {
        Expr::from_source(self.with_argument("onError", value.render_operand()).source)
    }

    /// Sets the value if the string is not a date, which may be of any type: the result is a [`Bson`].
    /// `o.date().date_from_string().on_error_as_bson(o.date())`
    ///
    /// `onError: value`
    pub fn on_error_as_bson(self, value: impl Expression<R>) -> Parsed<R, N, Bson> {
        Expr::from_source(self.with_argument("onError", value.render()).source)
    }

    /// Sets the value if the string is null or missing.
    ///
    /// `onNull: value`
    pub fn on_null<X, K>(self, value: X) -> Parsed<R, bool, X::Either>
    where
        X: Alternative<R, E, K>,
    {
        Expr::from_source(self.with_argument("onNull", value.render_operand()).source)
    }

    /// Sets the value if the string is null or missing, which may be of any type: the result is a [`Bson`].
    ///
    /// `onNull: value`
    pub fn on_null_as_bson(self, value: impl Expression<R>) -> Parsed<R, bool, Bson> {
        Expr::from_source(self.with_argument("onNull", value.render()).source)
    }
}

/// A parsed date, or what is returned in its place, which may be null if the string or one of these values may be.
type Parsed<R, N, E> = Expr<R, <N as Value>::Lift<E>, DateFromString<N, E>>;
