//! Servers whose oplog is so small that a test can lose history.

use std::time::Duration;

use odm::{
    Database,
    bson::{Document, Timestamp, doc},
};
use odm_test::Server;

/// Returns a server with an oplog of one megabyte. It removes entries up to the last checkpoint, which it writes every
/// second.
pub(crate) async fn with_small_oplog() -> Server {
    Server::start_with(["--oplogSize", "1", "--syncdelay", "1"]).await.unwrap()
}

/// Writes to another collection until the oplog contains nothing that was written before.
pub(crate) async fn forget(server: &Server, db: &Database) {
    let client = server.client().await.unwrap();
    let reply = client.database("admin").run_command(doc! { "ping": 1 }).await.unwrap();
    let now = reply.get_timestamp("operationTime").unwrap();
    let oplog = client.database("local").collection::<Document>("oplog.rs");
    let oldest = async || -> Option<Timestamp> {
        // The entry that is read may be removed at this moment.
        let entry = oplog.find_one(doc! {}).sort(doc! { "$natural": 1 }).await.ok()??;
        entry.get_timestamp("ts").ok()
    };
    let forgotten = async {
        while oldest().await.is_none_or(|oldest| oldest <= now) {
            for _ in 0..5 {
                let large = doc! { "text": "x".repeat(100_000) };
                db.driver().collection("others").insert_one(large).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), forgotten).await.expect("a truncated oplog");
}
