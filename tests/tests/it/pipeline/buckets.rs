//! Buckets without accumulators, and with preferred numbers.

use odm::{
    Database, Model, Shape,
    bson::{Bson, Decimal128},
    pipeline::{Bounds, ByCount, Granularity, auto_bounds, sum},
};

#[derive(Debug, Model)]
#[odm(collection = "things")]
struct Thing {
    id: i32,
    price: f64,
    weight: i64,
    exact: Decimal128,
}

#[derive(Debug, PartialEq, Shape)]
struct Weights {
    #[odm(id)]
    range: Bounds<f64>,
    things: i64,
}

async fn filled(db: &Database) -> odm::Result<odm::Collection<Thing>> {
    let things = db.collection::<Thing>();
    let thing = |id: i32| Thing {
        id,
        price: f64::from(id) * 10.0,
        weight: i64::from(id),
        exact: id.to_string().parse().unwrap(),
    };
    things.insert_many([1, 5, 9, 30, 77].map(thing)).await?;
    Ok(things)
}

#[odm_test::test]
async fn buckets_without_accumulators_are_counted(db: Database) -> odm::Result<()> {
    let things = filled(&db).await?;
    let row = |id, count| ByCount { id, count };
    let rows: Vec<ByCount<f64>> =
        things.aggregate().bucket_count([0, 60, 1000], |t| t.price()).await?.try_collect().await?;
    assert_eq!(rows, [row(0.0, 2), row(60.0, 3)]);

    let rows: Vec<ByCount<Bson>> = things
        .aggregate()
        .bucket_count_or([0, 60], "more", |t| t.price().as_bson())
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows, [ByCount { id: Bson::Int32(0), count: 2 }, ByCount { id: "more".into(), count: 3 }]);

    let rows: Vec<ByCount<Bounds<i64>>> =
        things.aggregate().bucket_auto_count(2, |t| t.weight()).await?.try_collect().await?;
    let range = |min, max, count| ByCount { id: Bounds { min, max }, count };
    assert_eq!(rows, [range(1, 30, 3), range(30, 77, 2)]);
    Ok(())
}

/// The server returns doubles as the bounds of integers.
#[odm_test::test]
async fn preferred_numbers_of_integers_are_doubles(db: Database) -> odm::Result<()> {
    let things = filled(&db).await?;
    let rows: Vec<ByCount<Bounds<f64>>> = things
        .aggregate()
        .bucket_auto_count_by(2, Granularity::Series125, |t| t.weight())
        .await?
        .try_collect()
        .await?;
    assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [3, 2]);
    assert!(rows[0].id.min < 1.0 && rows[1].id.max > 77.0, "{rows:?}");

    let shaped: Vec<Weights> = things
        .aggregate()
        .bucket_auto_by(2, Granularity::PowersOf2, |t| WeightsOf {
            range: auto_bounds(t.weight()),
            things: sum(1),
        })
        .await?
        .try_collect()
        .await?;
    let weights = |min, max, things| Weights { range: Bounds { min, max }, things };
    assert_eq!(shaped, [weights(0.5, 16.0, 3), weights(16.0, 128.0, 2)]);

    let decimals: Vec<ByCount<Bounds<Decimal128>>> = things
        .aggregate()
        .bucket_auto_count_by(2, Granularity::R5, |t| t.exact())
        .await?
        .try_collect()
        .await?;
    assert_eq!(decimals.iter().map(|row| row.count).sum::<i64>(), 5);
    Ok(())
}
