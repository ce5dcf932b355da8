//! The program of the guide's chapter on collections: time series, capped collections and views, declared on models.
//!
//! `cargo run -p examples --bin collections`. It finds or starts a MongoDB server automatically.

use odm::{
    Id, Model,
    bson::DateTime,
    models,
    pipeline::{Pipeline, count},
};

#[derive(Debug, Model)]
#[odm(collection = "readings", index(sensor, at = -1))]
#[odm(time_series(time = at, meta = sensor, granularity = "minutes", expire_after = "90d"))]
struct Reading {
    id: Id<Reading>,
    at: DateTime,
    sensor: String,
    celsius: f64,
}

#[derive(Debug, Model)]
#[odm(collection = "alarms", capped(size = 1_048_576, max = 1_000), pre_and_post_images)]
struct Alarm {
    id: Id<Alarm>,
    text: String,
}

#[derive(Debug, Model)]
#[odm(collection = "sensors", view(on = Reading, pipeline = sensors))]
struct Sensor {
    #[odm(id)]
    name: String,
    readings: i64,
}

fn sensors() -> Pipeline<Reading, Sensor> {
    Pipeline::<Reading>::new().group(|r| SensorOf { name: r.sensor(), readings: count() })
}

#[derive(Debug, Model)]
#[odm(collection = "hot_sensors", materialized_view(on = Reading, pipeline = hot_sensors))]
struct HotSensor {
    #[odm(id)]
    name: String,
    readings: i64,
}

fn hot_sensors() -> Pipeline<Reading, HotSensor> {
    Pipeline::<Reading>::new()
        .matching(|r| r.celsius().gt(30.0))
        .group(|r| HotSensorOf { name: r.sensor(), readings: count() })
}

/// The second version of the program.
mod second {
    use odm::{Id, Model, bson::DateTime};

    #[derive(Debug, Model)]
    #[odm(collection = "readings", index(sensor, at = -1))]
    #[odm(time_series(time = at, meta = sensor, granularity = "seconds", expire_after = "90d"))]
    pub(crate) struct Reading {
        id: Id<Reading>,
        at: DateTime,
        sensor: String,
        celsius: f64,
    }

    #[derive(Debug, Model)]
    #[odm(collection = "alarms", capped(size = 2_097_152, max = 1_000))]
    pub(crate) struct Alarm {
        id: Id<Alarm>,
        text: String,
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("collections").await?;

    let schema = db.schema(models![Reading, Alarm, Sensor, HotSensor]);
    let plan = schema.plan().await?;
    println!("{plan}");
    plan.apply().await?;
    println!("again: {}", schema.plan().await?);

    let reading = |sensor: &str, celsius| Reading {
        id: Id::new(),
        at: DateTime::now(),
        sensor: sensor.to_owned(),
        celsius,
    };
    let readings = db.collection::<Reading>();
    readings.insert_many([reading("roof", 31.5), reading("roof", 29.0), reading("hall", 19.5)]).await?;
    let alarm = Alarm { id: Id::new(), text: "the roof is hot".to_owned() };
    db.collection::<Alarm>().insert_one(&alarm).await?;
    println!("\nalarm: {}", alarm.text);

    // A view is read like a collection.
    let s = Sensor::fields();
    let sensors = db.collection::<Sensor>().find(s.readings().gte(1)).sort(s.name().asc()).await?;
    for sensor in sensors.try_collect::<Vec<_>>().await? {
        println!("{}: {} readings", sensor.name, sensor.readings);
    }

    // A materialized view is stored when it is refreshed.
    let hot = db.collection::<HotSensor>();
    println!("before: {}", hot.estimated_count().await?);
    hot.refresh().await?;
    for sensor in hot.find(HotSensor::fields().readings().gte(1)).await?.try_collect::<Vec<_>>().await? {
        println!("hot: {}: {} readings", sensor.name, sensor.readings);
    }

    // The second version.
    let plan = db.schema(models![second::Reading, second::Alarm]).plan().await?;
    println!("\n{plan}");
    println!("\n{}", plan.apply().await?);

    db.drop_database().await?;
    Ok(())
}
