//! `$dateFromString`.

use mongodb::bson::{Bson, DateTime};

use crate::{
    expr::{Alternative, Expr, Expression, Required, operators::options, rendered::named},
    value::{StringValue, Value},
};

options! {
    /// The optional arguments of [`date_from_string`].
    DateFromString {
        /// Sets the format: `%Y-%m-%d`.
        format "format" [StringValue + Required];
        /// Sets the time zone of strings without one. The default is UTC.
        timezone "timezone" [StringValue + Required];
    }
}

/// Parses a date; null stays null.
///
/// `{ $dateFromString: { dateString: text } }`
///
/// The server returns an error for a string that is not a date, unless [`on_error`](Expr::on_error) sets a value.
pub fn date_from_string<R, T>(text: impl Expression<R, T = T>) -> Expr<R, T::Lift<DateTime>, DateFromString>
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
    pub fn date_from_string(&self) -> Expr<R, T::Lift<DateTime>, DateFromString>
    where
        T: StringValue,
    {
        date_from_string(self.typed::<T>())
    }
}

impl<R, T: Value> Expr<R, T, DateFromString> {
    /// Sets the value if the string is not a date.
    ///
    /// `onError: value`
    pub fn on_error<X, K>(self, value: X) -> Expr<R, X::Either, DateFromString>
    where
        X: Alternative<R, T, K>,
    {
        Expr::from_source(self.with_argument("onError", value.render_operand()).source)
    }

    /// Sets the value if the string is not a date, which may be of any type: the result is a [`Bson`].
    /// `o.date().date_from_string().on_error_as_bson(o.date())`
    ///
    /// `onError: value`
    pub fn on_error_as_bson(self, value: impl Expression<R>) -> Expr<R, Bson, DateFromString> {
        Expr::from_source(self.with_argument("onError", value.render()).source)
    }

    /// Sets the value if the string is null or missing, which may be of any type: the result is a [`Bson`].
    ///
    /// `onNull: value`
    pub fn on_null_as_bson(self, value: impl Expression<R>) -> Expr<R, Bson, DateFromString> {
        Expr::from_source(self.with_argument("onNull", value.render()).source)
    }

    /// Sets the value if the string is null or missing.
    ///
    /// `onNull: value`
    pub fn on_null<X, K>(self, value: X) -> Expr<R, X::Instead, DateFromString>
    where
        X: Alternative<R, T, K>,
    {
        Expr::from_source(self.with_argument("onNull", value.render_operand()).source)
    }
}
