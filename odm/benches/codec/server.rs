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
        let (bytes, (count, _)) = timed(async {
            let mut cursor = bytes.find(doc! {}).await?;
            let (mut count, mut length) = (0, 0);
            while cursor.advance().await? {
                count += 1;
                length += cursor.current().as_bytes().len();
            }
            Ok::<_, mongodb::error::Error>((count, black_box(length)))
        })
        .await?;
        check(count, orders.len())?;
        if round > 0 {
            measured.add([odm, typed, bytes]);
        }
    }
    Ok(measured)
}

fn check(count: usize, expected: usize) -> Outcome<()> {
    if count == expected { Ok(()) } else { Err(format!("{count} documents instead of {expected}").into()) }
}
