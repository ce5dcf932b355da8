//! Documents that nobody here wrote: five collections of MongoDB's sample data, read into typed models and asked
//! questions.
//!
//! `cargo run -p examples --bin explore -- FOLDER`, where the folder holds `accounts.ndjson`, `customers.ndjson`,
//! `theaters.ndjson`, `restaurants.ndjson` and `students.ndjson`: one document of Extended JSON (v2) a line. Without a
//! folder it takes a few documents of its own. It finds or starts a MongoDB server by itself.

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
        _ => bail!("one argument is taken: the folder with the files"),
    };
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("explore").await?;
    let outcome = explore(&db, &files).await;
    // Also where that failed: the server may be one that stays.
    db.drop_database().await?;
    // Otherwise the driver says goodbye to the server in a task, and panics if the process ends before.
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
