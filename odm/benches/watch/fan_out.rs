//! The side of the fan-out: 1,000 subscribers in this process, each with a filter of its own, on one cursor.

use std::{collections::BTreeSet, time::Duration};

use odm::{
    Collection, Database, Model,
    bson::{Bson, Document, doc},
    live::{FanOut, OnLag, Subscriber},
    watch::Event,
};

use super::{Order, Outcome};

pub(crate) const SUBSCRIBERS: u32 = 1_000;

/// The order that keeps the fan-out waiting.
const GATE: &str = "gate";

/// A fan-out that waits, so that the events after that wait on the server.
pub(crate) struct Waiting {
    gate: Subscriber<Order>,
    subscribers: Vec<Subscriber<Order>>,
    fan_out: FanOut<Order>,
}

impl Waiting {
    /// Opens the fan-out, and stores two orders for a subscriber with room for one. The filters of the others exclude
    /// these orders.
    pub(crate) async fn open(orders: &Collection<Order>) -> Outcome<Self> {
        let o = Order::fields();
        let fan_out = orders.fan_out().await?;
        let gate = fan_out.subscriber(o.reference().eq(GATE)).buffer(1).on_lag(OnLag::Block).open()?;
        orders.insert_many(&[Order::new(GATE, 0, 0.0), Order::new(GATE, 0, 0.0)]).await?;
        while gate.waiting() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let subscribe = |number: u32| {
            let filter = o.total().gt(f64::from(number) / f64::from(SUBSCRIBERS));
            fan_out.subscriber(filter).on_lag(OnLag::Block).open()
        };
        let subscribers = (0..SUBSCRIBERS).map(subscribe).collect::<odm::Result<_>>()?;
        Ok(Self { gate, subscribers, fan_out })
    }

    /// Lets the fan-out continue, and reads the events with all subscribers. Returns the number of events.
    pub(crate) async fn read(self, count: usize) -> Outcome<usize> {
        let tasks: Vec<_> = self.subscribers.into_iter().map(|one| tokio::spawn(all(one, count))).collect();
        drop(self.gate);
        for task in tasks {
            let read = task.await??;
            if read != count {
                return Err(format!("a subscriber has received {read} of {count} events").into());
            }
        }
        drop(self.fan_out);
        Ok(count)
    }
}

async fn all(mut changes: Subscriber<Order>, count: usize) -> odm::Result<usize> {
    let mut read = 0;
    while read < count
        && let Some(change) = changes.next().await.transpose()?
    {
        if matches!(change.event(), Event::Insert(order) if !order.items.is_empty()) {
            read += 1;
        }
    }
    Ok(read)
}

/// Returns how many cursors of change streams the server has open for the orders of this database.
pub(crate) async fn cursors(db: &Database) -> Outcome<usize> {
    let namespace = format!("{}.{}", db.name(), Order::COLLECTION);
    let stages = [doc! { "$currentOp": { "idleCursors": true } }, doc! { "$match": { "ns": namespace } }];
    let mut operations = db.client().database("admin").aggregate(stages).await?;
    let mut ids = BTreeSet::new();
    while operations.advance().await? {
        let operation: Document = operations.deserialize_current()?;
        let Ok(cursor) = operation.get_document("cursor") else { continue };
        let command = cursor.get_document("originatingCommand")?;
        let first = command.get_array("pipeline").ok().and_then(|stages| stages.first()?.as_document());
        if first.is_some_and(|stage| stage.contains_key("$changeStream")) {
            ids.insert(cursor.get("cursorId").and_then(Bson::as_i64));
        }
    }
    Ok(ids.len())
}
