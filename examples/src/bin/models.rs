//! The program of the guide's chapter on models: the books of a library, and how they are stored.
//!
//! `cargo run -p examples --bin models`. It finds or starts a MongoDB server automatically.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use anyhow::Context;
use odm::{
    Collection, Embedded, Id, Model, Value,
    bson::{DateTime, Uuid, doc, oid::ObjectId},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "books")]
struct Book {
    id: Id<Book>,
    isbn: Isbn,
    #[odm(validate(length(min = 1)))]
    title: String,
    subtitle: Option<String>,
    author: Id<Author>,
    binding: Binding,
    #[odm(validate(range(min = 1)))]
    pages: u16,
    copies_sold: u64,
    weight: f32,
    size: (f64, f64),
    keywords: Vec<String>,
    shelf: Shelf,
    lent_by_year: BTreeMap<u16, u32>,
    bought_at: DateTime,
    #[odm(unit = "d")]
    loan: Duration,
    #[odm(binary)]
    cover: Vec<u8>,
    #[odm(serde)]
    plates: Range<u16>,
}

#[derive(Debug, Value)]
struct Isbn(String);

#[derive(Debug, Value)]
#[serde(rename_all = "lowercase")]
enum Binding {
    Hardcover,
    Paperback,
}

#[derive(Debug, Embedded)]
struct Shelf {
    room: String,
    row: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "authors", key = String)]
struct Author {
    id: Id<Author>,
    name: String,
}

#[derive(Debug, Serialize, Deserialize, Model)]
#[odm(collection = "loans", key = Uuid)]
struct Loan {
    #[serde(default)]
    id: Id<Loan>,
    book: Id<Book>,
    #[odm(rename = "by")]
    reader: String,
}

#[derive(Debug, Model)]
#[odm(collection = "readers")]
struct Reader {
    id: i64,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    notices: Vec<Notice>,
    address: Dated<String>,
    #[serde(flatten)]
    audit: Audit,
    #[serde(flatten)]
    more: BTreeMap<String, i64>,
}

/// How a reader is notified that a book is due.
#[derive(Debug, Value)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Notice {
    Mail {
        address: String,
    },
    Phone {
        number: String,
        hours: Vec<u8>,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Embedded)]
struct Dated<T> {
    value: T,
    since: u16,
}

#[derive(Debug, Embedded)]
struct Audit {
    created_by: String,
    changed_by: Option<String>,
}

#[derive(Debug, Model)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[odm(collection = "media")]
enum Medium {
    Film { id: Id<Medium>, title: String, minutes: u16 },
    Record { id: Id<Medium>, title: String, tracks: u8 },
}

/// Prints the fields of the stored document with their BSON types.
async fn show<M: Model>(collection: &Collection<M>) -> anyhow::Result<()> {
    let stored = collection.driver().find_one(doc! {}).await?.context("nothing is stored")?;
    for (name, value) in stored {
        let kind = format!("{:?}", value.element_type());
        println!("{name:11} {kind:16} {value}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("models").await?;
    let books = db.collection::<Book>();

    let hunger = hunger()?;
    books.insert_one(&hunger).await?;
    show(&books).await?;

    let loans = db.collection::<Loan>();
    let request = r#"{
        "id": "73ffd264-44b3-4c69-90e8-e7d1dfc035d4",
        "book": "56e1fc72e0c917e9c4714161",
        "reader": "Ada"
    }"#;
    let loan: Loan = serde_json::from_str(request)?;
    loans.insert_one(&loan).await?;
    println!("{}", serde_json::to_string(&loan)?);
    show(&loans).await?;

    let b = Book::fields();
    println!("{}", b.shelf().row().lt(5));
    println!("{}", b.keywords().contains("hunger"));
    println!("{}", b.lent_by_year().key(2024).gt(10));
    println!("{}", b.size().eq((12.5, 19.0)));
    println!("{}", b.isbn().starts_with("978"));
    println!("{}", b.plates().eq(97..105));
    println!("{}", b.loan().gte(Duration::from_secs(14 * 86_400)));

    let readers = db.collection::<Reader>();
    let r = Reader::fields();
    let phone = Notice::Phone { number: "22 33 44 55".into(), hours: vec![9, 17] };
    let ada = Reader {
        id: 7,
        name: "Ada".into(),
        nickname: None,
        notices: vec![Notice::Mail { address: "ada@example.org".into() }, phone],
        address: Dated { value: "Oslo".into(), since: 2019 },
        audit: Audit { created_by: "desk 2".into(), changed_by: None },
        more: BTreeMap::from([("fines".into(), 2)]),
    };
    readers.insert_one(&ada).await?;
    show(&readers).await?;
    println!("{}", r.audit().created_by().eq("desk 2"));
    println!("{}", r.more().key("fines").gt(0));
    println!("{}", r.address().value().eq("Oslo"));

    println!("{}", r.notices().phone().number().starts_with("22"));
    println!("{}", r.notices().phone().is_variant());
    let raw = readers.driver();
    raw.update_one(doc! {}, doc! { "$push": { "notices": { "by": "pigeon", "loft": 3 } } }).await?;
    let ada = readers.get(7).await?.context("nobody has the card 7")?;
    println!("{:?}", ada.notices.last());

    let media = db.collection::<Medium>();
    let m = Medium::fields();
    media.insert_one(&Medium::Film { id: Id::new(), title: "Sult".into(), minutes: 112 }).await?;
    media.insert_one(&Medium::Record { id: Id::new(), title: "Sult".into(), tracks: 9 }).await?;
    println!("{}", m.film().minutes().gt(90));
    println!(
        "{} of {}",
        media.count(m.film().minutes().gt(90)).await?,
        media.count(m.title().eq("Sult")).await?
    );

    let untitled = Book { id: Id::new(), title: String::new(), pages: 0, ..hunger };
    let refused = books.insert_one(&untitled).await.err().context("it was stored")?;
    println!("{}", refused.kind());
    for violation in refused.violations().context("no rules were broken")? {
        println!("  {} {}", violation.path(), violation.message());
    }

    books.driver().update_one(doc! {}, doc! { "$set": { "lentByYear.2024": "many" } }).await?;
    let bad = books.find_one(b.shelf().row().eq(3)).await.err().context("it was read")?;
    println!("{}", bad.kind());
    let problem = bad.decode_error().context("another error")?;
    println!("  collection {:?}, _id {:?}", problem.collection(), problem.id());
    println!("  path {}: expected {}, found {}", problem.path(), problem.expected(), problem.found());

    db.drop_database().await?;
    Ok(())
}

fn hunger() -> anyhow::Result<Book> {
    Ok(Book {
        id: ObjectId::parse_str("56e1fc72e0c917e9c4714161")?.into(),
        isbn: Isbn("9780374531102".into()),
        title: "Hunger".into(),
        subtitle: None,
        author: "hamsun".into(),
        binding: Binding::Paperback,
        pages: 232,
        copies_sold: 70_000,
        weight: 0.3,
        size: (12.5, 19.0),
        keywords: vec!["hunger".into(), "oslo".into()],
        shelf: Shelf { room: "B".into(), row: 3 },
        lent_by_year: BTreeMap::from([(2023, 9), (2024, 14)]),
        bought_at: DateTime::parse_rfc3339_str("2023-03-01T10:30:00Z")?,
        loan: Duration::from_secs(28 * 86_400),
        cover: vec![0xFF, 0xD8],
        plates: 97..105,
    })
}
