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
    Collection, Database, Embedded, Id, Model, Shape,
    action::Aggregate,
    pipeline::{avg, bottom, sum, top},
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

/// The largest and the smallest city of a state.
#[derive(Debug, Shape)]
struct Extremes {
    #[odm(id)]
    state: String,
    largest: String,
    most: u64,
    smallest: String,
    least: u64,
}

/// A number of rows.
#[derive(Debug, Shape)]
struct Counted {
    number: u64,
}

/// Several numbers of zip codes. Each is an array of one row, or of none instead of the number 0.
#[derive(Debug, Shape)]
struct Numbers {
    documents: Vec<Counted>,
    states: Vec<Counted>,
    unpopulated: Vec<Counted>,
    spring: Vec<Counted>,
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
    println!("states with more than ten million people:");
    let mut states = zips
        .aggregate()
        .group(|z| StateOf { name: z.state(), people: sum(z.pop()) })
        .matching(|s| s.people().gt(10_000_000))
        .sort(|s| s.people().desc().then(s.name().asc()))
        .await?;
    while let Some(State { name, people }) = states.next().await.transpose()? {
        println!("  {name} {people}");
    }

    println!("average city population by state, the first three:");
    let mut averages = cities(zips)
        .group(|c| AverageOf { state: c.key().state(), people: avg(c.people()) })
        .sort(|a| a.people().desc().then(a.state().asc()))
        .limit(3)
        .await?;
    while let Some(Average { state, people }) = averages.next().await.transpose()? {
        println!("  {state} {people:.0}");
    }

    println!("largest and smallest city, the first three states:");
    let mut extremes = cities(zips)
        .group(|c| {
            let order = || c.people().desc().then(c.key().city().asc());
            ExtremesOf {
                state: c.key().state(),
                largest: top(order(), c.key().city()),
                most: top(order(), c.people()),
                smallest: bottom(order(), c.key().city()),
                least: bottom(order(), c.people()),
            }
        })
        .sort(|e| e.state().asc())
        .limit(3)
        .await?;
    while let Some(Extremes { state, largest, most, smallest, least }) = extremes.next().await.transpose()? {
        println!("  {state}: {largest} {most}, {smallest} {least}");
    }

    let mut numbers = zips
        .aggregate()
        .facet(|zips| NumbersOf {
            documents: zips.clone().count(|number| CountedOf { number }),
            states: zips
                .clone()
                .group(|z| StateOf { name: z.state(), people: sum(z.pop()) })
                .count(|number| CountedOf { number }),
            unpopulated: zips.clone().matching(|z| z.pop().eq(0)).count(|number| CountedOf { number }),
            spring: zips.matching(|z| z.city().starts_with("SPRING")).count(|number| CountedOf { number }),
        })
        .await?;
    while let Some(Numbers { documents, states, unpopulated, spring }) = numbers.next().await.transpose()? {
        println!("zip codes: {}", number(&documents));
        println!("states: {}", number(&states));
        println!("zip codes without people: {}", number(&unpopulated));
        println!("zip codes of cities beginning with SPRING: {}", number(&spring));
    }
    Ok(())
}

/// Adds the zip codes of each city.
fn cities(zips: &Collection<Zip>) -> Aggregate<Zip, City> {
    zips.aggregate()
        .group(|z| CityOf { key: CityKeyOf { state: z.state(), city: z.city() }, people: sum(z.pop()) })
}

/// Returns the number in a facet.
fn number(facet: &[Counted]) -> u64 {
    facet.first().map_or(0, |counted| counted.number)
}
