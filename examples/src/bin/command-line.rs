//! The program of the guide's chapter on the command line: a shop with the commands of `odm-cli`.
//!
//! `cargo run -p examples --bin command-line` shows the commands one after the other. It finds or starts a MongoDB
//! server automatically. With arguments, it is the command line itself: `cargo run -p examples --bin command-line --
//! --uri mongodb://localhost/shop plan`.

use std::{env, process::ExitCode};

use anyhow::Context;
use odm::{
    Database, Embedded, Id, Model, Value,
    bson::{Document, doc, oid::ObjectId},
    migrate::Migration,
};
use odm_cli::{Models, migrations, models};
use tokio::process::Command;

#[derive(Debug, Model)]
#[odm(collection = "orders", index(reference, unique), index(customer, status))]
struct Order {
    id: Id<Order>,
    reference: String,
    customer: Id<Customer>,
    status: Status,
    cents: i64,
    lines: Vec<Line>,
}

#[derive(Debug, Embedded)]
struct Line {
    sku: String,
    qty: u32,
}

#[derive(Debug, Value)]
#[serde(rename_all = "lowercase")]
enum Status {
    Open,
    Paid,
}

#[derive(Debug, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
    email: Option<String>,
}

/// An order before the migration.
#[derive(Debug, Model)]
#[odm(collection = "orders")]
struct OldOrder {
    id: Id<Order>,
    reference: String,
    customer: Id<Customer>,
    status: Status,
    euros: i64,
    lines: Vec<Line>,
}

/// The command line of the shop.
async fn shop() -> ExitCode {
    let models: Models = models![Order, Customer];
    let migrations = migrations![
        "totals-in-cents" => Migration::rewrite(OldOrder::fields().euros().exists(true), |old: OldOrder| Order {
            id: old.id,
            reference: old.reference,
            customer: old.customer,
            status: old.status,
            cents: old.euros * 100,
            lines: old.lines,
        }),
    ];
    odm_cli::run(models, migrations).await
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    if env::args().len() > 1 {
        return Ok(shop().await);
    }
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("command-line").await?;
    let outcome = show(&db, server.uri()).await;
    // Drop the database even after an error, because the server may outlive this program.
    db.drop_database().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Runs this program with these arguments, and prints its output and its exit code.
async fn run(uri: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let quoted =
        arguments.iter().map(|one| if one.contains('{') { format!("'{one}'") } else { (*one).to_owned() });
    println!("\n$ shop {}", quoted.collect::<Vec<_>>().join(" "));
    let output = Command::new(env::current_exe()?).args(arguments).env("MONGODB_URI", uri).output().await?;
    print!("{}{}", String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    match output.status.code().context("the command was killed")? {
        0 => {}
        code => println!("(exit code {code})"),
    }
    Ok(())
}

async fn show(db: &Database, server: &str) -> anyhow::Result<()> {
    let (hosts, options) = server.split_once('?').unwrap_or((server, ""));
    let uri = &format!("{}/{}?{options}", hosts.trim_end_matches('/'), db.name());
    let orders = db.driver().collection::<Document>("orders");

    run(uri, &["plan", "--check"]).await?;
    run(uri, &["apply"]).await?;
    run(uri, &["plan", "--check"]).await?;

    // Someone replaces an index by hand.
    orders.drop_index("reference_1").await?;
    let by_hand = doc! { "key": { "reference": 1 }, "name": "reference_1", "unique": true, "sparse": true };
    db.driver().run_command(doc! { "createIndexes": "orders", "indexes": [by_hand] }).await?;
    run(uri, &["apply"]).await?;
    run(uri, &["apply", "--allow-destructive"]).await?;

    // Documents that an older version of the program has stored.
    let customer = ObjectId::from_bytes([7; 12]);
    orders
        .insert_many((1..=3_u8).map(|number| {
            doc! {
                "_id": ObjectId::from_bytes([number; 12]),
                "reference": format!("NO-{number}"), "customer": customer, "status": "open", "euros": i32::from(number),
                "lines": [{ "sku": "tea", "qty": 2 }],
            }
        }))
        .await?;
    run(uri, &["scan"]).await?;
    run(uri, &["verify"]).await?;
    run(uri, &["migrate", "--dry-run"]).await?;
    run(uri, &["migrate"]).await?;
    run(uri, &["migrate", "--status", "--json"]).await?;
    run(uri, &["scan", "--json"]).await?;

    // A collection that no model describes.
    db.driver()
        .collection::<Document>("visitors")
        .insert_many([
            doc! { "_id": 1, "firstName": "Ada", "rating": 5, "pages": [{ "path": "/", "seconds": 2.5 }] },
            doc! { "_id": 2, "firstName": "Bo", "rating": "none", "pages": [], "referrer": "a friend" },
        ])
        .await?;
    run(uri, &["introspect", "visitors"]).await?;

    run(uri, &["explain", "orders", r#"{ "status": "open" }"#]).await?;
    run(uri, &["explain", "orders", r#"{ "reference": "NO-1" }"#]).await?;
    run(uri, &["diagram"]).await?;
    Ok(())
}
