//! The program of the guide's chapter on old documents: contacts of three versions.
//!
//! `cargo run -p examples --bin old-documents`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Collection, Filter, Model,
    bson::{Document, doc},
};

#[derive(Debug, Model)]
#[odm(collection = "members")]
struct Member {
    id: i32,
    name: String,
    phone: Option<String>,
    #[serde(default)]
    visits: u32,
    #[serde(alias = "mail")]
    email: Option<String>,
}

#[derive(Debug, Model)]
#[serde(deny_unknown_fields)]
#[odm(collection = "members")]
struct StrictMember {
    id: i32,
    name: String,
}

#[derive(Debug, Model)]
#[odm(collection = "contacts", schema_version = 3, upgrade(1 = phones_in_a_list, 2 = names_apart))]
struct Contact {
    id: i32,
    first: String,
    last: String,
    phones: Vec<String>,
}

/// `phone` became `phones`.
fn phones_in_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    if !contact.contains_key("phones") {
        contact.insert("phones", Vec::from_iter(phone));
    }
}

/// `name` became `first` and `last`.
fn names_apart(contact: &mut Document) -> Result<(), &'static str> {
    let Some(name) = contact.remove("name") else { return Ok(()) };
    let name = name.as_str().ok_or("the name is not a string")?;
    let (first, last) = name.split_once(' ').ok_or("the name is one word")?;
    contact.insert("first", first);
    contact.insert("last", last);
    Ok(())
}

/// Prints the documents as they are stored.
async fn stored<M: Model>(collection: &Collection<M>) -> anyhow::Result<()> {
    let mut all = collection.driver().find(doc! {}).sort(doc! { "_id": 1 }).await?;
    while all.advance().await? {
        println!("  {}", Document::try_from(all.current())?);
    }
    Ok(())
}

/// Rewrites the documents of older versions.
async fn rewrite(contacts: &Collection<Contact>) -> odm::Result<u64> {
    let c = Contact::fields();
    let mut rewritten = 0;
    let mut old = contacts.find(Filter::outdated()).await?;
    while let Some(contact) = old.next().await {
        match contact {
            // Replace the document only if nobody else has rewritten it since.
            Ok(contact) => {
                let still_old = c.id().eq(contact.id) & Filter::outdated();
                rewritten += contacts.replace_one(still_old, &contact).await?.modified_count;
            }
            Err(misfit) if misfit.is_decode() => println!("  left as it is: {}", misfit.kind()),
            Err(error) => return Err(error),
        }
    }
    Ok(rewritten)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("old-documents").await?;

    let members = db.collection::<Member>();
    members
        .driver()
        .insert_many([
            doc! { "_id": 1, "name": "Ada" },
            doc! { "_id": 2, "name": "Bo", "phone": null, "mail": "bo@example.org", "age": 41 },
            doc! { "_id": 3, "phone": "123" },
            doc! { "_id": 4, "name": "Dag", "visits": null },
        ])
        .await?;
    let (fitting, misfits): (Vec<Member>, _) = members.find(Filter::all()).await?.try_partition().await?;
    for member in &fitting {
        println!("{member:?}");
    }
    for misfit in &misfits {
        println!("{}", misfit.kind());
    }
    let strict = db.collection::<StrictMember>().get(2).await.err().context("it was read")?;
    println!("{}", strict.kind());

    let contacts = db.collection::<Contact>();
    contacts
        .driver()
        .insert_many([
            doc! { "_id": 1, "name": "Ada Lovelace", "phone": "123" },
            doc! { "_id": 2, "name": "Grace Hopper", "phones": ["45", "67"], "schema_version": 2 },
        ])
        .await?;
    contacts
        .insert_one(&Contact { id: 3, first: "Mary".into(), last: "Shelley".into(), phones: vec![] })
        .await?;
    println!("stored:");
    stored(&contacts).await?;
    let mut all = contacts.find(Filter::all()).sort(Contact::fields().id().asc()).await?;
    println!("read:");
    while let Some(contact) = all.next().await.transpose()? {
        println!("  {contact:?}");
    }

    let c = Contact::fields();
    println!("{} by the new name", contacts.count(c.last().eq("Hopper")).await?);
    contacts.update_one(c.id().eq(1), c.phones().set(vec!["890".to_owned()])).await?;
    println!("{:?}", contacts.get(1).await?.map(|contact| contact.phones));

    contacts
        .driver()
        .insert_many([
            doc! { "_id": 4, "name": "Voltaire" },
            doc! { "_id": 5, "schema_version": 4, "names": ["Lise", "Meitner"] },
        ])
        .await?;
    println!("{}", Filter::<Contact>::outdated());
    println!("{} are old", contacts.count(Filter::outdated()).await?);
    println!("rewritten: {}", rewrite(&contacts).await?);
    stored(&contacts).await?;

    let (_, misfits): (Vec<Contact>, _) = contacts.find(Filter::all()).await?.try_partition().await?;
    for misfit in &misfits {
        let problem = misfit.decode_error().context("another error")?;
        println!("newer: {}", misfit.is_newer_version());
        println!(
            "  written with {:?}, refused for {:?}",
            problem.schema_version(),
            problem.upgrade_failure()
        );
    }

    db.drop_database().await?;
    Ok(())
}
