//! The program of the guide's chapter on updates: the articles of a shop, and how they change.
//!
//! `cargo run -p examples --bin updates`. It finds or starts a MongoDB server automatically.

use std::fmt;

use anyhow::Context;
use odm::{
    Collection, Embedded, Id, Model, Update,
    bson::{DateTime, Document, doc},
    update::IntoUpdate,
};

#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "articles", index(name))]
struct Article {
    id: Id<Article>,
    name: String,
    #[odm(validate(range(min = 0)))]
    stock: i64,
    price: f64,
    discount: Option<u32>,
    tags: Vec<String>,
    batches: Vec<Batch>,
    changed_at: DateTime,
}

#[derive(Debug, Embedded)]
struct Batch {
    code: String,
    qty: u32,
}

/// The fields of an article that a client may change.
#[derive(Default)]
struct Patch {
    name: Option<String>,
    price: Option<f64>,
}

/// Prints an update, runs it, and prints the requested fields of the stored document.
async fn make(
    articles: &Collection<Article>,
    id: Id<Article>,
    update: impl IntoUpdate<Article> + fmt::Display,
    fields: Document,
) -> odm::Result<()> {
    println!("{update}");
    articles.update_one(Article::fields().id().eq(id), update).await?;
    let stored = articles.driver().find_one(doc! { "_id": id.key() }).projection(fields).await;
    println!("  {}", stored.map_err(odm::Error::from_driver)?.unwrap_or_default());
    Ok(())
}

/// Returns the projection of some fields, without the id.
fn only(fields: &[&str]) -> Document {
    fields.iter().fold(doc! { "_id": 0 }, |mut only, field| {
        only.insert(*field, 1);
        only
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("updates").await?;
    db.schema(odm::models![Article]).plan().await?.apply().await?;
    let articles = db.collection::<Article>();
    let apple = Article {
        id: Id::new(),
        name: "Apple".into(),
        stock: 10,
        price: 0.5,
        discount: Some(20),
        tags: vec!["fruit".into()],
        batches: vec![Batch { code: "A1".into(), qty: 4 }, Batch { code: "A2".into(), qty: 6 }],
        changed_at: DateTime::from_millis(0),
    };
    articles.insert_one(&apple).await?;
    let (a, id) = (Article::fields(), apple.id);

    make(&articles, id, a.price().set(0.75) + a.stock().inc(-3), only(&["price", "stock"])).await?;

    let result = articles.update_one(a.id().eq(id), a.price().set(0.75)).await?;
    println!("matched {}, modified {}", result.matched_count, result.modified_count);
    let result = articles.update_one(a.name().eq("Pear"), a.price().set(0.75)).await?;
    println!("matched {}, modified {}", result.matched_count, result.modified_count);

    let sold = articles.update_one(a.id().eq(id) & a.stock().gte(5), a.stock().inc(-5)).await?;
    println!("sold: {}", sold.matched_count == 1);
    let sold = articles.update_one(a.id().eq(id) & a.stock().gte(5), a.stock().inc(-5)).await?;
    println!("sold: {}", sold.matched_count == 1);
    let left = articles.find_one_and_update(a.id().eq(id), a.stock().inc(1)).return_new().await?;
    println!("in stock: {}", left.context("no apples")?.stock);

    make(&articles, id, a.discount().set(None::<u32>), only(&["discount"])).await?;
    make(&articles, id, a.discount().unset(), only(&["discount"])).await?;

    make(&articles, id, a.tags().push("red") + a.stock().inc(1), only(&["tags"])).await?;
    make(&articles, id, a.tags().add_to_set_each(["red", "sweet"]), only(&["tags"])).await?;
    make(&articles, id, a.tags().pull("fruit"), only(&["tags"])).await?;

    make(&articles, id, a.batches().at(0).qty().set(3), only(&["batches"])).await?;
    let second = a.batches().each_where(|batch| batch.code().eq("A2"));
    make(&articles, id, second.qty().inc(-2), only(&["batches"])).await?;
    make(&articles, id, a.batches().each().qty().mul(2), only(&["batches"])).await?;
    make(&articles, id, a.batches().pull_where(|batch| batch.qty().lt(8)), only(&["batches"])).await?;

    let in_second = a.id().eq(id) & a.batches().code().eq("A2");
    articles.update_one(in_second.clone(), a.batches().matched().qty().inc(1)).await?;
    let two_arrays = in_second & a.tags().contains("red");
    let refused = articles.update_one(two_arrays, a.batches().matched().qty().inc(1)).await;
    println!("{}", refused.err().context("it was made")?.kind());

    let computed = Update::computed()
        .set(a.price(), |a| a.price() * 2.0)
        .and_set(a.stock(), |a| a.stock() + 1)
        .unset(a.discount());
    make(&articles, id, computed, only(&["price", "stock"])).await?;

    let patch = Patch { price: Some(0.8), ..Patch::default() };
    let update = Update::all_of([
        patch.name.map(|name| a.name().set(name)),
        patch.price.map(|price| a.price().set(price)),
    ]);
    make(&articles, id, update, only(&["name", "price"])).await?;

    let twice = a.stock().set(1) + a.stock().inc(1);
    println!("{}", articles.update_one(a.id().eq(id), twice).await.err().context("it was made")?.kind());
    let nothing = Update::all_of([None, None]);
    println!("{}", articles.update_one(a.id().eq(id), nothing).await.err().context("it was made")?.kind());
    let everywhere = articles.update_many(doc! {}, a.price().mul(2)).await;
    println!("{}", everywhere.err().context("it was made")?.kind());

    let pear = a.name().eq("Pear");
    let new =
        a.price().set_on_insert(0.6) + a.tags().set_on_insert(["fruit"]) + a.batches().set_on_insert(vec![]);
    let update = a.stock().inc(5) + a.changed_at().current_date() + new;
    let result = articles.update_one(pear.clone(), update).upsert(true).await?;
    println!("new: {}", result.upserted_id.is_some());
    println!("{:?}", articles.find_one(pear).await?.map(|pear| (pear.name, pear.stock, pear.discount)));

    println!("{}", Update::raw(doc! { "$unset": { "oldName": "" } }) + a.stock().inc(1));

    db.drop_database().await?;
    Ok(())
}
