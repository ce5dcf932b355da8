//! The program of the guide's chapter on live queries and caches: the orders of a shop, on one change stream.
//!
//! `cargo run -p examples --bin live-queries`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Collection, Filter, Model,
    live::{Difference, FanOut, OnLag},
    models,
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders", index(status, total = -1, id))]
struct Order {
    id: i32,
    status: String,
    total: i64,
}

async fn place(orders: &Collection<Order>, id: i32, total: i64) -> odm::Result<()> {
    orders.insert_one(&Order { id, status: "open".to_owned(), total }).await.map(drop)
}

/// Evaluates a filter in this process.
fn matcher() -> odm::Result<()> {
    let o = Order::fields();
    let large = (o.status().eq("open") & o.total().gte(100)).matcher()?;
    let order = Order { id: 1, status: "open".to_owned(), total: 120 };
    println!("  {}", large.matches(&order)?);

    let script = Filter::<Order>::raw(odm::bson::doc! { "$where": "this.total > 100" });
    if let Err(error) = script.matcher() {
        println!("  {error}");
    }
    Ok(())
}

/// Two subscribers of one change stream.
async fn subscribers(orders: &Collection<Order>, changes: &FanOut<Order>) -> anyhow::Result<()> {
    let o = Order::fields();
    let mut open = changes.subscriber(o.status().eq("open")).open()?;
    let mut large = changes.subscriber(o.total().gte(100)).buffer(1000).on_lag(OnLag::Fail).open()?;
    place(orders, 1, 20).await?;
    place(orders, 2, 200).await?;

    for _ in 0..2 {
        let change = open.next().await.context("the end")??;
        println!("  open: {:?} matches: {:?}", change.id(), change.matches());
    }
    let change = large.next().await.context("the end")??;
    println!("  large: {:?}", change.id());

    orders.update_one(o.id().eq(2), o.status().set("paid")).await?;
    let change = open.next().await.context("the end")??;
    println!("  open: {:?} matches: {:?}", change.id(), change.matches());

    let last = change.token().clone();
    place(orders, 3, 30).await?;
    let mut again = changes.subscriber(o.status().eq("open")).after(last).open()?;
    let change = again.next().await.context("the end")??;
    println!("  again: {:?}", change.id());
    Ok(())
}

/// The two largest open orders.
async fn largest(orders: &Collection<Order>, changes: &FanOut<Order>) -> anyhow::Result<()> {
    let o = Order::fields();
    let mut largest = changes.live(o.status().eq("open")).sort(o.total().desc()).limit(2).await?;
    let ids: Vec<_> = largest.documents().iter().map(|order| order.id).collect();
    println!("  {ids:?}");

    place(orders, 4, 25).await?;
    for difference in largest.next().await.context("the end")?? {
        match difference {
            Difference::Added { index, document, .. } => println!("  + {} at {index}", document.id),
            Difference::Changed { index, document, .. } => println!("  = {} at {index}", document.id),
            Difference::Moved { from, to, .. } => println!("  from {from} to {to}"),
            Difference::Removed { index, document, .. } => println!("  - {} at {index}", document.id),
            _ => {}
        }
    }
    let ids: Vec<_> = largest.documents().iter().map(|order| order.id).collect();
    println!("  {ids:?}");
    Ok(())
}

/// Orders by their ids, which are read once until they change.
async fn cached(orders: &Collection<Order>, changes: &FanOut<Order>) -> anyhow::Result<()> {
    let cache = changes.cache().capacity(1000).open();
    let order = cache.get(&3).await?.context("no order")?;
    println!("  {} {}", order.id, order.total);

    let o = Order::fields();
    orders.update_one(o.id().eq(3), o.total().set(35)).await?;
    while cache.get(&3).await?.context("no order")?.total != 35 {
        tokio::task::yield_now().await;
    }
    println!("  less than 10 s old: {}", cache.lag().as_secs() < 10);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("guide_live_queries").await?;
    db.schema(models![Order]).plan().await?.apply().await?;
    let orders = db.collection::<Order>();

    println!("a filter in this process:");
    matcher()?;

    println!("subscribers:");
    let changes = orders.fan_out().await?;
    subscribers(&orders, &changes).await?;

    println!("a live query:");
    largest(&orders, &changes).await?;

    println!("a cache:");
    cached(&orders, &changes).await?;

    db.drop_database().await?;
    Ok(())
}
