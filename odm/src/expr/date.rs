//! Dates: parts, arithmetic, conversion from and to strings.

mod parse;
mod parts;

use mongodb::bson::{Bson, DateTime};

pub use self::{
    parse::{DateFromString, date_from_string},
    parts::{
        DateFromIsoParts, DateFromParts, DateParts, DatePartsFields, IsoDateParts, IsoDatePartsFields,
        date_from_iso_parts, date_from_parts,
    },
};
use super::{
    Expr, Expression, Required,
    operand::Alternative,
    operators::{Operator, operator, operators, options},
    time_unit::{DayOfWeek, UnitOfTime},
};
use crate::value::{DateValue, Integer, StringValue, Value};

options! {
    /// The optional argument of operators on dates.
    Zoned {
        /// Sets the time zone, by its Olson name (`Europe/Oslo`) or its offset from UTC (`+02:00`). The default is UTC.
        timezone "timezone" [StringValue];
    }

    /// The optional arguments of [`date_diff`].
    DateDiff {
        /// Sets the time zone, by its Olson name (`Europe/Oslo`) or its offset from UTC (`+02:00`). The default is UTC.
        timezone "timezone" [StringValue];
        /// Sets the first day of a week, if the unit is a week. The default is Sunday.
        start_of_week "startOfWeek" [DayOfWeek];
    }

    /// The optional arguments of [`date_trunc`].
    DateTrunc {
        /// Sets the time zone, by its Olson name (`Europe/Oslo`) or its offset from UTC (`+02:00`). The default is UTC.
        timezone "timezone" [StringValue];
        /// Sets the first day of a week, if the unit is a week. The default is Sunday.
        start_of_week "startOfWeek" [DayOfWeek];
        /// Sets how many units a period has. The default is 1.
        bin_size "binSize" [Integer];
    }

    /// The optional arguments of [`date_to_string`].
    DateToString {
        /// Sets the format: `%Y-%m-%d`. The default is `%Y-%m-%dT%H:%M:%S.%LZ`.
        format "format" [StringValue + Required];
        /// Sets the time zone, by its Olson name (`Europe/Oslo`) or its offset from UTC (`+02:00`). The default is UTC.
        timezone "timezone" [StringValue + Required];
    }
}

operators! {
    /// Returns the year; null stays null.
    year = "$year" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the month, 1 to 12; null stays null.
    month = "$month" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the day of the month, 1 to 31; null stays null.
    day_of_month = "$dayOfMonth" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the day of the week, 1 (Sunday) to 7; null stays null.
    day_of_week = "$dayOfWeek" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the day of the year, 1 to 366; null stays null.
    day_of_year = "$dayOfYear" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the hour, 0 to 23; null stays null.
    hour = "$hour" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the minute, 0 to 59; null stays null.
    minute = "$minute" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the second, 0 to 60; null stays null.
    second = "$second" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the millisecond, 0 to 999; null stays null.
    millisecond = "$millisecond" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the week of the year, 0 to 53. Weeks begin on Sundays, and week 1 with the first Sunday of the year. Null
    /// stays null.
    week = "$week" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the week of the year by ISO 8601, 1 to 53; null stays null.
    iso_week = "$isoWeek" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the year of the week by ISO 8601; null stays null.
    iso_week_year = "$isoWeekYear" named("date" date: T [DateValue]) with Zoned -> T::Lift<i64>;
    /// Returns the day of the week by ISO 8601, 1 (Monday) to 7; null stays null.
    iso_day_of_week = "$isoDayOfWeek" named("date" date: T [DateValue]) with Zoned -> T::Lift<i32>;
    /// Returns the date some units later; null if an argument is null.
    date_add = "$dateAdd" named("startDate" start: T [DateValue], "unit" unit: U [UnitOfTime], "amount" amount: B [Integer])
        with Zoned -> T::Lift<U::Lift<B::Lift<DateTime>>>;
    /// Returns the date some units earlier; null if an argument is null.
    date_subtract = "$dateSubtract" named("startDate" start: T [DateValue], "unit" unit: U [UnitOfTime], "amount" amount: B [Integer])
        with Zoned -> T::Lift<U::Lift<B::Lift<DateTime>>>;
    /// Returns how many boundaries of a unit lie between two dates; null if an argument is null.
    date_diff = "$dateDiff" named("startDate" start: T [DateValue], "endDate" end: B [DateValue], "unit" unit: U [UnitOfTime])
        with DateDiff -> T::Lift<B::Lift<U::Lift<i64>>>;
    /// Returns the beginning of the period that contains the date; null if an argument is null.
    date_trunc = "$dateTrunc" named("date" date: T [DateValue], "unit" unit: U [UnitOfTime]) with DateTrunc -> T::Lift<U::Lift<DateTime>>;
    /// Returns the date as a string; null stays null unless [`on_null`](Expr::on_null) replaces it.
    date_to_string = "$dateToString" named("date" date: T [DateValue]) with DateToString -> T::Lift<String>;
    /// Returns the parts of a date; null stays null.
    date_to_parts = "$dateToParts" named("date" date: T [DateValue]) with Zoned -> T::Lift<DateParts>;
}

/// The operators with other forms.
pub(crate) const OTHERS: &[Operator] =
    &[operator!("$dateFromParts", date_from_parts), operator!("$dateFromString", date_from_string)];

impl<R, T: Value> Expr<R, T, DateToString> {
    /// Sets the value if the date is null or missing.
    ///
    /// `onNull: value`
    pub fn on_null<X, K>(self, value: X) -> Expr<R, X::Instead, DateToString>
    where
        X: Alternative<R, T, K>,
    {
        Expr::from_source(self.with_argument("onNull", value.render_operand()).source)
    }

    /// Sets the value if the date is null or missing, which may be of any type: the result is a [`Bson`].
    /// `o.placed().date_to_string().on_null_as_bson(0)`
    ///
    /// `onNull: value`
    pub fn on_null_as_bson(self, value: impl Expression<R>) -> Expr<R, Bson, DateToString> {
        Expr::from_source(self.with_argument("onNull", value.render()).source)
    }
}

impl<R, T: Value> Expr<R, T, Zoned> {
    /// Returns the parts by ISO 8601, with the week instead of the month: for [`date_to_parts`].
    ///
    /// `iso8601: true`
    pub fn iso8601(self) -> Expr<R, T::Lift<IsoDateParts>, Zoned>
    where
        T: Value<NonNull = DateParts>,
    {
        Expr::from_source(self.with_argument("iso8601", super::Expression::<R>::render(true)).source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{TimeUnit, Weekday, lit};

    fn date() -> Expr<(), DateTime> {
        lit(DateTime::from_millis(0))
    }

    fn absent() -> Expr<(), Option<String>> {
        lit(None)
    }

    #[test]
    fn an_argument_that_may_be_null_makes_the_result_one_that_may_be_null() {
        let _: Expr<(), i32, _> = date().hour().timezone("Europe/Oslo");
        let _: Expr<(), Option<i32>, _> = date().hour().timezone(absent());
        let _: Expr<(), DateTime, _> =
            date().date_trunc(TimeUnit::Week).start_of_week(Weekday::Monday).bin_size(2);
        let _: Expr<(), Option<DateTime>, _> =
            date().date_trunc(TimeUnit::Week).start_of_week(absent()).bin_size(2);
        let _: Expr<(), Option<DateTime>, _> = date().date_add(absent(), 1);
        let _: Expr<(), Option<i64>, _> = date().date_diff(date(), absent());
    }
}
