//! Expressions of dates.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::{DateTime, doc},
    expr::{self, TimeUnit},
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![parsed_dates(), parts_of_a_date(), delivery_days()]
}

#[derive(Debug, Model)]
#[odm(collection = "logmessages")]
struct Message {
    id: i32,
    date: Option<String>,
    timezone: String,
    message: String,
}

fn parsed_dates() -> More {
    #[derive(Debug, Shape)]
    struct Parsed {
        date: Option<DateTime>,
    }

    let pipeline = Pipeline::<Message>::new().project(|m| ParsedOf {
        date: m.date().date_from_string().timezone(m.timezone()).on_null(DateTime::from_millis(0)),
    });
    let expected = doc! { "$project": {
        "date": { "$dateFromString": {
            "dateString": "$date",
            "timezone": "$timezone",
            "onNull": DateTime::from_millis(0),
        } },
        "_id": 0,
    } };
    more::<Message, Parsed>("dateFromString: onNull", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "orders")]
#[serde(rename_all = "camelCase")]
struct Order {
    id: Id<Order>,
    order_date: DateTime,
    delivered: DateTime,
}

fn parts_of_a_date() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Parts {
        date: expr::DateParts,
        date_iso: expr::IsoDateParts,
        from_parts: DateTime,
    }

    let pipeline = Pipeline::<Order>::new().project(|o| PartsOf {
        date: o.order_date().date_to_parts(),
        date_iso: o.order_date().date_to_parts().iso8601(),
        from_parts: expr::date_from_parts(2017)
            .with_month(2)
            .with_day(8)
            .with_hour(12)
            .timezone("America/New_York"),
    });
    let expected = doc! { "$project": {
        "date": { "$dateToParts": { "date": "$orderDate" } },
        "dateIso": { "$dateToParts": { "date": "$orderDate", "iso8601": true } },
        "fromParts": { "$dateFromParts": {
            "year": 2017, "month": 2, "day": 8, "hour": 12, "timezone": "America/New_York",
        } },
        "_id": 0,
    } };
    more::<Order, Parts>("dateToParts, dateFromParts", pipeline, [expected])
}

fn delivery_days() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Days {
        days: i64,
        logged_in: bool,
    }

    let pipeline = Pipeline::<Order>::new().project(|o| DaysOf {
        days: o.order_date().date_diff(o.delivered(), TimeUnit::Day),
        logged_in: o.delivered().gt(expr::now().date_subtract(TimeUnit::Week, 1)),
    });
    let expected = doc! { "$project": {
        "days": { "$dateDiff": { "startDate": "$orderDate", "endDate": "$delivered", "unit": "day" } },
        "loggedIn": { "$gt": [
            "$delivered",
            { "$dateSubtract": { "startDate": "$$NOW", "unit": "week", "amount": 1 } },
        ] },
        "_id": 0,
    } };
    more::<Order, Days>("dateDiff, dateSubtract", pipeline, [expected])
}
