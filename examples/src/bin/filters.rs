//! The program of the guide's chapter on filters: mountain huts, and queries for them.
//!
//! `cargo run -p examples --bin filters`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{Collection, Embedded, Filter, Id, Model, Value, bson::doc};

#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "huts")]
struct Hut {
    id: Id<Hut>,
    name: String,
    kind: Kind,
    height: u32,
    facilities: Vec<String>,
    rooms: Vec<Room>,
    /// The first and the last week of each season.
    open: Vec<[u32; 2]>,
    phone: Option<String>,
    warden: Option<Warden>,
}

#[derive(Debug, Value)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Staffed,
    SelfService,
}

#[derive(Debug, Embedded)]
struct Room {
    beds: u32,
    price: f64,
}

#[derive(Debug, Embedded)]
struct Warden {
    name: String,
}

/// Prints a filter and the names of the huts that it matches.
async fn show(huts: &Collection<Hut>, filter: Filter<Hut>) -> odm::Result<()> {
    println!("{filter}");
    let mut found = huts.find(filter).sort(Hut::fields().name().asc()).await?;
    while let Some(hut) = found.next().await.transpose()? {
        println!("  {}", hut.name);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("filters").await?;
    let huts = db.collection::<Hut>();
    huts.insert_many(all()).await?;
    // An older version of the program wrote this document without the field `phone`.
    huts.driver()
        .insert_one(doc! {
            "name": "Olavsbu",
            "kind": "self-service",
            "height": 1440,
            "facilities": ["stove"],
            "rooms": [{ "beds": 6, "price": 350.0 }],
            "open": [[1, 52]],
        })
        .await?;

    let h = Hut::fields();
    show(&huts, h.height().gte(1300)).await?;
    show(&huts, h.kind().eq(Kind::Staffed)).await?;
    show(&huts, h.warden().name().eq("Kari")).await?;

    show(&huts, h.kind().eq(Kind::SelfService) & h.height().lt(1300)).await?;
    show(&huts, h.height().gt(1000) & h.height().lt(1300)).await?;
    show(&huts, h.name().starts_with("Ol") | h.warden().name().eq("Kari")).await?;

    show(&huts, h.facilities().contains("sauna")).await?;
    show(&huts, h.facilities().contains_any(["sauna", "shop"])).await?;
    show(&huts, h.facilities().contains_none(["sauna", "shop"])).await?;
    show(&huts, h.facilities().all(["sauna", "stove"])).await?;
    show(&huts, h.facilities().size(1)).await?;

    show(&huts, h.rooms().beds().gte(4) & h.rooms().price().lt(400.0)).await?;
    show(&huts, h.rooms().any(|room| room.beds().gte(4) & room.price().lt(400.0))).await?;

    show(&huts, h.open().any(|weeks| weeks.contains(40))).await?;
    show(&huts, h.open().any(|weeks| weeks.at(0).lte(10) & weeks.at(1).gte(10))).await?;
    show(&huts, h.open().contains([7, 18])).await?;
    show(&huts, h.open().at(1).contains(40)).await?;

    show(&huts, h.phone().is_null()).await?;
    show(&huts, h.phone().is_null_or_missing()).await?;
    show(&huts, h.phone().is_present()).await?;
    show(&huts, h.phone().exists(false)).await?;

    show(&huts, h.phone().ne("61 23 45 67")).await?;
    show(&huts, h.phone().ne("61 23 45 67") & h.phone().is_present()).await?;
    show(&huts, !h.rooms().beds().gte(4)).await?;

    let (kind, highest) = (None::<Kind>, Some(1300));
    let filter = Filter::all_of([
        kind.map(|kind| h.kind().eq(kind)),
        highest.map(|highest: u32| h.height().lte(highest)),
    ]);
    show(&huts, filter).await?;

    let refused =
        huts.delete_many(Filter::all_of([None, None])).await.err().context("everything was deleted")?;
    println!("{}", refused.kind());
    println!("{} huts", huts.count(Filter::all()).await?);

    show(&huts, Filter::<Hut>::expr(|h| (h.height() * 3.28084).gt(3300))).await?;

    let two_rooms = Filter::raw(doc! { "$expr": { "$gt": [{ "$size": "$rooms" }, 1] } });
    show(&huts, h.height().gt(1000) & two_rooms).await?;
    println!("{} above 1,400 m", huts.count(doc! { "height": { "$gt": 1400 } }).await?);

    db.drop_database().await?;
    Ok(())
}

fn seasons(hut: &str) -> Vec<[u32; 2]> {
    match hut {
        "Gjendebu" => vec![[7, 18], [24, 40]],
        "Fondsbu" => vec![[7, 18], [25, 39]],
        _ => vec![[26, 37]],
    }
}

fn all() -> Vec<Hut> {
    let hut =
        |name: &str, kind, height, facilities: &[&str], rooms: &[(u32, f64)], phone: Option<&str>| Hut {
            id: Id::new(),
            name: name.into(),
            kind,
            height,
            facilities: facilities.iter().map(ToString::to_string).collect(),
            rooms: rooms.iter().map(|&(beds, price)| Room { beds, price }).collect(),
            open: seasons(name),
            phone: phone.map(Into::into),
            warden: phone.map(|_| Warden { name: "Kari".into() }),
        };
    vec![
        hut(
            "Gjendebu",
            Kind::Staffed,
            995,
            &["sauna", "stove"],
            &[(2, 600.0), (8, 390.0)],
            Some("61 23 45 67"),
        ),
        hut("Fondsbu", Kind::Staffed, 1065, &["sauna"], &[(2, 350.0), (4, 650.0)], Some("61 36 77 00")),
        hut("Skogadalsbøen", Kind::SelfService, 834, &["stove"], &[(2, 300.0)], None),
    ]
}
