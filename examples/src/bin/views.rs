//! The program of the guide's chapter on views: recipes, of which most pages show only some fields.
//!
//! `cargo run -p examples --bin views`. It finds or starts a MongoDB server automatically.

use std::{borrow::Cow, collections::BTreeMap};

use anyhow::Context;
use odm::{
    Embedded, Filter, Id, Model, View,
    bson::{Binary, DateTime, Document, doc, oid::ObjectId, spec::BinarySubtype},
    models,
};

#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "recipes", index(minutes), index(title))]
struct Recipe {
    id: Id<Recipe>,
    title: String,
    #[serde(alias = "cookingTime")]
    minutes: u32,
    cook: Option<Cook>,
    ingredients: Vec<Ingredient>,
    steps: Vec<String>,
    photo: Binary,
    #[serde(flatten)]
    audit: Audit,
}

#[derive(Debug, Clone, Embedded)]
#[serde(rename_all = "camelCase")]
struct Cook {
    full_name: String,
    about: String,
}

#[derive(Debug, Embedded)]
struct Ingredient {
    name: String,
    grams: u32,
}

#[derive(Debug, Embedded)]
#[serde(rename_all = "camelCase")]
struct Audit {
    created_by: String,
    created_at: DateTime,
}

/// The fields of a recipe in a list.
#[derive(Debug, View)]
#[odm(of = Recipe)]
struct Card {
    id: Id<Recipe>,
    title: String,
    minutes: u32,
    cook: Option<Name>,
}

#[derive(Debug, View)]
#[odm(of = Cook)]
struct Name {
    #[odm(from = full_name)]
    name: String,
}

/// The ingredients to buy.
#[derive(Debug, View)]
#[odm(of = Recipe)]
struct Shopping<'a> {
    ingredients: Vec<Item<'a>>,
}

#[derive(Debug, View)]
#[odm(of = Ingredient)]
struct Item<'a> {
    name: &'a str,
    grams: u32,
}

/// The title, the photo and the author of a recipe.
#[derive(Debug, View)]
#[odm(of = Recipe)]
struct Poster<'a> {
    title: Cow<'a, str>,
    photo: &'a [u8],
    audit: Writer<'a>,
}

#[derive(Debug, View)]
#[odm(of = Audit)]
struct Writer<'a> {
    created_by: &'a str,
}

/// Returns the projection that is sent to the server.
fn projection(command: &Document) -> anyhow::Result<&Document> {
    Ok(command.get_document("command")?.get_document("projection")?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("views").await?;
    db.schema(models![Recipe]).plan().await?.apply().await?;
    let recipes = db.collection::<Recipe>();
    recipes.insert_many(all()?).await?;
    let r = Recipe::fields();

    let quick = || recipes.find(r.minutes().lte(30)).sort(r.minutes().asc());
    let cards: Vec<Card> = quick().view::<Card>().await?.try_collect().await?;
    for Card { title, minutes, cook, .. } in &cards {
        println!("{title}, {minutes} minutes, {}", cook.as_ref().map_or("by nobody", |cook| &cook.name));
    }
    println!("{}", projection(quick().view::<Card>().explain().await?.raw())?);

    let first = cards.first().context("nothing is quick")?;
    let again = recipes.get(first.id).view::<Card>().await?;
    println!("{:?}", again.map(|card| card.title));

    let mut basket = BTreeMap::<String, u32>::new();
    recipes
        .find(Filter::all())
        .view::<Shopping<'_>>()
        .await?
        .for_each(|recipe| {
            for Item { name, grams } in recipe.ingredients {
                match basket.get_mut(name) {
                    Some(sum) => *sum += grams,
                    None => _ = basket.insert(name.to_owned(), grams),
                }
            }
        })
        .await?;
    println!("{basket:?}");

    recipes
        .find(Filter::all())
        .sort(r.title().asc())
        .view::<Poster<'_>>()
        .await?
        .for_each(|poster| {
            println!("{} by {}: {} bytes", poster.title, poster.audit.created_by, poster.photo.len());
        })
        .await?;
    println!("{}", projection(recipes.find(Filter::all()).view::<Poster<'_>>().explain().await?.raw())?);

    recipes.driver().update_one(doc! { "title": "Toast" }, doc! { "$set": { "minutes": "few" } }).await?;
    let bad = recipes.get(first.id).view::<Card>().await.err().context("it was read")?;
    println!("{}", bad.kind());

    db.drop_database().await?;
    Ok(())
}

fn all() -> anyhow::Result<Vec<Recipe>> {
    let cook = Cook { full_name: "Kari Nordmann".into(), about: "Cooks since 1980.".into() };
    let recipe = |id: &str, title: &str, minutes, cook: Option<&Cook>, ingredients: &[(&str, u32)]| {
        anyhow::Ok(Recipe {
            id: ObjectId::parse_str(id)?.into(),
            title: title.into(),
            minutes,
            cook: cook.cloned(),
            ingredients: ingredients
                .iter()
                .map(|&(name, grams)| Ingredient { name: name.into(), grams })
                .collect(),
            steps: vec!["Cook it.".into()],
            photo: Binary { subtype: BinarySubtype::Generic, bytes: vec![0; 2048] },
            audit: Audit { created_by: "desk".into(), created_at: DateTime::from_millis(0) },
        })
    };
    Ok(vec![
        recipe("65a000000000000000000001", "Waffles", 30, Some(&cook), &[("flour", 250), ("milk", 300)])?,
        recipe("65a000000000000000000002", "Toast", 5, None, &[("bread", 60)])?,
        recipe("65a000000000000000000003", "Bread", 180, Some(&cook), &[("flour", 500), ("water", 350)])?,
    ])
}
