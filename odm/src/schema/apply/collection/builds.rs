//! The progress of index builds, which the server shows among its current operations.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use mongodb::bson::{Bson, Document, doc};

use super::CollectionChanges;
use crate::{
    error::Result,
    exec,
    operation::Verb,
    schema::apply::progress::{BuildProgress, Listener},
};

const CURRENT_OP: Verb = Verb::new("apply", "aggregate").reading();

/// The time between two looks at a build.
const INTERVAL: Duration = Duration::from_millis(200);

impl CollectionChanges {
    /// Awaits a call that lasts until indexes are built, and reports their progress meanwhile, if there is a listener.
    pub(super) async fn reporting<T>(&self, building: impl Future<Output = T> + Send) -> T {
        let Some(listener) = &self.listener else { return building.await };
        let mut building = pin!(building);
        loop {
            if let Either::Left((built, _)) =
                select(building.as_mut(), pin!(tokio::time::sleep(INTERVAL))).await
            {
                return built;
            }
            match select(building.as_mut(), pin!(self.report(listener))).await {
                Either::Left((built, report)) => {
                    // A call of the driver is not dropped before it ends.
                    drop(report.await);
                    return built;
                }
                // Perhaps the user has no right to see the operations. Progress is only for display.
                Either::Right((Err(_), _)) => return building.await,
                Either::Right((Ok(()), _)) => {}
            }
        }
    }

    /// Calls the listener with the progress of the builds, if the server shows one.
    async fn report(&self, listener: &Listener) -> Result<()> {
        let (database, collection) = (self.comparison.database(), self.collection.name);
        let name = database.name();
        let namespaces = [format!("{name}.{collection}"), format!("{name}.system.buckets.{collection}")];
        let builds = doc! {
            "ns": { "$in": namespaces.as_slice() },
            "command.createIndexes": { "$exists": true },
            "progress": { "$exists": true },
        };
        let pipeline = [doc! { "$currentOp": { "allUsers": true } }, doc! { "$match": builds }];
        let command = doc! { "aggregate": 1, "pipeline": pipeline.map(Bson::from).to_vec(), "cursor": {} };
        let admin = database.driver().client().database("admin");
        let reply = exec::run(self.operation(CURRENT_OP), admin.run_command(command)).await?;
        let found = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch"));
        let operations: Vec<&Document> = found.into_iter().flatten().filter_map(Bson::as_document).collect();
        if let Some(progress) = progress(collection, &operations) {
            listener(&progress);
        }
        Ok(())
    }
}

/// Returns the progress that the operations show: several if each shard builds the indexes.
fn progress<'c>(collection: &'c str, operations: &[&Document]) -> Option<BuildProgress<'c>> {
    let first = operations.first()?;
    let sum = |name: &str| {
        let numbers = operations
            .iter()
            .filter_map(|operation| number(operation.get_document("progress").ok()?.get(name)?));
        numbers.sum()
    };
    let indexes = first.get_document("command").and_then(|command| command.get_array("indexes"));
    let names = indexes.into_iter().flatten().filter_map(|index| index.as_document()?.get_str("name").ok());
    Some(BuildProgress {
        collection,
        indexes: names.map(str::to_owned).collect(),
        phase: phase(first.get_str("msg").unwrap_or_default()).to_owned(),
        done: sum("done"),
        total: sum("total"),
    })
}

/// Returns the phase in a message of the server: `Index Build: scanning collection: 29144/200000 14%`. Some versions repeat
/// the beginning: `Index Build: scanning collection Index Build: scanning collection: 29144/200000 14%`.
fn phase(message: &str) -> &str {
    let phase = message.rsplit("Index Build: ").next().unwrap_or(message);
    match phase.rsplit_once(": ") {
        Some((phase, numbers)) if numbers.starts_with(|first: char| first.is_ascii_digit()) => phase,
        _ => phase,
    }
}

fn number(value: &Bson) -> Option<u64> {
    let number = match value {
        Bson::Int32(number) => i64::from(*number),
        Bson::Int64(number) => *number,
        #[allow(clippy::cast_possible_truncation)] // saturates
        Bson::Double(number) => *number as i64,
        _ => return None,
    };
    u64::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_progress_of_several_shards_is_added() {
        let operation = |done: Bson, total: Bson| {
            doc! {
                "command": { "createIndexes": "orders", "indexes": [{ "name": "a_1" }, { "name": "b_1" }] },
                "msg": "Index Build: scanning collection: 5/200 2%", "progress": { "done": done, "total": total },
            }
        };
        let (one, other) = (operation(5.into(), 200.into()), operation(Bson::Int64(7), Bson::Double(100.0)));
        let progress = progress("orders", &[&one, &other]).unwrap();
        assert_eq!(progress.to_string(), "orders: scanning collection: 12 of 300");
        assert_eq!(
            (progress.indexes(), progress.phase()),
            (&["a_1".to_owned(), "b_1".to_owned()][..], "scanning collection")
        );
        assert!(super::progress("orders", &[]).is_none());
    }

    #[test]
    fn a_phase_is_what_the_server_says_without_the_numbers() {
        assert_eq!(
            phase("Index Build: inserting keys from external sorter into index: 1/2 50%"),
            "inserting keys from external sorter into index"
        );
        assert_eq!(phase("Index Build: draining writes"), "draining writes");
        let repeated = "Index Build: scanning collection Index Build: scanning collection: 300/300 100%";
        assert_eq!(phase(repeated), "scanning collection");
        assert_eq!(phase(""), "");
    }
}
