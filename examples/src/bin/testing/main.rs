//! The program of the guide's chapter on testing: what a function of a shop sends to the server.
//!
//! `cargo run -p examples --bin testing`. It finds or starts a MongoDB server automatically. The tests of the shop are in
//! `examples/tests/programs/testing.rs`; `cargo test -p examples testing` runs them.

mod service;

use odm::{Database, models, mongodb::options::ClientOptions};
use odm_test::{Commands, Server};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = Server::shared().await?;
    let db = server.fresh_database("testing").await?;
    let outcome = show(&db, &server).await;
    // Drop the database even after an error, because the server may outlive this program.
    db.drop_database().await?;
    outcome
}

async fn show(db: &Database, server: &Server) -> anyhow::Result<()> {
    db.schema(models![service::Order, service::Customer]).plan().await?.apply().await?;
    service::fill(db).await?;
    println!("{} orders", service::count(db).await?);

    // A client of its own, whose commands are recorded.
    let options = ClientOptions::parse(server.uri()).await?;
    let (recorded, commands) = Commands::of_client(options, db.name())?;
    let names = service::waiting(&recorded).await?;
    println!(
        "{} customers wait, the first is {}",
        names.len(),
        names.first().map_or("nobody", String::as_str)
    );
    for command in commands.take() {
        println!("sent: find on {}, with the fields {:?}", command.get_str("find")?, fields(&command));
    }
    recorded.shutdown().await;
    Ok(())
}

/// Returns the names of the fields that the filter of a command tests.
fn fields(command: &odm::bson::Document) -> Vec<&str> {
    command
        .get_document("filter")
        .map(|filter| filter.keys().map(String::as_str).collect())
        .unwrap_or_default()
}
