//! Kills a migration again and again while a service writes, and checks that no document is lost or rewritten twice.
//!
//! `cargo run --release -p examples --bin migrate -- --documents 200000 --kills 5`. It finds or starts a MongoDB
//! server automatically. The migration runs in a child process, which is killed with SIGKILL at random points and
//! started again. Meanwhile this process updates, inserts and deletes documents. At the end it reads every document, and
//! counts in the oplog how often each was rewritten. Exits with an error unless `lost`, `twice` and `left` are 0.
//!
//! `--repeat 2` rewrites two documents again after the migration, which shows that `twice` counts them.

mod check;
mod oplog;
mod order;
mod runner;
mod writer;

use std::{
    env,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use odm::{Database, bson::Document, migrate::MigrationState};
use tokio::time::sleep;

use self::{check::Found, runner::Child, writer::Writer};

/// The arguments of the parent.
struct Arguments {
    documents: u32,
    kills: u32,
    /// How many documents are rewritten again, to test the check.
    repeat: u32,
}

impl Arguments {
    fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut parsed = Self { documents: 20_000, kills: 3, repeat: 0 };
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a number"));
            match name.as_str() {
                "--documents" => parsed.documents = value?.parse().context("--documents")?,
                "--kills" => parsed.kills = value?.parse().context("--kills")?,
                "--repeat" => parsed.repeat = value?.parse().context("--repeat")?,
                _ => bail!(
                    "expected `--documents NUMBER`, `--kills NUMBER` or `--repeat NUMBER`, found `{name}`"
                ),
            }
        }
        ensure!(parsed.documents >= 1000, "fewer than 1000 documents are migrated before they can be killed");
        Ok(parsed)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [runner, uri, batch_size] = &arguments[..]
        && runner == runner::ARGUMENT
    {
        return runner::run(uri, batch_size.parse()?).await;
    }
    let arguments = Arguments::parse(arguments.into_iter())?;
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("migrate").await?;
    let uri = runner::uri_of(server.uri(), db.name());
    let outcome = migrate(&db, &uri, &arguments).await;
    // Drop the database even after an error, because the server may outlive this program.
    db.drop_database().await?;
    let (kills, Found { documents, lost, twice, left }) = outcome?;
    println!("migrate: documents={documents} kills={kills} lost={lost} twice={twice} left={left}");
    ensure!(lost + twice + left == 0, "the migration is wrong");
    ensure!(
        kills == arguments.kills,
        "the migration ended before it could be killed {} times",
        arguments.kills
    );
    Ok(())
}

async fn migrate(db: &Database, uri: &str, arguments: &Arguments) -> anyhow::Result<(u32, Found)> {
    let &Arguments { documents, kills, repeat } = arguments;
    println!("storing {documents} documents");
    order::insert_old(db, 0..documents).await?;
    let batch_size = (documents / 200).clamp(10, 1000);

    let (stop, old_version_runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
    let writer = Writer::new(db.clone(), documents, Arc::clone(&stop), Arc::clone(&old_version_runs));
    let writer = tokio::spawn(writer.run());

    let mut killed = 0;
    for number in 0..kills {
        let mut child = Child::start(uri, batch_size)?;
        let total = u64::from(documents);
        let point = (u64::from(number) * total + u64::from(roll()) % total) / u64::from(kills + 1);
        if let Some(done) = reached(db, &mut child, point).await? {
            sleep(Duration::from_micros(u64::from(roll() % 20_000))).await;
            if child.kill().await? {
                killed += 1;
                println!("killed after more than {done} documents");
            }
        }
    }
    // The last program of the old version ends, and with it the documents of the old form that it inserts.
    old_version_runs.store(false, Ordering::Relaxed);
    println!("{}", Child::start(uri, batch_size)?.output().await?);
    stop.store(true, Ordering::Relaxed);
    let expected = writer.await??;
    println!("{} writes meanwhile", expected.writes());
    order::rewrite_again(db, repeat).await?;
    Ok((killed, check::check(db, &expected).await?))
}

/// Waits until this many documents are rewritten. Returns `None` if the child has ended before.
async fn reached(db: &Database, child: &mut Child, documents: u64) -> anyhow::Result<Option<u64>> {
    loop {
        if child.has_ended()? {
            return Ok(None);
        }
        for status in db.migrate(order::migrations()).status().await? {
            if let MigrationState::Begun { documents: done, .. } = status.state()
                && *done >= documents
            {
                return Ok(Some(*done));
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// Returns a random number.
fn roll() -> u32 {
    u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default()
}

/// Returns the undecoded documents.
fn undecoded(db: &Database) -> odm::mongodb::Collection<Document> {
    db.driver().collection("orders")
}
