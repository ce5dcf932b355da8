//! `find` and `insert_many` of many orders, on a server that starts automatically.
//!
//! The sides are `odm`, the driver's typed collection, and documents that are not decoded, which are the limit for
//! both.

use std::hint::black_box;

use futures_util::TryStreamExt as _;
use odm::{
    Database, Filter,
    bson::{Document, RawDocumentBuf, doc},
    mongodb,
};
use odm_test::Server;

use crate::{
    Outcome,
    measure::timed,
    order::Order,
    rounds::{Ratio, Rounds},
};

/// How many times as fast `odm` is as the driver's typed collection.
#[derive(Debug)]
pub(crate) struct Ratios {
    pub(crate) find: Ratio,
    pub(crate) insert_many: Ratio,
}

/// Measures both verbs, and prints a line for each.
pub(crate) async fn measure(rounds: usize, orders: u32) -> Outcome<Ratios> {
    let server = Server::shared().await?;
    let db = server.fresh_database("codec").await?;
    let orders: Vec<Order> = (0..orders).map(Order::numbered).collect();
    println!("\n{:28}{:>9}{:>10}{:>9}{:>10}", "", "odm, ms", "typed, ms", "ratio", "bytes, ms");
    let insert_many = report("insert_many", orders.len(), &insert_many(&db, &orders, rounds).await?);
    let find = report("find", orders.len(), &find(&db, &orders, rounds).await?);
    at_the_same_time(&db, &orders, rounds).await?;
    println!(
        "\n{:28}{:>9}{:>10}{:>9}{:>20}{:>9}",
        "", "odm, ms", "bytes, ms", "ratio", "16 MB batches, ms", "ratio"
    );
    for size in [1_000, 5_000, 10_000] {
        let rounds = find_in_batches(&db, size, orders.len(), rounds).await?;
        let [odm, bytes, largest] = [0, 1, 2].map(|side| rounds.seconds(side) * 1e3);
        let (same, other) = (rounds.ratio(1, 0), rounds.ratio(2, 0));
        let what = format!("find in batches of {size}");
        println!("{what:28}{odm:>9.1}{bytes:>10.1}{same:>8}x{largest:>20.1}{other:>8}x");
    }
    db.drop_database().await?;
    Ok(Ratios { find, insert_many })
}

fn report(verb: &str, count: usize, rounds: &Rounds<3>) -> Ratio {
    let [odm, typed, bytes] = [0, 1, 2].map(|side| rounds.seconds(side) * 1e3);
    let (what, ratio) = (format!("{verb} of {count} orders"), rounds.ratio(0, 1));
    println!("{what:28}{odm:>9.1}{typed:>10.1}{ratio:>8}x{bytes:>10.1}");
    ratio
}

async fn insert_many(db: &Database, orders: &[Order], rounds: usize) -> Outcome<Rounds<3>> {
    let ours = db.collection::<Order>();
    let typed = ours.driver().clone_with_type::<Order>();
    let bytes = ours.driver().clone_with_type::<RawDocumentBuf>();
    let encoded = orders
        .iter()
        .map(|order| Ok(RawDocumentBuf::from_bytes(odm::to_vec(order)?)?))
        .collect::<Outcome<Vec<_>>>()?;
    let mut measured = Rounds::new();
    // The first round warms up.
    for round in 0..=rounds {
        empty(ours.driver()).await?;
        let (odm, ids) = timed(async { ours.insert_many(orders).await }).await?;
        check(ids.len(), orders.len())?;
        empty(ours.driver()).await?;
        let (typed, result) = timed(async { typed.insert_many(orders).await }).await?;
        check(result.inserted_ids.len(), orders.len())?;
        empty(ours.driver()).await?;
        let (bytes, result) = timed(async { bytes.insert_many(&encoded).await }).await?;
        check(result.inserted_ids.len(), orders.len())?;
        if round > 0 {
            measured.add([odm, typed, bytes]);
        }
    }
    Ok(measured)
}

/// Measures unordered inserts with one, two and four commands at the same time, and prints a line.
async fn at_the_same_time(db: &Database, orders: &[Order], rounds: usize) -> Outcome<()> {
    let ours = db.collection::<Order>();
    let mut measured = Rounds::new();
    for round in 0..=rounds {
        let mut seconds = [0.0; 3];
        for (seconds, concurrency) in seconds.iter_mut().zip([1, 2, 4]) {
            empty(ours.driver()).await?;
            let insert = async { ours.insert_many(orders).ordered(false).concurrency(concurrency).await };
            let (took, ids) = timed(insert).await?;
            check(ids.len(), orders.len())?;
            *seconds = took;
        }
        if round > 0 {
            measured.add(seconds);
        }
    }
    let [one, two, four] = [0, 1, 2].map(|side| measured.seconds(side) * 1e3);
    println!("\n{:28}{:>9}{:>10}{:>9}{:>10}{:>9}", "", "1, ms", "2, ms", "ratio", "4, ms", "ratio");
    let (of_two, of_four) = (measured.ratio(1, 0), measured.ratio(2, 0));
    println!(
        "{:28}{one:>9.1}{two:>10.1}{of_two:>8}x{four:>10.1}{of_four:>8}x",
        "insert_many at the same time"
    );
    Ok(())
}

/// Drops and creates the collection, so that no measured side has to create it.
async fn empty(collection: &mongodb::Collection<Document>) -> Outcome<()> {
    collection.drop().await?;
    collection.insert_one(doc! {}).await?;
    collection.delete_many(doc! {}).await?;
    Ok(())
}

/// Measures reading the documents of `insert_many`.
async fn find(db: &Database, orders: &[Order], rounds: usize) -> Outcome<Rounds<3>> {
    let ours = db.collection::<Order>();
    let typed = ours.driver().clone_with_type::<Order>();
    let bytes = ours.driver().clone_with_type::<RawDocumentBuf>();
    let mut measured = Rounds::new();
    for round in 0..=rounds {
        let (odm, all) =
            timed(async { ours.find(Filter::all()).await?.try_collect::<Vec<_>>().await }).await?;
        check(all.len(), orders.len())?;
        drop(all);
        let (typed, all) = timed(async { typed.find(doc! {}).await?.try_collect::<Vec<_>>().await }).await?;
        check(all.len(), orders.len())?;
        drop(all);
        let (bytes, count) = timed(undecoded(&bytes, None)).await?;
        check(count, orders.len())?;
        if round > 0 {
            measured.add([odm, typed, bytes]);
        }
    }
    Ok(measured)
}

/// Measures reading the same documents in batches of this size, each requested while the one before it is decoded. The
/// other sides are a cursor that decodes nothing and requests nothing ahead, with the same batches, and with those that
/// the server makes without a batch size: 101 documents, then up to 16 MB. Ratios are how many times as long ours takes.
async fn find_in_batches(db: &Database, size: u32, orders: usize, rounds: usize) -> Outcome<Rounds<3>> {
    let ours = db.collection::<Order>();
    let bytes = ours.driver().clone_with_type::<RawDocumentBuf>();
    let mut measured = Rounds::new();
    for round in 0..=rounds {
        let collected =
            async { ours.find(Filter::all()).batch_size(size).await?.try_collect::<Vec<_>>().await };
        let (odm, all) = timed(collected).await?;
        check(all.len(), orders)?;
        drop(all);
        let (same, count) = timed(undecoded(&bytes, Some(size))).await?;
        check(count, orders)?;
        let (largest, count) = timed(undecoded(&bytes, None)).await?;
        check(count, orders)?;
        if round > 0 {
            measured.add([odm, same, largest]);
        }
    }
    Ok(measured)
}

/// Reads all documents without decoding them, and returns their number.
async fn undecoded(
    collection: &mongodb::Collection<RawDocumentBuf>,
    batch_size: Option<u32>,
) -> mongodb::error::Result<usize> {
    let options = mongodb::options::FindOptions::builder().batch_size(batch_size).build();
    let mut cursor = collection.find(doc! {}).with_options(options).await?;
    let (mut count, mut length) = (0, 0);
    while cursor.advance().await? {
        count += 1;
        length += cursor.current().as_bytes().len();
    }
    black_box(length);
    Ok(count)
}

fn check(count: usize, expected: usize) -> Outcome<()> {
    if count == expected { Ok(()) } else { Err(format!("{count} documents instead of {expected}").into()) }
}
