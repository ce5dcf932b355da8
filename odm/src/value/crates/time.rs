//! `time`: instants and days, stored as BSON dates.
//!
//! A BSON date counts milliseconds: a finer time is rounded towards the past, before 1970 too. It has no offset: an
//! `OffsetDateTime` is read in UTC, as the same instant, which is equal to the stored one.

use mongodb::bson;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcDateTime};

use super::{DAY, beyond, dates, not_midnight, same_date};
use crate::{
    clock::ClockTime,
    error::codec::CodecResult,
    value::{Instant, TimeField},
};

const RANGE: &str = "a date within the range of time";

/// Returns the milliseconds since 1970, rounded towards the past.
fn millis_of(date: OffsetDateTime) -> i64 {
    date.unix_timestamp() * 1_000 + i64::from(date.millisecond())
}

fn instant(millis: i64) -> CodecResult<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .map_err(|_| beyond(RANGE, millis))
}

fn utc(date: OffsetDateTime) -> PrimitiveDateTime {
    PrimitiveDateTime::new(date.date(), date.time())
}

dates! {
    /// Stored as a date, rounded to the millisecond towards the past. The date is read in UTC: the offset is lost.
    OffsetDateTime: |date| millis_of(*date), |millis| instant(millis), ToString::to_string;
    /// Stored as a date, rounded to the millisecond towards the past.
    UtcDateTime: |date| millis_of(date.to_offset(time::UtcOffset::UTC)), |millis| instant(millis).map(Self::from),
        ToString::to_string;
    /// Stored as a date, as if it were in UTC, rounded to the millisecond towards the past.
    PrimitiveDateTime: |date| millis_of(date.assume_utc()), |millis| instant(millis).map(utc), ToString::to_string;
    /// Stored as the date of its midnight in UTC; a stored date with a time of day is an error.
    Date: |date| millis_of(date.midnight().assume_utc()), |millis| {
        if millis % DAY == 0 { instant(millis).map(OffsetDateTime::date) } else { Err(not_midnight(millis)) }
    }, ToString::to_string;
}

impl ClockTime for OffsetDateTime {
    fn into_date_time(self) -> bson::DateTime {
        bson::DateTime::from_millis(millis_of(self))
    }
}

impl ClockTime for UtcDateTime {
    fn into_date_time(self) -> bson::DateTime {
        bson::DateTime::from_millis(millis_of(self.to_offset(time::UtcOffset::UTC)))
    }
}

impl Instant for OffsetDateTime {}
impl TimeField for OffsetDateTime {}
impl Instant for UtcDateTime {}
impl TimeField for UtcDateTime {}
impl Instant for PrimitiveDateTime {}
impl TimeField for PrimitiveDateTime {}

same_date! {
    bson::DateTime: OffsetDateTime => |date| millis_of(date);
    bson::DateTime: &OffsetDateTime => |date| millis_of(*date);
    bson::DateTime: UtcDateTime, &UtcDateTime => |date| millis_of(date.to_offset(time::UtcOffset::UTC));
    OffsetDateTime: bson::DateTime, &bson::DateTime => |date| date.timestamp_millis();
    UtcDateTime: bson::DateTime, &bson::DateTime => |date| date.timestamp_millis();
    UtcDateTime: OffsetDateTime => |date| millis_of(date);
    UtcDateTime: &OffsetDateTime => |date| millis_of(*date);
}
