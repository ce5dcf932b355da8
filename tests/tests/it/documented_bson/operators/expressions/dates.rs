//! Dates and timestamps.

use odm::{
    bson::DateTime,
    expr::{self, TimeUnit, Weekday},
};

use super::{Entry, functions, one, same};

pub(super) fn entries() -> Vec<Entry> {
    [dates(), options(), parsed(), from_parts(), timestamps()].into_iter().flatten().collect()
}

fn dates() -> Vec<Entry> {
    functions! { "expr/date";
        year(date);
        month(date);
        day_of_month(date);
        day_of_week(date);
        day_of_year(date);
        hour(date);
        minute(date);
        second(date);
        millisecond(date);
        week(date);
        iso_week(date);
        iso_week_year(date);
        iso_day_of_week(date);
        date_add(date, TimeUnit::Day, 1);
        date_subtract(date, TimeUnit::Day, 1);
        date_diff(date, DateTime::MAX, TimeUnit::Day);
        date_trunc(date, TimeUnit::Day);
        date_to_string(date);
        date_to_parts(date);
    }
}

/// Renders the parts of a date in a time zone.
fn of_parts() -> Vec<odm::bson::Bson> {
    macro_rules! zoned {
        ($($part:ident)*) => { vec![$(one(|r| r.date().$part().timezone("Europe/Oslo"))),*] };
    }
    zoned![
        year month day_of_month day_of_week day_of_year hour minute second millisecond week iso_week iso_week_year
        iso_day_of_week
    ]
}

fn options() -> Vec<Entry> {
    vec![
        ("expr/date::timezone", of_parts()),
        (
            "expr/date::timezone",
            vec![
                one(|r| r.date().date_add(TimeUnit::Day, 1).timezone("Europe/Oslo")),
                one(|r| r.date().date_subtract(TimeUnit::Day, 1).timezone("Europe/Oslo")),
                one(|r| r.date().date_to_parts().timezone("Europe/Oslo")),
                one(|r| r.date().date_diff(DateTime::MAX, TimeUnit::Day).timezone("Europe/Oslo")),
                one(|r| r.date().date_trunc(TimeUnit::Day).timezone("Europe/Oslo")),
                one(|r| r.date().date_to_string().timezone("Europe/Oslo")),
            ],
        ),
        (
            "expr/date::start_of_week",
            vec![
                one(|r| r.date().date_diff(DateTime::MAX, TimeUnit::Week).start_of_week(Weekday::Monday)),
                one(|r| r.date().date_trunc(TimeUnit::Week).start_of_week(Weekday::Monday)),
            ],
        ),
        ("expr/date::bin_size", vec![one(|r| r.date().date_trunc(TimeUnit::Hour).bin_size(6))]),
        ("expr/date::format", vec![one(|r| r.date().date_to_string().format("%Y"))]),
        ("expr/date::on_null", vec![one(|r| r.date().date_to_string().on_null("never"))]),
        ("expr/date::on_null_as_bson", vec![one(|r| r.date().date_to_string().on_null_as_bson(0))]),
        ("expr/date::iso8601", vec![one(|r| r.date().date_to_parts().iso8601())]),
    ]
}

fn parsed() -> Vec<Entry> {
    let mut all = functions! { "expr/date/parse"; date_from_string(text); };
    all.extend([
        ("expr/date/parse::format", vec![one(|r| r.text().date_from_string().format("%Y"))]),
        ("expr/date/parse::timezone", vec![one(|r| r.text().date_from_string().timezone("Europe/Oslo"))]),
        ("expr/date/parse::on_error", vec![one(|r| r.text().date_from_string().on_error(DateTime::MAX))]),
        ("expr/date/parse::on_null", vec![one(|r| r.text().date_from_string().on_null(DateTime::MAX))]),
        (
            "expr/date/parse::on_error_as_bson",
            vec![one(|r| r.text().date_from_string().on_error_as_bson(r.text()))],
        ),
        (
            "expr/date/parse::on_null_as_bson",
            vec![one(|r| r.text().date_from_string().on_null_as_bson("never"))],
        ),
    ]);
    all
}

fn from_parts() -> Vec<Entry> {
    macro_rules! parts {
        ($function:ident: $($name:ident)*) => {
            vec![$((
                concat!("expr/date/parts::", stringify!($name)),
                vec![one(|r| expr::$function(r.number()).$name(1))],
            )),*]
        };
    }
    let mut all: Vec<Entry> =
        parts!(date_from_parts: with_month with_day with_hour with_minute with_second with_millisecond);
    all.extend::<Vec<Entry>>(parts!(date_from_iso_parts: with_iso_week with_iso_day_of_week));
    all.extend([
        ("expr/date/parts::date_from_parts", vec![one(|r| expr::date_from_parts(r.number()))]),
        ("expr/date/parts::date_from_iso_parts", vec![one(|r| expr::date_from_iso_parts(r.number()))]),
        (
            "expr/date/parts::timezone",
            vec![one(|r| expr::date_from_parts(r.number()).timezone("Europe/Oslo"))],
        ),
    ]);
    all
}

fn timestamps() -> Vec<Entry> {
    functions! { "expr/timestamp";
        ts_second(stamp);
        ts_increment(stamp);
    }
}
