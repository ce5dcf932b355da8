//! The ten tasks of the "MongoDB ODM Performance Benchmark" 1.0 of MongoDB's specifications:
//! `cargo bench -p odm --bench odm`, with `-- --quick` for a shorter run, and with the names of tasks for these alone.
//!
//! Each task runs through `odm`, through the driver's typed collection, and through the driver with bytes that are
//! neither encoded nor decoded, which are the limit for both; in turns, on a server that starts automatically.
//!
//! Prints a table. The last line is how many times as long each task takes through `odm` as through the driver's typed
//! collection, and the geometric mean of these.
//!
//! What differs from the specification:
//!
//! - It repeats 10,000 calls for at least 30 seconds with one library at a time, and scores megabytes per second. Here
//!   the three sides take turns after each call, and the ratios are the medians of the pairs of calls, because sides
//!   that run one after the other differ by the noise of the machine.
//! - It reads and updates 10,000 documents; here these are 1,000, and `--quick` has 100.
//! - Its models have no index for the three tasks that find by another field than `_id`, so that each call reads the
//!   whole collection (80 MB for the nested documents). Here these fields have an index. Without it, all sides would
//!   wait for the server alone.
//! - An instance is built before its call is measured, on all sides.
//! - The texts of the documents are generated. The fields and the sizes are the same.

mod documents;
#[path = "../shared/measure.rs"]
#[allow(dead_code, reason = "the other benches use the rest")]
mod measure;
#[path = "../shared/rounds.rs"]
mod rounds;
mod tasks;

use std::{env, error::Error};

use documents::{Large, Nested, Referring, Sample, Small};
use odm::{Id, Model};
use odm_test::Server;
use rounds::Rounds;
use tasks::{Size, Task};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The indexes of the sides.
const ODM: usize = 0;
const DRIVER: usize = 1;
const BYTES: usize = 2;

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|argument| argument == word);
    if !has("--bench") {
        // `cargo test` only checks that both sides encode to the same bytes.
        return agree();
    }
    agree()?;
    // Words without dashes name the tasks to run; without any, all of them run.
    let named = |task: &str| has(task) || words.iter().all(|argument| argument.starts_with("--"));
    let size = if has("--quick") {
        Size { documents: 100, calls: 100 }
    } else {
        Size { documents: 1_000, calls: 3_000 }
    };
    let server = Server::shared().await?;
    let db = server.fresh_database("odm_benchmark").await?;
    println!("{:18}{:>8}{:>10}{:>12}{:>11}{:>9}", "", "bytes", "odm, µs", "driver, µs", "bytes, µs", "ratio");
    let mut report = Report::default();
    let small = Task::<Small>::new(&db, size);
    let large = Task::<Large>::new(&db, size);
    let nested = Task::<Nested>::new(&db, size);
    if named("small_create") {
        report.add::<Small>("small_create", &small.create().await?)?;
    }
    if named("small_update") {
        let rounds = small
            .update("field1", |id, value| {
                let s = Small::fields();
                (s.id().eq(id), s.field1().set(value))
            })
            .await?;
        report.add::<Small>("small_update", &rounds)?;
    }
    if named("small_find") {
        let rounds = small
            .find("_id", |document| *Model::id(document).key(), |id| Small::fields().id().eq(Id::from(id)))
            .await?;
        report.add::<Small>("small_find", &rounds)?;
    }
    if named("foreign_key_find") {
        let rounds = Task::<Referring>::new(&db, size)
            .find(
                "field_fk",
                |document| *document.key().key(),
                |id| Referring::fields().field_fk().eq(Id::from(id)),
            )
            .await?;
        report.add::<Referring>("foreign_key_find", &rounds)?;
    }
    if named("large_create") {
        report.add::<Large>("large_create", &large.create().await?)?;
    }
    if named("large_update") {
        let rounds = large
            .update("field1", |id, value| {
                let l = Large::fields();
                (l.id().eq(id), l.field1().set(value))
            })
            .await?;
        report.add::<Large>("large_update", &rounds)?;
    }
    if named("nested_create") {
        report.add::<Nested>("nested_create", &nested.create().await?)?;
    }
    if named("nested_update") {
        let rounds = nested
            .update("embedded_str_doc_1.field1", |id, value| {
                let n = Nested::fields();
                (n.id().eq(id), n.embedded_str_doc_1().field1().set(value))
            })
            .await?;
        report.add::<Nested>("nested_update", &rounds)?;
    }
    if named("nested_find") {
        let rounds = nested
            .find("embedded_str_doc_1.unique_id", Nested::first, |id| {
                Nested::fields().embedded_str_doc_1().unique_id().eq(id)
            })
            .await?;
        report.add::<Nested>("nested_find", &rounds)?;
    }
    if named("nested_array_find") {
        let rounds = nested
            .find("embedded_str_doc_array.unique_id", Nested::first_of_array, |id| {
                Nested::fields().embedded_str_doc_array().unique_id().eq(id)
            })
            .await?;
        report.add::<Nested>("nested_array_find", &rounds)?;
    }
    db.drop_database().await?;
    report.print();
    Ok(())
}

/// Checks that both sides encode to the same bytes.
fn agree() -> Outcome<()> {
    fn one<M: Sample>() -> Outcome<()> {
        let document = M::numbered(7);
        let bytes = odm::to_vec(&document)?;
        if bytes != odm::bson::serialize_to_vec(&document)?
            || bytes != odm::to_vec(&odm::from_slice::<M>(&bytes)?)?
        {
            return Err(format!("the sides do not agree on the bytes of `{}`", M::COLLECTION).into());
        }
        Ok(())
    }

    one::<Small>()?;
    one::<Large>()?;
    one::<Referring>()?;
    one::<Nested>()
}

/// The rows of the table.
#[derive(Debug, Default)]
struct Report {
    ratios: Vec<String>,
    /// The sum of the logarithms of the ratios.
    logarithms: f64,
}

impl Report {
    /// Prints a row.
    fn add<M: Sample>(&mut self, task: &str, rounds: &Rounds<3>) -> Outcome<()> {
        let size = odm::to_vec(&M::numbered(0))?.len();
        let [odm, driver, bytes] = [ODM, DRIVER, BYTES].map(|side| rounds.seconds(side) * 1e6);
        // How many times as fast the driver is.
        let ratio = rounds.ratio(DRIVER, ODM);
        println!("{task:18}{size:>8}{odm:>10.1}{driver:>12.1}{bytes:>11.1}{ratio:>8}x");
        self.ratios.push(format!("{task}={ratio}"));
        self.logarithms += f64::from(ratio).ln();
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "there are ten tasks")]
    fn print(&self) {
        let mean = (self.logarithms / self.ratios.len() as f64).exp();
        println!("\nratios: {} geometric_mean={mean:.2}", self.ratios.join(" "));
    }
}
