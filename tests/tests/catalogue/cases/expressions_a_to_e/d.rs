//! `$dateAdd $dateTrunc $dayOfYear`

use odm::{
    Id, Model, Pipeline, Shape,
    bson::DateTime,
    expr::{TimeUnit, Weekday},
};

use crate::support::Case;

pub(super) fn date_add_1() -> Case {
    #[derive(Model)]
    #[odm(collection = "shipping")]
    #[serde(rename_all = "camelCase")]
    struct Shipping {
        id: Id<Shipping>,
        cust_id: i32,
        purchase_date: DateTime,
        delivery_date: DateTime,
    }

    #[derive(Shape)]
    #[serde(rename_all = "camelCase")]
    struct Late {
        cust_id: i32,
        purchased: String,
        delivery: String,
    }

    let pipeline = Pipeline::<Shipping>::new()
        .matching_expr(|s| s.delivery_date().gt(s.purchase_date().date_add(TimeUnit::Day, 5)))
        .project(|s| LateOf {
            cust_id: s.cust_id(),
            purchased: s.purchase_date().date_to_string().format("%Y-%m-%d"),
            delivery: s.delivery_date().date_to_string().format("%Y-%m-%d"),
        });
    Case::pipeline("expression/dateAdd/1", pipeline)
}

pub(super) fn date_trunc_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "cakeSales")]
    #[serde(rename_all = "camelCase")]
    struct CakeSale {
        id: i32,
        r#type: String,
        order_date: DateTime,
        state: String,
        price: f64,
        quantity: i32,
    }

    #[derive(Shape)]
    #[serde(rename_all = "camelCase")]
    struct Truncated {
        id: i32,
        order_date: DateTime,
        truncated_order_date: DateTime,
    }

    let pipeline = Pipeline::<CakeSale>::new().project(|c| TruncatedOf {
        id: c.id(),
        order_date: c.order_date(),
        truncated_order_date: c
            .order_date()
            .date_trunc(TimeUnit::Week)
            .bin_size(2)
            .timezone("America/Los_Angeles")
            .start_of_week(Weekday::Monday),
    });
    Case::pipeline("expression/dateTrunc/0", pipeline)
}

pub(super) fn day_of_year_0() -> Case {
    #[derive(Model)]
    #[odm(collection = "sales")]
    struct Sale {
        id: i32,
        item: String,
        price: f64,
        quantity: i32,
        date: DateTime,
    }

    #[derive(Shape)]
    #[serde(rename_all = "camelCase")]
    struct Day {
        id: i32,
        day_of_year: i32,
    }

    let pipeline =
        Pipeline::<Sale>::new().project(|s| DayOf { id: s.id(), day_of_year: s.date().day_of_year() });
    Case::pipeline("expression/dayOfYear/0", pipeline)
}
