//! Zip codes of the United States: reads a file of documents into a typed model and queries it.
//!
//! `cargo run --release -p examples --bin zips -- PATH`, where the file contains concatenated BSON documents, or one
//! document of Extended JSON (v2) per line. It finds or starts a MongoDB server automatically.

mod file;

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Shape,
    pipeline::{avg, sum},
};

/// One zip code, as the sample data set `sample_training.zips` stores it.
#[derive(Debug, Model)]
#[odm(collection = "zips", index(state, city))]
#[allow(clippy::struct_field_names, reason = "the data set has a field `zip`")]
struct Zip {
    id: Id<Zip>,
    city: String,
    zip: String,
    loc: Location,
    pop: u32,
    state: String,
}

#[derive(Debug, Embedded)]
struct Location {
    y: f64,
    x: f64,
}

/// A state and its population.
#[derive(Debug, Shape)]
struct State {
    #[odm(id)]
    name: String,
    people: u64,
}

/// A city and its population in all its zip codes. The key contains the state, because city names are not unique.
#[derive(Debug, Shape)]
struct City {
    #[odm(id)]
    key: CityKey,
    people: u64,
}

#[derive(Debug, Embedded)]
struct CityKey {
    state: String,
    city: String,
}

/// A state and the average population of its cities.
#[derive(Debug, Shape)]
struct Average {
    #[odm(id)]
    state: String,
    people: f64,
}

const BATCH: usize = 10_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let path = match (env::args_os().nth(1), env::args_os().nth(2)) {
        (Some(path), None) => PathBuf::from(path),
        _ => bail!("expected one argument, the file with the zip codes (concatenated BSON, or NDJSON)"),
    };
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("zips").await?;
    let outcome = load_and_answer(&db, &path).await;
    // Drop the database even after an error, because the server may outlive this program.
    db.drop_database().await?;
    outcome
}

async fn load_and_answer(db: &Database, path: &Path) -> anyhow::Result<()> {
    db.schema(odm::models![Zip]).plan().await?.apply().await?;
    let zips = db.collection::<Zip>();
    load(&zips, file::read(path)?).await.with_context(|| format!("loading {}", path.display()))?;
    answer(&zips).await
}

/// Decodes the documents as zip codes and inserts them in batches.
async fn load(zips: &Collection<Zip>, documents: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} zip codes ({elapsed})")?;
    let progress = ProgressBar::new(documents.len() as u64).with_style(style);
    for batch in documents.chunks(BATCH) {
        let batch = batch.iter().map(|bytes| odm::from_slice(bytes)).collect::<odm::Result<Vec<Zip>>>()?;
        zips.insert_many(&batch).await?;
        progress.inc(batch.len() as u64);
    }
    progress.finish();
    Ok(())
}

async fn answer(zips: &Collection<Zip>) -> anyhow::Result<()> {
    let z = Zip::fields();
    println!("documents: {}", zips.count(Filter::all()).await?);

    println!("states with more than ten million people:");
    let mut states = zips
        .aggregate()
        .group(|z| StateOf { name: z.state(), people: sum(z.pop()) })
        .matching(|s| s.people().gt(10_000_000))
        .sort(|s| s.people().desc())
        .await?;
    while let Some(State { name, people }) = states.next().await.transpose()? {
        println!("  {name} {people}");
    }

    println!("average city population by state, the first three:");
    let mut averages = zips
        .aggregate()
        .group(|z| CityOf { key: CityKeyOf { state: z.state(), city: z.city() }, people: sum(z.pop()) })
        .group(|c| AverageOf { state: c.key().state(), people: avg(c.people()) })
        .sort(|a| a.people().desc())
        .limit(3)
        .await?;
    while let Some(Average { state, people }) = averages.next().await.transpose()? {
        println!("  {state} {people}");
    }

    let states: Vec<State> = zips
        .aggregate()
        .group(|z| StateOf { name: z.state(), people: sum(z.pop()) })
        .await?
        .try_collect()
        .await?;
    println!("distinct states: {}", states.len());
    println!("zip codes without people: {}", zips.count(z.pop().eq(0)).await?);
    println!("cities beginning with SPRING: {}", zips.count(z.city().starts_with("SPRING")).await?);
    Ok(())
}
