//! A service whose page shows the open orders as they change: server-sent events from one change stream.
//!
//! `cargo run -p examples --bin live -- --port 3000`. It finds or starts a MongoDB server automatically. Open
//! <http://127.0.0.1:3000/>, and send orders: `curl -X PUT 127.0.0.1:3000/orders/1 -H 'content-type: application/json' -d
//! '{"status":"open","total":20}'`.
//!
//! Each event has the resume token of its change as its id. A browser that reconnects sends the last one, and receives what
//! it has missed, also if the service was restarted meanwhile.

mod arguments;
mod service;

use anyhow::Context;
use odm::{Model, models};
use odm_test::Server;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use self::arguments::Arguments;

#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[odm(collection = "orders", index(status, id))]
struct Order {
    id: i32,
    status: String,
    total: i64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { port, database } = Arguments::parse(std::env::args().skip(1))?;
    let server = Server::shared().await?;
    let db = server.database(&database).await?;
    db.schema(models![Order]).plan().await?.apply().await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.context("the port is in use")?;
    let routes = service::routes(db.collection()).await?;
    println!("live: http://{}/", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}
