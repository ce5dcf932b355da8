//! The service that writes during the migration.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use odm::{Database, Model, bson::doc};

use super::{
    order::{self, Order},
    roll, undecoded,
};

/// What the service has written, and what must be stored therefore.
pub(super) struct Writer {
    db: Database,
    stop: Arc<AtomicBool>,
    /// Whether a program of the old version still inserts documents of the old form.
    old_version_runs: Arc<AtomicBool>,
    /// The visits of each order, or `None` if it is deleted.
    visits: Vec<Option<u32>>,
    writes: u64,
}

impl Writer {
    pub(super) fn new(
        db: Database,
        documents: u32,
        stop: Arc<AtomicBool>,
        old_version_runs: Arc<AtomicBool>,
    ) -> Self {
        Self { db, stop, old_version_runs, visits: vec![Some(0); documents as usize], writes: 0 }
    }

    pub(super) fn visits(&self) -> &[Option<u32>] {
        &self.visits
    }

    pub(super) fn writes(&self) -> u64 {
        self.writes
    }

    /// Writes until it is stopped. A write that fails is an error, because then it is not known what is stored.
    pub(super) async fn run(mut self) -> anyhow::Result<Self> {
        let orders = self.db.collection::<Order>();
        let o = Order::fields();
        while !self.stop.load(Ordering::Relaxed) {
            match roll() % 20 {
                0 if self.old_version_runs.load(Ordering::Relaxed) => {
                    let id = self.insert();
                    undecoded(&self.db).insert_one(order::old(id)).await?;
                }
                1 => {
                    let id = self.insert();
                    orders
                        .insert_one(&Order { id, cents: order::cents(id), visits: 0, rewritten: None })
                        .await?;
                }
                2 => {
                    let id = roll() % u32::try_from(self.visits.len())?;
                    undecoded(&self.db).delete_one(doc! { "_id": i64::from(id) }).await?;
                    self.visits[id as usize] = None;
                }
                _ => {
                    let id = roll() % u32::try_from(self.visits.len())?;
                    orders.update_one(o.id().eq(id), o.visits().inc(1)).await?;
                    self.visits[id as usize] = self.visits[id as usize].map(|visits| visits + 1);
                }
            }
            self.writes += 1;
        }
        Ok(self)
    }

    /// Returns the id of a new order.
    fn insert(&mut self) -> u32 {
        self.visits.push(Some(0));
        u32::try_from(self.visits.len() - 1).unwrap_or(u32::MAX)
    }
}
