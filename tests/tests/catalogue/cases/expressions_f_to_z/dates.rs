//! `$isoWeek $minute $tsIncrement $tsSecond $week $year`.

use odm::{
    Model, Pipeline, Shape,
    bson::{DateTime, Timestamp},
    pipeline::computed,
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![iso_week(), minute(), ts_increment(), ts_second(), ts_second_of_an_event(), week(), year()]
}

#[derive(Model)]
#[odm(collection = "sales")]
struct Sale {
    id: i32,
    item: String,
    price: f64,
    quantity: i32,
    date: DateTime,
}

#[derive(Model)]
#[odm(collection = "stockSales")]
struct StockSale {
    id: i32,
    symbol: String,
    #[serde(rename = "saleTimestamp")]
    sale_timestamp: Timestamp,
}

fn iso_week() -> Case {
    #[derive(Model)]
    #[odm(collection = "deliveries")]
    struct Delivery {
        id: i32,
        date: DateTime,
        city: String,
    }

    #[derive(Shape)]
    struct Week {
        city: String,
        #[serde(rename = "weekNumber")]
        week_number: i32,
    }

    Case::pipeline(
        "expression/isoWeek/0",
        Pipeline::<Delivery>::new().project(|delivery| WeekOf {
            city: computed(delivery.city()),
            week_number: delivery.date().iso_week(),
        }),
    )
}

fn minute() -> Case {
    #[derive(Shape)]
    struct Minutes {
        #[odm(id)]
        id: i32,
        minutes: i32,
    }

    Case::pipeline(
        "expression/minute/0",
        Pipeline::<Sale>::new().project(|sale| MinutesOf { id: sale.id(), minutes: sale.date().minute() }),
    )
}

fn ts_increment() -> Case {
    #[derive(Shape)]
    struct Increment {
        #[serde(rename = "saleTimestamp")]
        sale_timestamp: Timestamp,
        #[serde(rename = "saleIncrement")]
        sale_increment: i64,
    }

    Case::pipeline(
        "expression/tsIncrement/0",
        Pipeline::<StockSale>::new().project(|sale| IncrementOf {
            sale_timestamp: sale.sale_timestamp(),
            sale_increment: sale.sale_timestamp().ts_increment(),
        }),
    )
}

fn ts_second() -> Case {
    #[derive(Shape)]
    struct Seconds {
        #[serde(rename = "saleTimestamp")]
        sale_timestamp: Timestamp,
        #[serde(rename = "saleSeconds")]
        sale_seconds: i64,
    }

    Case::pipeline(
        "expression/tsSecond/0",
        Pipeline::<StockSale>::new().project(|sale| SecondsOf {
            sale_timestamp: sale.sale_timestamp(),
            sale_seconds: sale.sale_timestamp().ts_second(),
        }),
    )
}

/// In the manual, the rows are the events of a change stream.
fn ts_second_of_an_event() -> Case {
    #[derive(Model)]
    #[odm(collection = "stockSales")]
    struct Event {
        id: i32,
        #[serde(rename = "clusterTime")]
        cluster_time: Option<Timestamp>,
    }

    #[derive(Shape)]
    struct Seconds {
        #[serde(rename = "clusterTimeSeconds")]
        cluster_time_seconds: Option<i64>,
    }

    Case::pipeline(
        "expression/tsSecond/1",
        Pipeline::<Event>::new()
            .set(|event| SecondsOf { cluster_time_seconds: event.cluster_time().ts_second() }),
    )
}

fn week() -> Case {
    #[derive(Shape)]
    struct Week {
        #[odm(id)]
        id: i32,
        week: i32,
    }

    Case::pipeline(
        "expression/week/0",
        Pipeline::<Sale>::new().project(|sale| WeekOf { id: sale.id(), week: sale.date().week() }),
    )
}

fn year() -> Case {
    #[derive(Shape)]
    struct Year {
        #[odm(id)]
        id: i32,
        year: i32,
    }

    Case::pipeline(
        "expression/year/0",
        Pipeline::<Sale>::new().project(|sale| YearOf { id: sale.id(), year: sale.date().year() }),
    )
}
