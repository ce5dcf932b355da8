//! The program of the guide's chapter on migrations: invoices whose form changes twice.
//!
//! `cargo run -p examples --bin migrations`. It finds or starts a MongoDB server automatically.

use odm::{
    Collection, Database, Filter, Id, Model,
    bson::{Document, doc},
    error::MigrationError,
    migrate::{Migration, Migrations},
    migrations,
};

/// An invoice as the first version of the program stored it.
#[derive(Debug, Model)]
#[odm(collection = "invoices")]
struct OldInvoice {
    id: Id<Invoice>,
    customer: String,
    total: String,
}

/// An invoice today.
#[derive(Debug, Model)]
#[odm(collection = "invoices")]
struct Invoice {
    id: Id<Invoice>,
    #[odm(validate(length(min = 1)))]
    customer: String,
    cents: i64,
}

/// A model with versions: reading upgrades its documents.
#[derive(Debug, Model)]
#[odm(collection = "contacts", schema_version = 2, upgrade(1 = phones_in_a_list))]
struct Contact {
    id: i32,
    name: String,
    phones: Vec<String>,
}

/// `phone` became `phones`.
fn phones_in_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    if !contact.contains_key("phones") {
        contact.insert("phones", Vec::from_iter(phone));
    }
}

/// The migrations of the program, in their order. New ones are added at the end.
fn all_migrations() -> Migrations {
    migrations![
        "totals-in-cents" => Migration::rewrite(OldInvoice::fields().total().exists(true), |old: OldInvoice| {
            let (euros, cents) = old.total.split_once('.').ok_or("the total has no point")?;
            let number = |text: &str| text.parse::<i64>().map_err(|_| "the total is not a number");
            Ok::<_, &str>(Invoice {
                id: old.id,
                customer: old.customer,
                cents: number(euros)? * 100 + number(cents)?,
            })
        }),
        "contacts-2" => Migration::upgrade::<Contact>(),
        "no-more-drafts" => Migration::step(|db: Database| async move {
            let drafts = db.driver().collection::<Document>("drafts");
            drafts.drop().await
        }),
    ]
}

/// Prints the invoices as they are stored, without their ids.
async fn stored(db: &Database) -> anyhow::Result<()> {
    let invoices = db.driver().collection::<Document>("invoices");
    let mut all = invoices.find(doc! {}).projection(doc! { "_id": 0 }).sort(doc! { "customer": 1 }).await?;
    while all.advance().await? {
        println!("  {}", Document::try_from(all.current())?);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("migrations").await?;
    let invoices: Collection<Invoice> = db.collection();
    let contacts: Collection<Contact> = db.collection();

    // What the first version of the program has stored.
    let old = [("Ada", "12.50"), ("Bo", "7"), ("Cy", "100.00"), ("", "3.00")];
    let old = old.map(|(customer, total)| doc! { "customer": customer, "total": total });
    invoices.driver().insert_many(old).await?;
    contacts.driver().insert_one(doc! { "_id": 1, "name": "Ada", "phone": "123" }).await?;
    invoices.insert_one(&Invoice { id: Id::new(), customer: "Di".into(), cents: 4200 }).await?;

    // First look.
    let migrate = db.migrate(all_migrations());
    for status in migrate.status().await? {
        println!("{status}");
    }
    print!("{}", migrate.dry_run().await?);

    // Two documents cannot be rewritten.
    let migrate = migrate.batch_size(500);
    if let Err(error) = migrate.run().await
        && let Some(MigrationError::Refused { documents, .. }) = error.migration()
    {
        println!("\n{}", error.kind());
        for document in documents.samples() {
            println!("  {}", document.reason());
        }
    }
    stored(&db).await?;

    // They are corrected by hand, and the migration continues.
    let o = OldInvoice::fields();
    let totals = invoices.driver();
    totals.update_one(o.total().eq("7").into_document()?, doc! { "$set": { "total": "7.00" } }).await?;
    totals.delete_one(doc! { "customer": "" }).await?;
    println!("\n{}", migrate.run().await?);
    stored(&db).await?;
    print!("again: {}", migrate.run().await?);
    migrate.verify().await?;

    // A program of the old version was still running.
    contacts.driver().insert_one(doc! { "_id": 2, "name": "Bo", "phone": "456" }).await?;
    println!("\n{} outdated", contacts.count(Filter::outdated()).await?);
    println!("{} rewritten", contacts.migrate_outdated().await?);

    // A migration that has been applied was changed, and an older program is started.
    let changed = migrations!["totals-in-cents" => Migration::upgrade::<Contact>()];
    for list in [changed, Migrations::new()] {
        if let Err(error) = db.migrate(list).verify().await {
            println!("\n{}", error.kind());
        }
    }

    db.drop_database().await?;
    Ok(())
}
