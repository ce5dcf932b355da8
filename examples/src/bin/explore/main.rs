//! Reads five collections of MongoDB's sample data into typed models and answers questions about them.
//!
//! `cargo run -p examples --bin explore -- FOLDER`, where the folder contains `accounts.ndjson`, `customers.ndjson`,
//! `theaters.ndjson`, `restaurants.ndjson` and `students.ndjson`, with one document of Extended JSON (v2) per line.
//! Without a folder the program uses its own sample documents. It finds or starts a MongoDB server automatically.

mod accounts;
mod customers;
mod print;
mod restaurants;
mod students;
mod theaters;

use std::{env, path::Path};

use anyhow::bail;
use examples::{
    accounts::Account,
    customers::Customer,
    samples::{self, Files},
    theaters::{Theater, create_position_index},
};
use odm::Database;

use crate::{restaurants::Restaurant, students::Student};

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
    // Store all of them first, because some questions join two collections.
    let accounts = samples::store::<Account>(db, files).await?;
    let customers = samples::store::<Customer>(db, files).await?;
    let theaters = samples::store::<Theater>(db, files).await?;
    let restaurants = samples::store::<Restaurant>(db, files).await?;
    let students = samples::store::<Student>(db, files).await?;
    create_position_index(&theaters).await?;

    accounts::answer(&accounts).await?;
    customers::answer(&customers).await?;
    theaters::answer(&theaters).await?;
    restaurants::answer(&restaurants).await?;
    students::answer(&students).await?;
    Ok(())
}
