//! `find` and `insert_many` of the same orders through odm, OxiMod, mongodm and the driver: `cargo xtask peers`.
//!
//! A build contains odm or OxiMod, see `Cargo.toml`. Both builds also measure the driver's typed collection, so the
//! ratios to it can be compared. The program prints rows of a table; the task prints its head.

#[path = "../../../odm/benches/shared/rounds.rs"]
mod rounds;

mod order;
mod side;

use std::{env, error::Error, time::Instant};

use mongodb::{
    Client, Collection, Database,
    bson::{Document, doc},
};

use order::Order;
use rounds::Rounds;
use side::Side;

type Outcome<T> = Result<T, Box<dyn Error>>;

const SIDES: usize = Side::ALL.len();

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut words = env::args().skip(1);
    let (Some(uri), Some(rounds), Some(orders)) = (words.next(), words.next(), words.next()) else {
        return Err("usage: peers URI ROUNDS ORDERS".into());
    };
    #[cfg(feature = "oximod")]
    oximod::OxiClient::init_global(uri.clone()).await?;
    let db = Client::with_uri_str(&uri).await?.database("peers");
    let orders: Vec<_> = (0..orders.parse()?).map(Order::numbered).collect();
    let (insert_many, find) = measure(&db, &orders, rounds.parse()?).await?;
    db.drop().await?;
    for (position, side) in Side::ALL.into_iter().enumerate() {
        print!("{:28}", side.name());
        for rounds in [&find, &insert_many] {
            print!("{:>10.1}{:>8}x", rounds.seconds(position) * 1e3, rounds.ratio(position, 0));
        }
        println!();
    }
    Ok(())
}

async fn measure(db: &Database, orders: &[Order], rounds: usize) -> Outcome<(Rounds<SIDES>, Rounds<SIDES>)> {
    let encoded = side::encode(orders)?;
    let (mut insert_many, mut find) = (Rounds::new(), Rounds::new());
    // The first round warms up.
    for round in 0..=rounds {
        let (mut inserted, mut found) = ([0.0; SIDES], [0.0; SIDES]);
        for (side, seconds) in Side::ALL.into_iter().zip(&mut inserted) {
            empty(&db.collection("orders")).await?;
            let start = Instant::now();
            let count = side.insert_many(db, orders, &encoded).await?;
            *seconds = start.elapsed().as_secs_f64();
            check(count, orders)?;
        }
        for (side, seconds) in Side::ALL.into_iter().zip(&mut found) {
            let start = Instant::now();
            let found = side.find(db).await?;
            *seconds = start.elapsed().as_secs_f64();
            check(found.count(), orders)?;
        }
        if round > 0 {
            insert_many.add(inserted);
            find.add(found);
        }
    }
    Ok((insert_many, find))
}

/// Drops and creates the collection, so that no measured side has to create it.
async fn empty(collection: &Collection<Document>) -> Outcome<()> {
    collection.drop().await?;
    collection.insert_one(doc! {}).await?;
    collection.delete_many(doc! {}).await?;
    Ok(())
}

fn check(count: usize, orders: &[Order]) -> Outcome<()> {
    if count == orders.len() { Ok(()) } else { Err(format!("{count} of {} orders", orders.len()).into()) }
}
