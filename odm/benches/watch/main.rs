//! The throughput of subscriptions: `cargo bench -p odm --bench watch`, with `-- --quick` for a shorter run.
//!
//! Orders are inserted on a server that starts automatically. Then the sides read their events in turns, each from the
//! time before the first one. The last line is how many times as fast each side is as the change stream of the driver,
//! whose events contain undecoded documents.

#[path = "../shared/measure.rs"]
#[allow(dead_code, reason = "the other benches use the rest")]
mod measure;
#[path = "../shared/rounds.rs"]
mod rounds;
mod subscription;

use std::{env, error::Error};

use measure::timed;
use odm::{
    Collection, Database, Id, Model,
    bson::{RawDocumentBuf, Timestamp, doc},
};
use odm_test::Server;
use rounds::Rounds;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The indexes of the sides.
const DRIVER: usize = 0;
const SUBSCRIPTION: usize = 1;
const SIDES: [&str; 2] = ["driver", "subscription"];

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    reference: String,
    customer: String,
    items: Vec<String>,
    total: f64,
}

/// The events that all sides read.
struct Events {
    db: Database,
    orders: Collection<Order>,
    /// The time before the first event.
    start: Timestamp,
    count: usize,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        // `cargo test` has no server for this.
        return Ok(());
    }
    let (rounds, count) = if words.iter().any(|word| word == "--quick") { (2, 2_000) } else { (11, 20_000) };
    let server = Server::shared().await?;
    let db = server.fresh_database("watch").await?;
    let events = Events::insert(&db, count).await?;
    let mut measured = Rounds::new();
    // The first round warms up.
    for round in 0..=rounds {
        let mut seconds = [0.0; SIDES.len()];
        for turn in 0..SIDES.len() {
            let side = (turn + round) % SIDES.len();
            let (time, read) = match side {
                DRIVER => timed(events.driver()).await?,
                _ => timed(subscription::read(&events, round)).await?,
            };
            if read != count {
                return Err(format!("{} has read {read} of {count} events", SIDES[side]).into());
            }
            seconds[side] = time;
        }
        if round > 0 {
            measured.add(seconds);
        }
    }
    db.drop_database().await?;

    println!("{count} events");
    println!("{:14}{:>10}{:>12}{:>9}", "", "ms", "events/s", "ratio");
    for (side, name) in SIDES.into_iter().enumerate() {
        let seconds = measured.seconds(side);
        let rate = f64::from(u32::try_from(count)?) / seconds;
        println!("{name:14}{:>10.1}{rate:>12.0}{:>8}x", seconds * 1e3, measured.ratio(side, DRIVER));
    }
    println!("\nratios: subscription={}", measured.ratio(SUBSCRIPTION, DRIVER));
    Ok(())
}

impl Events {
    async fn insert(db: &Database, count: usize) -> Outcome<Self> {
        let orders: Collection<Order> = db.collection();
        let hello = db.driver().run_command(doc! { "hello": 1 }).await?;
        let before = hello.get_timestamp("operationTime")?;
        let all: Vec<Order> = (0..count)
            .map(|n| Order {
                id: Id::new(),
                reference: format!("AB-{n:06}"),
                customer: format!("customer {}", n % 500),
                items: (0..8).map(|item| format!("item {item} of {n}")).collect(),
                total: 99.5,
            })
            .collect();
        orders.insert_many(&all).await?;
        let start = Timestamp { time: before.time, increment: before.increment + 1 };
        Ok(Self { db: db.clone(), orders, start, count })
    }

    /// Reads the events with the driver, without decoding the documents.
    async fn driver(&self) -> Outcome<usize> {
        let orders = self.db.driver().collection::<RawDocumentBuf>(Order::COLLECTION);
        let mut changes = orders.watch().start_at_operation_time(self.start).await?;
        let mut read = 0;
        while read < self.count {
            if changes.next_if_any().await?.is_some_and(|event| event.full_document.is_some()) {
                read += 1;
            }
        }
        Ok(read)
    }
}
