//! The service of the guide's chapter on web services: a shop with customers, products and orders.
//!
//! `cargo run -p examples --bin shop`. It finds or starts a MongoDB server automatically, and listens on
//! `127.0.0.1:3000`, or on the address in `SHOP_ADDRESS`. It ends at Ctrl+C or SIGTERM, after the requests that it is
//! answering. `GET /openapi.json` describes it.

pub(crate) mod service;

use std::env;

use anyhow::Context;
use tokio::net::TcpListener;

use self::service::Shop;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("shop").await?;
    Shop::prepare(&db).await?;
    let shop = Shop::open(&db, [7; 32])?;
    let address = env::var("SHOP_ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener =
        TcpListener::bind(&address).await.with_context(|| format!("cannot listen on {address}"))?;
    println!("shop: listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service::router(shop)).with_graceful_shutdown(shutdown()).await?;
    println!("shop: stopped");
    db.drop_database().await?;
    db.shutdown().await;
    Ok(())
}

/// Waits for Ctrl+C, or for the SIGTERM that a container sends.
async fn shutdown() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a handler, the process ends at the signal.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
