//! Stages that fill gaps between rows, and in rows.

use odm::{
    Database, Id, Model, Shape,
    bson::{DateTime, doc},
    expr::TimeUnit,
    pipeline::{Densify, Fill},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "readings")]
struct Reading {
    id: Id<Reading>,
    sensor: i32,
    at: DateTime,
    celsius: f64,
}

#[derive(Debug, Clone, PartialEq, Shape)]
struct Row {
    id: Option<Id<Reading>>,
    sensor: i32,
    at: DateTime,
    celsius: Option<f64>,
}

fn hour(hours: i64) -> DateTime {
    DateTime::from_millis(hours * 3_600_000)
}

fn reading(sensor: i32, hours: i64, celsius: f64) -> Reading {
    Reading { id: Id::new(), sensor, at: hour(hours), celsius }
}

#[odm_test::test]
async fn rows_that_densify_adds_have_only_its_fields(db: Database) -> odm::Result<()> {
    let readings = db.collection::<Reading>();
    let stored = [reading(1, 0, 5.0), reading(1, 2, 7.0), reading(2, 0, 9.0)];
    readings.insert_many(&stored).await?;
    let densified = || {
        readings.aggregate().densify(|r| {
            Densify::time_steps(r.at(), 1, TimeUnit::Hour).partition_by(r.sensor()).each_partition()
        })
    };
    let rows: Vec<Row> = densified()
        .project(|r| RowOf { id: r.id(), sensor: r.sensor(), at: r.at(), celsius: r.celsius() })
        .sort(|r| r.sensor().asc().then(r.at().asc()))
        .await?
        .try_collect()
        .await?;
    let row = |of: &Reading| Row { id: Some(of.id), sensor: of.sensor, at: of.at, celsius: Some(of.celsius) };
    let added = Row { id: None, sensor: 1, at: hour(1), celsius: None };
    let expected = vec![row(&stored[0]), added, row(&stored[1]), row(&stored[2])];
    assert_eq!(rows, expected);

    let same: Vec<Row> =
        densified().sort(|r| r.sensor().asc().then(r.at().asc())).cast().await?.try_collect().await?;
    assert_eq!(same, expected);
    Ok(())
}

#[odm_test::test]
async fn densified_rows_are_filled(db: Database) -> odm::Result<()> {
    let readings = db.collection::<Reading>();
    readings.insert_many([reading(1, 0, 5.0), reading(1, 2, 8.0)]).await?;
    let rows: Vec<odm::bson::Document> = readings
        .aggregate()
        .densify(|r| Densify::time_steps(r.at(), 1, TimeUnit::Hour))
        .fill(|r| Fill::new().sort_by(r.at().asc()).linear(r.celsius()).value(r.sensor(), 0))
        .sort(|r| r.at().asc())
        .as_documents()
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1], doc! { "at": hour(1), "celsius": 6.5, "sensor": 0 });
    Ok(())
}
