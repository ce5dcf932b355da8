//! `$densify $fill $setWindowFields`.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::{DateTime, doc},
    expr::TimeUnit,
    pipeline::{
        Densify, Fill, Unbounded, With, avg, dense_rank, derivative_per, exp_moving_avg, linear_fill, locf,
        partition_by, push, shift_or, sort_by, sum,
    },
};

use super::{More, more};

pub(super) fn all() -> Vec<More> {
    vec![
        moving_average(),
        quantity_in_a_price_range(),
        orders_in_months(),
        ranked(),
        shifted(),
        average_of_a_stock(),
        speed(),
        filled_prices(),
        every_altitude(),
        filled_values(),
        filled_partitions(),
    ]
}

#[derive(Debug, Model)]
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

macro_rules! shape {
    ($($name:ident { $field:ident: $type:ty })*) => { $(
        #[derive(Debug, Shape)]
        #[serde(rename_all = "camelCase")]
        struct $name {
            $field: $type,
        }
    )* };
}

shape! {
    Average { average_quantity: Option<f64> }
    Quantity { quantity_from_similar_orders: i64 }
    Recent { recent_orders: Vec<DateTime> }
    Rank { dense_rank_quantity_for_state: i64 }
    Shifted { shift_quantity_for_state: String }
    Moving { exp_moving_avg_for_stock: Option<f64> }
    Speed { truck_average_speed: Option<f64> }
}

fn moving_average() -> More {
    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.order_date().year()).sort_by(CakeSale::fields().order_date().asc()),
        |c| AverageOf { average_quantity: avg(c.quantity()).documents(-1, 0) },
    );
    let expected = doc! { "$setWindowFields": {
        "partitionBy": { "$year": { "date": "$orderDate" } },
        "sortBy": { "orderDate": 1 },
        "output": { "averageQuantity": { "$avg": "$quantity", "window": { "documents": [-1, 0] } } },
    } };
    more::<CakeSale, With<CakeSale, Average>>("setWindowFields: a moving average", pipeline, [expected])
}

fn quantity_in_a_price_range() -> More {
    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(CakeSale::fields().price().asc()),
        |c| QuantityOf { quantity_from_similar_orders: sum(c.quantity()).range(-10, 10) },
    );
    let expected = doc! { "$setWindowFields": {
        "partitionBy": "$state",
        "sortBy": { "price": 1 },
        "output": { "quantityFromSimilarOrders": { "$sum": "$quantity", "window": { "range": [-10, 10] } } },
    } };
    more::<CakeSale, With<CakeSale, Quantity>>("setWindowFields: a range", pipeline, [expected])
}

fn orders_in_months() -> More {
    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(CakeSale::fields().order_date().asc()),
        |c| RecentOf { recent_orders: push(c.order_date()).range(Unbounded, -10).unit(TimeUnit::Month) },
    );
    let expected = doc! { "$setWindowFields": {
        "partitionBy": "$state",
        "sortBy": { "orderDate": 1 },
        "output": { "recentOrders": {
            "$push": "$orderDate",
            "window": { "range": ["unbounded", -10], "unit": "month" },
        } },
    } };
    more::<CakeSale, With<CakeSale, Recent>>("setWindowFields: a range of time", pipeline, [expected])
}

fn ranked() -> More {
    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(CakeSale::fields().quantity().desc()),
        |_| RankOf { dense_rank_quantity_for_state: dense_rank() },
    );
    let expected = doc! { "$setWindowFields": {
        "partitionBy": "$state",
        "sortBy": { "quantity": -1 },
        "output": { "denseRankQuantityForState": { "$denseRank": {} } },
    } };
    more::<CakeSale, With<CakeSale, Rank>>("denseRank: by state", pipeline, [expected])
}

fn shifted() -> More {
    let pipeline = Pipeline::<CakeSale>::new().set_window_fields(
        |c| partition_by(c.state()).sort_by(CakeSale::fields().quantity().desc()),
        |c| ShiftedOf { shift_quantity_for_state: shift_or(c.r#type(), -1, "Not available") },
    );
    let expected = doc! { "$setWindowFields": {
        "partitionBy": "$state",
        "sortBy": { "quantity": -1 },
        "output": { "shiftQuantityForState": {
            "$shift": { "output": "$type", "by": -1, "default": "Not available" },
        } },
    } };
    more::<CakeSale, With<CakeSale, Shifted>>("shift: by a negative number", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "stockPrices")]
struct Price {
    id: Id<Price>,
    stock: String,
    date: DateTime,
    price: f64,
}

fn average_of_a_stock() -> More {
    let pipeline = Pipeline::<Price>::new().set_window_fields(
        |p| partition_by(p.stock()).sort_by(Price::fields().date().asc()),
        |p| MovingOf { exp_moving_avg_for_stock: exp_moving_avg(p.price(), 2) },
    );
    let expected = doc! { "$setWindowFields": {
        "partitionBy": "$stock",
        "sortBy": { "date": 1 },
        "output": { "expMovingAvgForStock": { "$expMovingAvg": { "input": "$price", "N": 2 } } },
    } };
    more::<Price, With<Price, Moving>>("expMovingAvg: N", pipeline, [expected])
}

fn speed() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "deliveryFleet")]
    #[serde(rename_all = "camelCase")]
    struct Fleet {
        id: Id<Fleet>,
        #[serde(rename = "truckID")]
        truck_id: String,
        time_stamp: DateTime,
        miles: f64,
    }

    let pipeline = Pipeline::<Fleet>::new()
        .set_window_fields(
            |f| partition_by(f.truck_id()).sort_by(Fleet::fields().time_stamp().asc()),
            |f| SpeedOf {
                truck_average_speed: derivative_per(f.miles(), TimeUnit::Hour)
                    .range(-30, 0)
                    .unit(TimeUnit::Second),
            },
        )
        .matching(|f| f.truck_average_speed().gt(50.0));
    let expected = [
        doc! { "$setWindowFields": {
            "partitionBy": "$truckID",
            "sortBy": { "timeStamp": 1 },
            "output": { "truckAverageSpeed": {
                "$derivative": { "input": "$miles", "unit": "hour" },
                "window": { "range": [-30, 0], "unit": "second" },
            } },
        } },
        doc! { "$match": { "truckAverageSpeed": { "$gt": 50 } } },
    ];
    more::<Fleet, With<Fleet, Speed>>("derivative: a speed", pipeline, expected)
}

#[derive(Debug, Model)]
#[odm(collection = "stock")]
struct Stock {
    id: Id<Stock>,
    time: DateTime,
    price: Option<f64>,
}

fn filled_prices() -> More {
    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Both {
        linear_fill_price: Option<f64>,
        locf_price: Option<f64>,
    }

    let pipeline = Pipeline::<Stock>::new().set_window_fields(
        |_| sort_by(Stock::fields().time().asc()),
        |s| BothOf { linear_fill_price: linear_fill(s.price()), locf_price: locf(s.price()) },
    );
    let expected = doc! { "$setWindowFields": {
        "sortBy": { "time": 1 },
        "output": { "linearFillPrice": { "$linearFill": "$price" }, "locfPrice": { "$locf": "$price" } },
    } };
    more::<Stock, With<Stock, Both>>("linearFill: several methods", pipeline, [expected])
}

fn every_altitude() -> More {
    #[derive(Debug, Model)]
    #[odm(collection = "coffee")]
    struct Coffee {
        id: Id<Coffee>,
        altitude: i32,
        variety: String,
        score: Option<f64>,
    }

    #[derive(Debug, Shape)]
    struct Altitude {
        altitude: i32,
        variety: String,
        score: Option<f64>,
    }

    let pipeline = Pipeline::<Coffee>::new()
        .densify(|c| Densify::steps(c.altitude(), 200).partition_by(c.variety()).each_partition())
        .cast();
    let expected = doc! { "$densify": {
        "field": "altitude",
        "partitionByFields": ["variety"],
        "range": { "bounds": "partition", "step": 200 },
    } };
    more::<Coffee, Altitude>("densify: within partitions", pipeline, [expected])
}

#[derive(Debug, Model)]
#[odm(collection = "dailySales")]
#[serde(rename_all = "camelCase")]
struct Daily {
    id: Id<Daily>,
    date: DateTime,
    restaurant: String,
    boots_sold: Option<i32>,
    score: Option<i32>,
}

fn filled_values() -> More {
    let pipeline = Pipeline::<Daily>::new().fill(|d| Fill::new().value(d.boots_sold(), 0));
    let expected = doc! { "$fill": { "output": { "bootsSold": { "value": 0 } } } };
    more::<Daily, Daily>("fill: a constant", pipeline, [expected])
}

fn filled_partitions() -> More {
    let pipeline = Pipeline::<Daily>::new().fill(|d| {
        Fill::new().sort_by(Daily::fields().date().asc()).partition_by(d.restaurant()).locf(d.score())
    });
    let expected = doc! { "$fill": {
        "sortBy": { "date": 1 },
        // The manual writes the field alone. A document of it has the same partitions.
        "partitionBy": { "value": "$restaurant" },
        "output": { "score": { "method": "locf" } },
    } };
    more::<Daily, Daily>("fill: distinct partitions", pipeline, [expected])
}
