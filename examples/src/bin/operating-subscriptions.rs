//! The program of the guide's chapter on operating subscriptions: several instances, partitions, and health.
//!
//! `cargo run -p examples --bin operating-subscriptions`. It finds or starts a MongoDB server automatically.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::Context;
use odm::{
    Collection, Model,
    subscribe::{Beginning, Incident, MongoPositions, Phase, PositionStore, SubscriptionStatus},
    watch::Event,
};
use tokio::{sync::Notify, time::timeout};

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders")]
struct Order {
    id: i32,
    total: i64,
}

async fn place(orders: &Collection<Order>, ids: std::ops::Range<i32>) -> odm::Result<()> {
    for id in ids {
        orders.insert_one(&Order { id, total: 10 }).await?;
    }
    Ok(())
}

/// Two instances with a lease: one delivers the changes, and the other one takes over.
async fn take_over(orders: &Collection<Order>) -> anyhow::Result<()> {
    let lease = Duration::from_secs(15);
    let open = || orders.subscribe("billing").begin(Beginning::ExistingDocuments).lease(lease);
    let mut first = open().await?;
    let change = first.next().await.context("the end")??;
    println!("  the first instance bills order {:?}", change.id());
    change.ack();

    let mut second = open().await?;
    let waits = timeout(Duration::from_millis(500), second.next()).await.is_err();
    println!("  the second one waits: {waits}, {:?}", second.status().phase);

    first.close().await?;
    let change = second.next().await.context("the end")??;
    println!("  the first one has ended, and the second one bills order {:?}", change.id());
    change.ack();
    second.close().await?;
    Ok(())
}

/// All instances deliver their share of the partitions.
async fn share(orders: &Collection<Order>, expected: u32) -> odm::Result<u32> {
    let (shipped, done) = (AtomicU32::new(0), Notify::new());
    orders
        .subscribe("shipping")
        .begin(Beginning::ExistingDocuments)
        .partitions(4)
        .run(async |change| {
            if let Event::Insert(_) = change.event()
                && shipped.fetch_add(1, Ordering::Relaxed) + 1 == expected
            {
                done.notify_one();
            }
            Ok(())
        })
        .until(done.notified())
        .await?;
    Ok(shipped.into_inner())
}

/// What a health check of the service returns.
fn is_healthy(status: &SubscriptionStatus) -> bool {
    let is_late = status.lag().is_some_and(|lag| lag > Duration::from_secs(60));
    status.phase != Phase::Ended && !status.is_falling_behind && !is_late
}

/// What the metrics endpoint of the service returns.
fn metrics(status: &SubscriptionStatus) -> String {
    let seconds =
        |time: Option<Duration>| time.map_or_else(|| "NaN".to_owned(), |time| time.as_secs().to_string());
    format!(
        "delivered_total {}\nunacknowledged {}\ndead_letters_total {}\nper_second {:.1}\nlag_seconds {}\nslack_seconds {}\n",
        status.delivered,
        status.unacknowledged,
        status.dead_letters,
        status.per_second,
        seconds(status.lag()),
        seconds(status.slack()),
    )
}

/// The numbers of a subscription that has received two changes, and has handled one of them.
async fn count(orders: &Collection<Order>) -> anyhow::Result<()> {
    let mut changes = orders.subscribe("counted").begin(Beginning::ExistingDocuments).await?;
    let first = changes.next().await.context("the end")??;
    let second = changes.next().await.context("the end")??;
    first.ack();
    let status = changes.status();
    for line in metrics(&status).lines().take(3) {
        println!("  {line}");
    }
    println!("  some changes per second: {}", status.per_second > 0.0);
    println!("  the last one less than a minute ago: {}", status.idle < Some(Duration::from_secs(60)));
    second.ack();
    changes.close().await?;
    Ok(())
}

/// A subscription of which too little of the oplog is left.
async fn fall_behind(orders: &Collection<Order>) -> anyhow::Result<()> {
    let warned = std::sync::Arc::new(Notify::new());
    let on_warning = std::sync::Arc::clone(&warned);
    let changes = orders
        .subscribe("reports")
        // More than any oplog covers, to see the warning here.
        .warn_below(Duration::from_secs(100 * 365 * 86_400))
        .check_oplog_every(Duration::from_millis(100))
        .on_incident(move |incident| {
            if let Incident::FallingBehind { .. } = incident {
                on_warning.notify_one();
            }
        })
        .await?;
    println!("  at first: {}", is_healthy(&changes.status()));
    warned.notified().await;
    println!("  after the warning: {}", is_healthy(&changes.status()));
    changes.close().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("operating-subscriptions").await?;
    let orders = db.collection::<Order>();
    place(&orders, 1..21).await?;

    println!("two instances with a lease:");
    take_over(&orders).await?;

    println!("partitions:");
    println!("  {} orders were shipped", share(&orders, 20).await?);

    println!("health:");
    fall_behind(&orders).await?;

    println!("metrics:");
    count(&orders).await?;

    println!("starting again:");
    let positions = MongoPositions::new(&db);
    positions.remove("shipping").await?;
    println!("  {} orders were shipped again", share(&orders, 20).await?);

    db.drop_database().await?;
    Ok(())
}
