//! `$dateFromParts`, and the result of `$dateToParts`.

use mongodb::bson::DateTime;

use crate::{
    expr::{Expr, Expression, operators::options, rendered::named},
    row::document,
    value::{Integer, StringValue},
};

document! {
    /// The parts of a date, as [`date_to_parts`](super::date_to_parts) returns them.
    DateParts, DatePartsFields in date_parts {
        /// The year.
        year "year": i32,
        /// The month, 1 to 12.
        month "month": i32,
        /// The day of the month, 1 to 31.
        day "day": i32,
        /// The hour, 0 to 23.
        hour "hour": i32,
        /// The minute, 0 to 59.
        minute "minute": i32,
        /// The second, 0 to 59.
        second "second": i32,
        /// The millisecond, 0 to 999.
        millisecond "millisecond": i32,
    }

    /// The parts of a date by ISO 8601, as [`date_to_parts`](super::date_to_parts) returns them with
    /// [`iso8601`](crate::expr::Expr::iso8601).
    IsoDateParts, IsoDatePartsFields in iso_date_parts {
        /// The year of the week.
        iso_week_year "isoWeekYear": i32,
        /// The week of the year, 1 to 53.
        iso_week "isoWeek": i32,
        /// The day of the week, 1 (Monday) to 7.
        iso_day_of_week "isoDayOfWeek": i32,
        /// The hour, 0 to 23.
        hour "hour": i32,
        /// The minute, 0 to 59.
        minute "minute": i32,
        /// The second, 0 to 59.
        second "second": i32,
        /// The millisecond, 0 to 999.
        millisecond "millisecond": i32,
    }
}

options! {
    /// The optional arguments of [`date_from_parts`].
    DateFromParts {
        /// Sets the month. The default is 1.
        with_month "month" [Integer];
        /// Sets the day of the month. The default is 1.
        with_day "day" [Integer];
        /// Sets the hour. The default is 0.
        with_hour "hour" [Integer];
        /// Sets the minute. The default is 0.
        with_minute "minute" [Integer];
        /// Sets the second. The default is 0.
        with_second "second" [Integer];
        /// Sets the millisecond. The default is 0.
        with_millisecond "millisecond" [Integer];
        /// Sets the time zone. The default is UTC.
        timezone "timezone" [StringValue];
    }

    /// The optional arguments of [`date_from_iso_parts`].
    DateFromIsoParts {
        /// Sets the week by ISO 8601. The default is 1.
        with_iso_week "isoWeek" [Integer];
        /// Sets the day of the week by ISO 8601. The default is 1.
        with_iso_day_of_week "isoDayOfWeek" [Integer];
        /// Sets the hour. The default is 0.
        with_hour "hour" [Integer];
        /// Sets the minute. The default is 0.
        with_minute "minute" [Integer];
        /// Sets the second. The default is 0.
        with_second "second" [Integer];
        /// Sets the millisecond. The default is 0.
        with_millisecond "millisecond" [Integer];
        /// Sets the time zone. The default is UTC.
        timezone "timezone" [StringValue];
    }
}

/// Returns the date with these parts: `date_from_parts(2026).with_month(11).with_day(29)`. Null stays null.
///
/// `{ $dateFromParts: { year: year } }`
pub fn date_from_parts<R, T>(year: impl Expression<R, T = T>) -> Expr<R, T::Lift<DateTime>, DateFromParts>
where
    T: Integer,
{
    Expr::computed(named("$dateFromParts", &mut [("year", year.render())]))
}

/// Returns the date with these parts by ISO 8601: `date_from_iso_parts(2026).with_iso_week(48)`. Null stays null.
///
/// `{ $dateFromParts: { isoWeekYear: year } }`
pub fn date_from_iso_parts<R, T>(
    iso_week_year: impl Expression<R, T = T>,
) -> Expr<R, T::Lift<DateTime>, DateFromIsoParts>
where
    T: Integer,
{
    Expr::computed(named("$dateFromParts", &mut [("isoWeekYear", iso_week_year.render())]))
}
