//! The program of the guide's chapter on durable subscriptions: orders of a shop, and what follows from them.
//!
//! `cargo run -p examples --bin subscriptions`. It finds or starts a MongoDB server automatically.

use std::time::Duration;

use anyhow::Context;
use odm::{
    Collection, Database, Filter, Id, Model,
    mongodb::change_stream::event::OperationType,
    subscribe::{Beginning, Incident, OnHistoryLost, Outbox},
    watch::Event,
};
use tokio::sync::Notify;

#[derive(Debug, Clone, Model)]
#[odm(collection = "orders")]
struct Order {
    id: i32,
    customer: String,
    total: i64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "balances")]
struct Balance {
    #[odm(id)]
    customer: String,
    total: i64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "outbox")]
struct Mail {
    id: Id<Mail>,
    to: String,
    text: String,
}

async fn place(orders: &Collection<Order>, id: i32, customer: &str, total: i64) -> odm::Result<()> {
    orders.insert_one(&Order { id, customer: customer.to_owned(), total }).await.map(drop)
}

/// Handles two orders, and then stops as if the process had crashed.
async fn bill_and_crash(orders: &Collection<Order>) -> anyhow::Result<()> {
    let mut changes = orders.subscribe("billing").await?;
    place(orders, 1, "ada", 10).await?;
    place(orders, 2, "bob", 20).await?;
    place(orders, 3, "ada", 30).await?;
    for _ in 0..2 {
        let change = changes.next().await.context("the end")??;
        if let Event::Insert(order) = change.event() {
            println!("  billed order {}", order.id);
        }
        change.ack();
    }
    changes.flush().await?;
    let third = changes.next().await.context("the end")??;
    println!("  crashed before it acknowledged {:?}", third.id());
    Ok(())
}

/// Continues where the crashed process stopped.
async fn bill(orders: &Collection<Order>) -> anyhow::Result<()> {
    let mut changes = orders.subscribe("billing").await?;
    let change = changes.next().await.context("the end")??;
    if let Event::Insert(order) = change.event() {
        println!("  billed order {}", order.id);
    }
    change.ack();
    let status = changes.status();
    println!("  {:?}, {} unacknowledged", status.phase, status.unacknowledged);
    changes.close().await?;
    Ok(())
}

/// Adds each order to the balance of its customer, exactly once.
async fn balance(db: &Database, done: &Notify) -> odm::Result<()> {
    let balances = db.collection::<Balance>();
    let b = Balance::fields();
    db.collection::<Order>()
        .subscribe("balances")
        .begin(Beginning::ExistingDocuments)
        .transactional()
        .run(async |change, mut tx| {
            let Event::Insert(order) = change.event() else { return Ok(()) };
            let customer = b.customer().eq(&order.customer);
            balances.update_one(customer, b.total().inc(order.total)).upsert(true).session(&mut tx).await?;
            if order.id == 4 {
                done.notify_one();
            }
            Ok(())
        })
        .until(done.notified())
        .await
}

/// Why an order was not shipped.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("no address of {0}")]
    NoAddress(String),
    #[error(transparent)]
    Database(#[from] odm::Error),
}

async fn ship(orders: &Collection<Order>, done: &Notify) -> Result<(), Refusal> {
    orders
        .subscribe("shipping")
        .begin(Beginning::ExistingDocuments)
        .on_history_lost(OnHistoryLost::DeliverExistingDocuments)
        .on_incident(|incident| {
            if let Incident::DeadLetter { .. } = incident {
                println!("  a dead letter");
            }
        })
        .pipeline(|changes| changes.matching(|c| c.operation_type().eq(OperationType::Insert)))
        .lease(Duration::from_secs(30))
        .try_run(async |change| {
            let Some(order) = change.document() else { return Ok(()) };
            if order.customer == "bob" {
                return Err(Refusal::NoAddress(order.customer.clone()));
            }
            println!("  shipped order {}", order.id);
            if order.id == 4 {
                done.notify_one();
            }
            Ok(())
        })
        .retries(2)
        .backoff(Duration::from_millis(10), Duration::from_secs(1))
        .dead_letters("not_shipped")
        .until(done.notified())
        .await
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("subscriptions").await?;
    let orders = db.collection::<Order>();
    let done = Notify::new();

    println!("a process that crashes, and its successor:");
    bill_and_crash(&orders).await?;
    bill(&orders).await?;

    println!("balances:");
    place(&orders, 4, "bob", 40).await?;
    balance(&db, &done).await?;
    let balances = db.collection::<Balance>();
    let by_name = Balance::fields().customer().asc();
    let all: Vec<Balance> = balances.find(Filter::all()).sort(by_name).await?.try_collect().await?;
    for Balance { customer, total } in all {
        println!("  {customer} {total}");
    }

    println!("shipping:");
    orders.update_one(Order::fields().id().eq(4), Order::fields().customer().set("ada")).await?;
    ship(&orders, &done).await?;

    println!("mails:");
    let outbox = Outbox::new(db.collection::<Mail>());
    db.transaction(async |mut tx| {
        let order = Order { id: 5, customer: "ada".to_owned(), total: 50 };
        orders.insert_one(&order).session(&mut tx).await?;
        let mail = Mail { id: Id::new(), to: order.customer, text: "Thank you".to_owned() };
        outbox.add(&mut tx, &mail).await
    })
    .await?;
    outbox
        .deliver("mails", async |mail| {
            println!("  to {}: {}", mail.to, mail.text);
            done.notify_one();
            Ok(())
        })
        .until(done.notified())
        .await?;
    println!("  {} left", db.collection::<Mail>().count(Filter::all()).await?);

    db.drop_database().await?;
    Ok(())
}
