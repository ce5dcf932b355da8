//! A tour of odm: a model, its schema, and the most common verbs, with the fourteen mountains above 8,000 metres.
//!
//! `cargo run -p examples --bin quickstart`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Embedded, Filter, Id, Model, Shape, Value, models,
    pipeline::{avg, count, max},
    watch::Event,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[odm(collection = "peaks", index(countries, height = -1))]
struct Peak {
    id: Id<Peak>,
    #[odm(index(unique), validate(length(min = 1)))]
    name: String,
    #[odm(validate(range(min = 8000, max = 9000)))]
    height: u32,
    countries: Vec<Country>,
    first_ascent: Ascent,
}

#[derive(Debug, Clone, Serialize, Deserialize, Embedded)]
#[serde(rename_all = "camelCase")]
struct Ascent {
    year: i32,
    expedition: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, Value)]
#[serde(rename_all = "lowercase")]
enum Country {
    China,
    India,
    Nepal,
    Pakistan,
}
use Country::{China, India, Nepal, Pakistan};

/// A row of the aggregation, one per country.
#[derive(Debug, Shape)]
struct Heights {
    #[odm(id)]
    country: Country,
    peaks: i64,
    highest: u32,
    average: f64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `Database::connect("mongodb://host/name").await?` works too. `odm_test` starts a server if there is none.
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("quickstart").await?;
    let peaks = db.collection::<Peak>();
    let p = Peak::fields();

    // Schema: plan, print, apply.
    let plan = db.schema(models![Peak]).plan().await?;
    println!("{plan}");
    plan.apply().await?;

    // Insert. Rules are checked before anything is sent.
    let all: Vec<Peak> = TABLE.iter().map(peak).collect();
    peaks.insert_many(&all).await?;
    println!("inserted {}", peaks.count(Filter::all()).await?);
    let hill = Peak { id: Id::new(), name: "Galdhøpiggen".into(), height: 2469, ..all[0].clone() };
    let refused = peaks.insert_one(&hill).await.err().context("a hill was stored")?;
    println!("{}: {}", hill.name, refused.kind());

    // Find, with typed paths: a wrong name or type does not compile.
    println!("\nin Pakistan, above 8,100 m:");
    let mut found =
        peaks.find(p.countries().contains(Pakistan) & p.height().gt(8100)).sort(p.height().desc()).await?;
    while let Some(peak) = found.next().await.transpose()? {
        println!("  {} ({} m, {})", peak.name, peak.height, peak.first_ascent.year);
    }

    // Watch, then update: in 2020 Everest was measured again, at 8,848.86 m.
    let mut changes = peaks.watch().await?;
    let updated = peaks.update_one(p.name().eq("Everest"), p.height().set(8849)).await?;
    println!("\nupdated {}", updated.modified_count);
    if let Some(change) = changes.next().await.transpose()?
        && let Event::Update { update_description, .. } = change.event()
    {
        println!("the change stream says: {}", update_description.updated_fields);
    }

    // Aggregate: the row type follows the stages.
    println!("\nby country:");
    let rows: Vec<Heights> = peaks
        .aggregate()
        .unwind(|p| p.countries())
        .group(|p| HeightsOf {
            country: p.countries(),
            peaks: count(),
            highest: max(p.height()),
            average: avg(p.height()),
        })
        .sort(|h| h.peaks().desc())
        .await?
        .try_collect()
        .await?;
    for Heights { country, peaks, highest, average } in rows {
        println!("  {country:?}: {peaks}, the highest {highest} m, {average:.1} m on average");
    }

    db.drop_database().await?;
    Ok(())
}

type Row = (&'static str, u32, &'static [Country], i32, &'static str);

fn peak(&(name, height, countries, year, expedition): &Row) -> Peak {
    Peak {
        id: Id::new(),
        name: name.into(),
        height,
        countries: countries.into(),
        first_ascent: Ascent { year, expedition: expedition.into() },
    }
}

/// Name, height in metres (as known until 2020), countries, year of the first ascent, and its expedition.
const TABLE: [Row; 14] = [
    ("Everest", 8848, &[Nepal, China], 1953, "British"),
    ("K2", 8611, &[Pakistan, China], 1954, "Italian"),
    ("Kangchenjunga", 8586, &[Nepal, India], 1955, "British"),
    ("Lhotse", 8516, &[Nepal, China], 1956, "Swiss"),
    ("Makalu", 8485, &[Nepal, China], 1955, "French"),
    ("Cho Oyu", 8188, &[Nepal, China], 1954, "Austrian"),
    ("Dhaulagiri I", 8167, &[Nepal], 1960, "Swiss"),
    ("Manaslu", 8163, &[Nepal], 1956, "Japanese"),
    ("Nanga Parbat", 8126, &[Pakistan], 1953, "German-Austrian"),
    ("Annapurna I", 8091, &[Nepal], 1950, "French"),
    ("Gasherbrum I", 8080, &[Pakistan, China], 1958, "American"),
    ("Broad Peak", 8051, &[Pakistan, China], 1957, "Austrian"),
    ("Gasherbrum II", 8034, &[Pakistan, China], 1956, "Austrian"),
    ("Shishapangma", 8027, &[China], 1964, "Chinese"),
];
