//! Variables of the server: `$$ROOT`, `$$NOW`.

use std::borrow::Cow;

use mongodb::bson::DateTime;

use super::{Expr, Source};

/// Returns the row itself.
///
/// `"$$ROOT"`
pub fn root<R>() -> Expr<R, R> {
    Expr::from_source(Source::Field(Cow::Borrowed("$ROOT")))
}

/// Returns the server's current date, the same for all rows.
///
/// `"$$NOW"`
pub fn now<R>() -> Expr<R, DateTime> {
    Expr::from_source(Source::Field(Cow::Borrowed("$NOW")))
}
