//! `chrono`: instants and days, stored as BSON dates.
//!
//! A BSON date counts milliseconds: a finer time is rounded towards the past, before 1970 too. It has no offset, so
//! `DateTime<FixedOffset>` is not a field type; it can be compared with one.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use mongodb::bson;

use super::{DAY, beyond, dates, not_midnight, same_date};
use crate::{
    clock::ClockTime,
    error::codec::CodecResult,
    value::{Instant, TimeField},
};

const RANGE: &str = "a date within the range of chrono";

fn instant(millis: i64) -> CodecResult<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| beyond(RANGE, millis))
}

/// Formats a date as in RFC 3339.
fn shown(date: &impl std::fmt::Debug) -> String {
    format!("{date:?}")
}

dates! {
    /// Stored as a date, rounded to the millisecond towards the past.
    DateTime<Utc>: |date| date.timestamp_millis(), |millis| instant(millis),
        shown;
    /// Stored as a date, as if it were in UTC, rounded to the millisecond towards the past.
    NaiveDateTime: |date| date.and_utc().timestamp_millis(), |millis| instant(millis).map(|date| date.naive_utc()),
        shown;
    /// Stored as the date of its midnight in UTC; a stored date with a time of day is an error.
    NaiveDate: |date| date.and_time(NaiveTime::MIN).and_utc().timestamp_millis(), |millis| {
        if millis % DAY == 0 { instant(millis).map(|date| date.date_naive()) } else { Err(not_midnight(millis)) }
    }, shown;
}

impl<Tz: TimeZone> ClockTime for DateTime<Tz> {
    fn into_date_time(self) -> bson::DateTime {
        bson::DateTime::from_millis(self.timestamp_millis())
    }
}

impl Instant for DateTime<Utc> {}
impl TimeField for DateTime<Utc> {}
impl Instant for NaiveDateTime {}
impl TimeField for NaiveDateTime {}

same_date! {
    DateTime<Utc>: DateTime<FixedOffset>, &DateTime<FixedOffset> => |date| date.timestamp_millis();
    bson::DateTime: DateTime<Utc>, &DateTime<Utc>, DateTime<FixedOffset> => |date| date.timestamp_millis();
    DateTime<Utc>: bson::DateTime, &bson::DateTime => |date| date.timestamp_millis();
}
