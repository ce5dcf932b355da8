//! Reads five collections of MongoDB's sample data into typed models and queries them.
//!
//! `cargo run -p examples --bin explore -- FOLDER`, where the folder contains `accounts.ndjson`, `customers.ndjson`,
//! `theaters.ndjson`, `restaurants.ndjson` and `students.ndjson`, with one document of Extended JSON (v2) per line.
//! Without a folder the program uses its own sample documents. It finds or starts a MongoDB server automatically.

mod accounts;
mod customers;
mod file;
mod restaurants;
mod students;
mod theaters;

use std::{env, path::Path};

use anyhow::bail;
use odm::Database;

use crate::file::Files;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let files = match (env::args_os().nth(1), env::args_os().nth(2)) {
        (None, _) => Files::Samples,
        (Some(folder), None) => Files::in_folder(Path::new(&folder))?,
        _ => bail!("expected one argument, the folder with the files"),
    };
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("explore").await?;
    let outcome = explore(&db, &files).await;
    // Drop the database even after an error, because the server may outlive this program.
    db.drop_database().await?;
    // Without this, the driver cleans up in a task, which panics if the process ends first.
    db.driver().client().clone().shutdown().await;
    outcome
}

async fn explore(db: &Database, files: &Files) -> anyhow::Result<()> {
    accounts::answer(&file::store(db, files).await?).await?;
    customers::answer(&file::store(db, files).await?).await?;
    theaters::answer(&file::store(db, files).await?).await?;
    restaurants::answer(&file::store(db, files).await?).await?;
    students::answer(&file::store(db, files).await?).await?;
    Ok(())
}
