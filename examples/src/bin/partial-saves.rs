//! The program of the guide's chapter on partial saves: the contacts of a team.
//!
//! `cargo run -p examples --bin partial-saves`. It finds or starts a MongoDB server automatically.

use anyhow::Context;
use odm::{
    Collection, Embedded, Id, Model, Patch, Update,
    bson::{Document, doc},
    patch::Member,
};
use serde::Deserialize;

#[derive(Debug, Clone, Model)]
#[odm(collection = "contacts")]
struct Contact {
    id: Id<Contact>,
    #[odm(validate(length(min = 1)))]
    name: String,
    note: Option<String>,
    home: Option<Address>,
    phones: Vec<Phone>,
}

#[derive(Debug, Clone, Embedded)]
struct Address {
    city: String,
    street: String,
}

#[derive(Debug, Clone, Embedded)]
struct Phone {
    #[odm(rename = "_id")]
    label: String,
    number: String,
}

/// The body of `PATCH /contacts/{id}`.
#[derive(Debug, Default, Deserialize, Patch)]
#[odm(of = Contact)]
#[serde(default, deny_unknown_fields)]
struct ContactPatch {
    name: Member<String>,
    note: Member<Option<String>>,
}

/// `PATCH /contacts/{id}`: returns whether there is such a contact.
async fn patch(contacts: &Collection<Contact>, id: Id<Contact>, body: &str) -> anyhow::Result<bool> {
    let patch: ContactPatch = serde_json::from_str(body)?;
    let update = patch.to_update()?;
    if update.is_empty() {
        return Ok(contacts.exists(Contact::fields().id().eq(id)).await?);
    }
    println!("{update}");
    Ok(contacts.update_one(Contact::fields().id().eq(id), update).await?.matched_count == 1)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = odm_test::Server::shared().await?;
    let db = server.fresh_database("partial-saves").await?;
    let contacts = db.collection::<Contact>();
    let id = Id::<Contact>::new();
    let phone = |label: &str, number: &str| Phone { label: label.to_owned(), number: number.to_owned() };
    let home = Some(Address { city: "Oslo".to_owned(), street: "Nygata 1".to_owned() });
    contacts
        .insert_one(&Contact {
            id,
            name: "Ada".to_owned(),
            note: None,
            home,
            phones: vec![phone("home", "1"), phone("work", "2")],
        })
        .await?;

    // What differs.
    let before = contacts.get(id).await?.context("no contact")?;
    let mut contact = before.clone();
    contact.note = Some("on holiday".to_owned());
    if let Some(home) = &mut contact.home {
        home.street = "Storgata 2".into();
    }
    println!("{}", Update::between(&before, &contact));

    // Others have written meanwhile, also a field that this program does not know.
    let others = doc! { "$set": { "name": "Ada L.", "home.floor": 3 } };
    contacts.driver().update_one(doc! {}, others).await?;
    println!("{:?}", contacts.save_changes(&before, &contact).await?);
    show(&contacts).await?;
    println!("{:?}", contacts.save_changes(&contact, &contact).await?);

    // Elements with an id.
    let before = contacts.get(id).await?.context("no contact")?;
    let mut contact = before.clone();
    contact.phones.remove(0);
    println!("{}", Update::between(&before, &contact));

    // The rules of the whole document.
    contact.name.clear();
    let error = contacts.save_changes(&before, &contact).await.err().context("it was saved")?;
    println!("{}", error.kind());

    // The members of a request.
    println!("{}", patch(&contacts, id, r#"{"note": null}"#).await?);
    println!("{}", patch(&contacts, id, "{}").await?);
    for body in [r#"{"name": ""}"#, r#"{"name": null}"#, r#"{"nmae": "Bob"}"#] {
        println!("{}", patch(&contacts, id, body).await.err().context("it was patched")?);
    }

    db.drop_database().await?;
    Ok(())
}

async fn show(contacts: &Collection<Contact>) -> anyhow::Result<()> {
    let mut stored: Document = contacts.driver().find_one(doc! {}).await?.context("no contact")?;
    stored.remove("_id");
    stored.remove("phones");
    println!("{stored}");
    Ok(())
}
