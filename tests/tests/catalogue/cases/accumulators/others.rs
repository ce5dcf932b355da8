//! Accumulators over other collections.

use odm::{
    Id, Model, Pipeline, Shape,
    bson::DateTime,
    expr::{TimeUnit, concat_arrays_of},
    pipeline::{Current, Unbounded, With, integral_per, max, partition_by},
};

use crate::support::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![items_of_a_warehouse(), kilowatt_hours(), greatest_total()]
}

fn items_of_a_warehouse() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "warehouses")]
    struct Warehouse {
        id: Id<Warehouse>,
        instock: Vec<String>,
        ordered: Vec<String>,
    }

    #[derive(Debug, Shape)]
    struct Items {
        #[odm(id)]
        warehouse: Id<Warehouse>,
        items: Vec<String>,
    }

    let pipeline = Pipeline::<Warehouse>::new()
        .project(|w| ItemsOf { warehouse: w.id(), items: concat_arrays_of((w.instock(), w.ordered())) });
    Case::pipeline::<Warehouse, Items>("accumulator/concatArrays/0", pipeline)
}

fn kilowatt_hours() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "powerConsumption")]
    #[serde(rename_all = "camelCase")]
    struct Power {
        id: Id<Power>,
        #[serde(rename = "powerMeterID")]
        power_meter: String,
        time_stamp: DateTime,
        kilowatts: f64,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Energy {
        power_meter_kilowatt_hours: Option<f64>,
    }

    let pipeline = Pipeline::<Power>::new().set_window_fields(
        |p| partition_by(p.power_meter()).sort_by(p.time_stamp().asc()),
        |p| EnergyOf {
            power_meter_kilowatt_hours: integral_per(p.kilowatts(), TimeUnit::Hour)
                .range(Unbounded, Current)
                .unit(TimeUnit::Hour),
        },
    );
    Case::pipeline::<Power, With<Power, Energy>>("accumulator/integral/0", pipeline)
}

fn greatest_total() -> Case {
    #[derive(Debug, Model)]
    #[odm(collection = "sales")]
    struct Sale {
        id: i32,
        item: String,
        price: i32,
        quantity: i32,
        date: DateTime,
    }

    #[derive(Debug, Shape)]
    #[serde(rename_all = "camelCase")]
    struct Greatest {
        #[odm(id)]
        item: String,
        max_total_amount: i64,
        max_quantity: i32,
    }

    let pipeline = Pipeline::<Sale>::new().group(|s| GreatestOf {
        item: s.item(),
        max_total_amount: max(s.price() * s.quantity()),
        max_quantity: max(s.quantity()),
    });
    Case::pipeline::<Sale, Greatest>("accumulator/max/0", pipeline)
}
