//! The throughput of subscriptions: `cargo bench -p odm --bench watch`, with `-- --quick` for a shorter run.
//!
//! In each round, orders are inserted on a server that starts automatically. Then the sides read their events in turns,
//! each from the first one. The last line is how many times as fast each side is as the change stream of the driver,
//! whose events contain undecoded documents.

#[path = "../shared/measure.rs"]
#[allow(dead_code, reason = "the other benches use the rest")]
mod measure;
#[path = "../shared/rounds.rs"]
mod rounds;

mod fan_out;
mod subscription;

use std::{env, error::Error};

use fan_out::Waiting;
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
const FAN_OUT: usize = 2;
const SIDES: [&str; 3] = ["driver", "subscription", "fan-out"];

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    reference: String,
    customer: String,
    items: Vec<String>,
    total: f64,
}

impl Order {
    fn new(reference: &str, number: usize, total: f64) -> Self {
        Self {
            id: Id::new(),
            reference: reference.to_owned(),
            customer: format!("customer {}", number % 500),
            items: (0..8).map(|item| format!("item {item} of {number}")).collect(),
            total,
        }
    }
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
    let mut measured = Rounds::new();
    // The first round warms up.
    for round in 0..=rounds {
        let seconds = seconds_of_round(&server, round, count).await?;
        if round > 0 {
            measured.add(seconds);
        }
    }

    let count = f64::from(u32::try_from(count)?);
    println!("{count} events");
    println!("{:14}{:>10}{:>12}{:>9}", "", "ms", "events/s", "ratio");
    for (side, name) in SIDES.into_iter().enumerate() {
        let seconds = measured.seconds(side);
        let rate = count / seconds;
        println!("{name:14}{:>10.1}{rate:>12.0}{:>8}x", seconds * 1e3, measured.ratio(side, DRIVER));
    }
    let deliveries = count * f64::from(fan_out::SUBSCRIBERS);
    println!(
        "\nfan-out: {} subscribers on 1 cursor, {:.3} µs per event and subscriber",
        fan_out::SUBSCRIBERS,
        measured.seconds(FAN_OUT) * 1e6 / deliveries,
    );
    println!(
        "\nratios: subscription={} fan_out_{}={}",
        measured.ratio(SUBSCRIPTION, DRIVER),
        fan_out::SUBSCRIBERS,
        measured.ratio(FAN_OUT, DRIVER),
    );
    Ok(())
}

/// Returns the seconds of each side, in one round with events of its own.
async fn seconds_of_round(server: &Server, round: usize, count: usize) -> Outcome<[f64; SIDES.len()]> {
    let db = server.fresh_database("watch").await?;
    let fan_out = Waiting::open(&db.collection()).await?;
    let open = fan_out::cursors(&db).await?;
    if open != 1 {
        return Err(format!("the fan-out has {open} cursors instead of one").into());
    }
    let events = Events::insert(&db, count).await?;
    let mut fan_out = Some(fan_out);
    let mut seconds = [0.0; SIDES.len()];
    for turn in 0..SIDES.len() {
        let side = (turn + round) % SIDES.len();
        let (time, read) = match (side, fan_out.take_if(|_| side == FAN_OUT)) {
            (_, Some(fan_out)) => timed(fan_out.read(count)).await?,
            (DRIVER, _) => timed(events.driver()).await?,
            _ => timed(subscription::read(&events, round)).await?,
        };
        if read != count {
            return Err(format!("{} has read {read} of {count} events", SIDES[side]).into());
        }
        seconds[side] = time;
    }
    db.drop_database().await?;
    Ok(seconds)
}

impl Events {
    async fn insert(db: &Database, count: usize) -> Outcome<Self> {
        let orders: Collection<Order> = db.collection();
        let hello = db.driver().run_command(doc! { "hello": 1 }).await?;
        let before = hello.get_timestamp("operationTime")?;
        let all: Vec<Order> = (0..count).map(|n| Order::new(&format!("AB-{n:06}"), n, 99.5)).collect();
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
