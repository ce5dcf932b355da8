//! The program of the guide's chapter on bulk writes: the articles of a shop.
//!
//! `cargo run -p examples --bin bulk`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{Collection, ErrorKind, Filter, Id, Model, Write, bson::doc, error::WriteOutcome, models};

#[derive(Debug, Clone, Model)]
#[odm(collection = "articles", index(stock))]
struct Article {
    id: Id<Article>,
    #[odm(index(unique), validate(length(min = 1)))]
    name: String,
    #[odm(validate(range(min = 0, max = 1000)))]
    stock: i64,
    sold: i64,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "sales")]
struct Sale {
    id: Id<Sale>,
    article: Id<Article>,
    count: i64,
}

fn article(name: &str, stock: i64) -> Article {
    Article { id: Id::new(), name: name.to_owned(), stock, sold: 0 }
}

async fn show(articles: &Collection<Article>) -> odm::Result<()> {
    let mut all = articles.find(Filter::all()).sort(Article::fields().name().asc()).await?;
    let mut line = Vec::new();
    while let Some(Article { name, stock, sold, .. }) = all.next().await.transpose()? {
        line.push(format!("{name} {stock}/{sold}"));
    }
    println!("  {}", line.join(", "));
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("bulk").await?;
    db.schema(models![Article, Sale]).plan().await?.apply().await?;
    let articles = db.collection::<Article>();
    let a = Article::fields();
    articles.insert_many([article("apple", 30), article("pear", 5), article("plum", 0)]).await?;

    // Writes of several kinds, in three commands.
    let result = articles
        .bulk_write((
            Write::insert_one(&article("cherry", 80)),
            Write::insert_one(&article("quince", 2)),
            Write::update_one(a.name().eq("apple"), a.stock().inc(-3) + a.sold().inc(3)),
            Write::update_many(a.stock().lt(10), a.stock().inc(10)),
            Write::delete_one(a.name().eq("plum")),
        ))
        .await?;
    println!(
        "{} inserted, {} changed, {} removed",
        result.inserted_count(),
        result.modified_count(),
        result.deleted_count()
    );
    show(&articles).await?;

    // Add writes to a bulk, one for each line of a delivery.
    let delivery = [("apple", 20), ("pear", 7), ("fig", 4)];
    let mut bulk = articles.bulk_write(()).ordered(false);
    for (name, count) in delivery {
        bulk.push(Write::update_one(a.name().eq(name), a.stock().inc(count)).or_insert(&article(name, 0)));
    }
    let result = bulk.await?;
    println!("{} found, {} new", result.matched_count(), result.upserted_count());
    for position in result.upserted_ids().keys() {
        println!("  line {position} made a new article");
    }
    show(&articles).await?;

    // The second write of each bulk fails.
    let new = [article("lemon", 6), article("apple", 9), article("melon", 1)];
    for ordered in [true, false] {
        let error = articles.bulk_write(new.iter().map(Write::insert_one)).ordered(ordered).await;
        let error = error.err().context("two apples")?;
        println!("{}", error.kind());
        let report = error.bulk_write_error().context("not a report")?;
        for (article, outcome) in new.iter().zip(report.outcomes()) {
            let became = match outcome {
                WriteOutcome::Written => "stored".to_owned(),
                WriteOutcome::Failed(error) if error.is_duplicate_key() => "known".to_owned(),
                WriteOutcome::Failed(error) => error.kind().to_string(),
                WriteOutcome::NotTried => "not tried".to_owned(),
                _ => "nobody knows".to_owned(),
            };
            println!("  {}: {became}", article.name);
        }
        articles.delete_many(a.name().in_(["lemon", "melon"])).await?;
    }

    // Invalid writes are refused before anything is sent.
    let refused = articles
        .bulk_write((
            Write::insert_one(&article("grape", 40)),
            Write::insert_one(&article("", 2000)),
            Write::delete_many(doc! {}),
        ))
        .await;
    let refused = refused.err().context("it was sent")?;
    println!("{}", refused.kind());
    for failure in refused.bulk_write_error().context("not a report")?.failures() {
        println!("  {}: {}", failure.position(), failure.error().kind());
    }

    // Save a document, whether it is new or not.
    let mut grape = article("grape", 40);
    println!("{:?}", articles.save(&grape).await?);
    grape.stock = 50;
    println!("{:?}", articles.save(&grape).await?);

    // Get a document, or create it.
    let nut = articles
        .find_one_and_update(a.name().eq("nut"), a.sold().inc(1))
        .or_insert(&article("nut", 99))
        .return_new()
        .await?;
    println!("{:?}", nut.map(|nut| (nut.name, nut.stock, nut.sold)));

    // Two collections: one command from MongoDB 8.0 on, else one write for each.
    let sale = Sale { id: Id::new(), article: grape.id, count: 2 };
    let book = || Write::update_one(a.id().eq(sale.article), a.stock().inc(-2) + a.sold().inc(2));
    match db.bulk_write().write(book()).write(Write::insert_one(&sale)).await {
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported(_)) => {
            articles.bulk_write([book()]).await?;
            db.collection::<Sale>().insert_one(&sale).await?;
        }
        Err(error) => return Err(error.into()),
    }
    show(&articles).await?;

    db.drop_database().await?;
    Ok(())
}
