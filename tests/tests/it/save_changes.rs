//! Partial saves: the smallest update between two states of a document, which keeps everything else.

use std::collections::BTreeMap;

use odm::{
    Collection, Database, Embedded, Id, Model, Update, Value,
    action::SavedChanges,
    bson::{Bson, Document, doc},
};
use odm_integration::{commands::Commands, people::person};
use odm_test::Server;

/// A document with everything that an update can descend into, and what it must not.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "carts")]
#[serde(rename_all = "camelCase")]
struct Cart {
    id: Id<Cart>,
    #[odm(validate(length(min = 1)))]
    owner: String,
    weight: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    coupon: Option<i32>,
    ship_to: Option<Place>,
    prices: BTreeMap<String, Place>,
    tags: Vec<String>,
    lines: Vec<Item>,
    pieces: Vec<Piece>,
    payment: Payment,
    extra: Document,
    #[serde(flatten)]
    origin: Origin,
    #[serde(alias = "phone")]
    telephone: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Place {
    city: String,
    geo: Option<Geo>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Geo {
    lat: i32,
    lon: i32,
}

/// An element with an id.
#[derive(Debug, Clone, PartialEq, Embedded)]
struct Item {
    #[odm(rename = "_id")]
    id: i32,
    qty: i32,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Part {
    #[odm(rename = "_id")]
    id: String,
    count: i32,
}

/// An element without an id.
#[derive(Debug, Clone, PartialEq, Embedded)]
struct Piece {
    size: i32,
}

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind")]
enum Payment {
    Card { number: i32, year: i32 },
    Cash { paid: i32 },
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Origin {
    shop: String,
    place: Place,
}

fn place(city: &str, lat: i32) -> Place {
    Place { city: city.to_owned(), geo: Some(Geo { lat, lon: 10 }) }
}

fn item(id: i32, qty: i32) -> Item {
    Item {
        id,
        qty,
        parts: vec![Part { id: "a".to_owned(), count: 1 }, Part { id: "b".to_owned(), count: 2 }],
    }
}

fn cart() -> Cart {
    Cart {
        id: Id::new(),
        owner: "ada".to_owned(),
        weight: 1.5,
        note: Some("soon".to_owned()),
        coupon: Some(7),
        ship_to: Some(place("Oslo", 59)),
        prices: BTreeMap::from([("NOK".to_owned(), place("Oslo", 1)), ("EUR".to_owned(), place("Rome", 2))]),
        tags: vec!["a".to_owned(), "b".to_owned()],
        lines: vec![item(1, 1), item(2, 2), item(3, 3)],
        pieces: vec![Piece { size: 1 }, Piece { size: 2 }],
        payment: Payment::Card { number: 1, year: 2030 },
        extra: doc! { "a": { "b": 1 }, "c": 2 },
        origin: Origin { shop: "north".to_owned(), place: place("Bodø", 67) },
        telephone: None,
    }
}

/// Returns the update between a cart and the changed cart, and its array filters.
fn update(change: impl FnOnce(&mut Cart)) -> (String, Vec<Document>) {
    let before = cart();
    let mut after = before.clone();
    change(&mut after);
    let update = Update::between(&before, &after);
    let text = update.to_string();
    (text, update.into_parts().unwrap().1)
}

#[test]
fn only_what_differs_is_changed() {
    let nothing: fn(&mut Cart) = |_| {};
    let cases: [(fn(&mut Cart), &str); 24] = [
        (nothing, "{}"),
        (|cart| cart.owner = "bob".to_owned(), r#"{ "$set": { "owner": "bob" } }"#),
        (|cart| cart.note = None, r#"{ "$unset": { "note": "" } }"#),
        (|cart| cart.coupon = None, r#"{ "$set": { "coupon": null } }"#),
        (|cart| cart.ship_to = None, r#"{ "$set": { "shipTo": null } }"#),
        (
            |cart| cart.ship_to.as_mut().unwrap().city = "Rome".to_owned(),
            r#"{ "$set": { "shipTo.city": "Rome" } }"#,
        ),
        (
            |cart| cart.ship_to.as_mut().unwrap().geo.as_mut().unwrap().lat = 1,
            r#"{ "$set": { "shipTo.geo.lat": 1 } }"#,
        ),
        (|cart| cart.ship_to.as_mut().unwrap().geo = None, r#"{ "$set": { "shipTo.geo": null } }"#),
        (|cart| drop(cart.prices.remove("EUR")), r#"{ "$unset": { "prices.EUR": "" } }"#),
        (
            |cart| cart.prices.get_mut("EUR").unwrap().city = "Bonn".to_owned(),
            r#"{ "$set": { "prices.EUR.city": "Bonn" } }"#,
        ),
        (
            |cart| drop(cart.prices.insert("SEK".to_owned(), Place { city: "Lund".to_owned(), geo: None })),
            r#"{ "$set": { "prices.SEK": { "city": "Lund", "geo": null } } }"#,
        ),
        (|cart| cart.tags.push("c".to_owned()), r#"{ "$set": { "tags": ["a", "b", "c"] } }"#),
        (|cart| cart.pieces[1].size = 5, r#"{ "$set": { "pieces": [{ "size": 1 }, { "size": 5 }] } }"#),
        (
            |cart| cart.payment = Payment::Card { number: 1, year: 2031 },
            r#"{ "$set": { "payment": { "kind": "Card", "number": 1, "year": 2031 } } }"#,
        ),
        (
            |cart| cart.payment = Payment::Cash { paid: 3 },
            r#"{ "$set": { "payment": { "kind": "Cash", "paid": 3 } } }"#,
        ),
        (
            |cart| cart.extra.get_document_mut("a").map(|a| a.insert("b", 2)).map(drop).unwrap(),
            r#"{ "$set": { "extra.a": { "b": 2 } } }"#,
        ),
        (
            |cart| drop(cart.extra.insert("x.y", 2)),
            r#"{ "$set": { "extra": { "a": { "b": 1 }, "c": 2, "x.y": 2 } } }"#,
        ),
        (|cart| cart.origin.shop = "south".to_owned(), r#"{ "$set": { "shop": "south" } }"#),
        (|cart| cart.origin.place.city = "Rome".to_owned(), r#"{ "$set": { "place.city": "Rome" } }"#),
        (|cart| cart.telephone = Some(5), r#"{ "$set": { "telephone": 5 }, "$unset": { "phone": "" } }"#),
        (
            |cart| cart.lines.push(Item { id: 4, qty: 1, parts: Vec::new() }),
            r#"{ "$push": { "lines": { "$each": [{ "_id": 4, "qty": 1, "parts": [] }] } } }"#,
        ),
        (|cart| drop(cart.lines.remove(1)), r#"{ "$pull": { "lines": { "_id": { "$in": [2] } } } }"#),
        (|cart| cart.lines.clear(), r#"{ "$pull": { "lines": { "_id": { "$in": [1, 2, 3] } } } }"#),
        (
            |cart| {
                cart.weight = 2.0;
                cart.owner = "bob".to_owned();
            },
            r#"{ "$set": { "owner": "bob", "weight": 2.0 } }"#,
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(update(change), (expected.to_owned(), Vec::new()));
    }
}

#[test]
fn elements_with_an_id_are_changed_by_it() {
    let (text, filters) = update(|cart| cart.lines[1].qty = 9);
    let name = filters[0].keys().next().unwrap().strip_suffix("._id").unwrap().to_owned();
    assert_eq!(text, format!(r#"{{ "$set": {{ "lines.$[{name}].qty": 9 }} }}"#));
    assert_eq!(filters, [doc! { format!("{name}._id"): { "$eq": 2 } }]);

    let (text, filters) = update(|cart| cart.lines[2].parts[0].count = 9);
    let names: Vec<&str> =
        filters.iter().map(|filter| filter.keys().next().unwrap().strip_suffix("._id").unwrap()).collect();
    assert_eq!(
        text,
        format!(r#"{{ "$set": {{ "lines.$[{}].parts.$[{}].count": 9 }} }}"#, names[0], names[1])
    );

    // Several changes of one array, another order, and ids that identify nothing: the whole array.
    let whole: [fn(&mut Cart); 5] = [
        |cart| {
            cart.lines[0].qty = 9;
            cart.lines.push(item(4, 4));
        },
        |cart| cart.lines.reverse(),
        |cart| cart.lines.insert(0, item(4, 4)),
        |cart| cart.lines.push(item(1, 4)),
        |cart| {
            cart.lines[0].qty = 9;
            drop(cart.lines.pop());
        },
    ];
    for change in whole {
        let (text, filters) = update(change);
        assert!(text.starts_with(r#"{ "$set": { "lines": [{ "_id": "#), "{text}");
        assert!(filters.is_empty());
    }
}

#[test]
fn another_document_is_refused() {
    let (one, other) = (cart(), cart());
    let update = Update::between(&one, &other);
    assert!(!update.is_empty());
    let error = update.into_parts().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot be sent: `_id`: expected two states of one document, found another `_id`; nothing was sent",
    );
}

#[odm_test::test]
async fn unknown_fields_and_the_changes_of_others_survive(db: Database, server: Server) {
    let carts = db.collection::<Cart>();
    let before = cart();
    carts.insert_one(&before).await.unwrap();
    let undeclared = doc! { "$set": {
        "undeclared": 1, "shipTo.undeclared": 2, "prices.NOK.undeclared": 3, "lines.1.undeclared": 4,
        "weight": 99.0, "lines.0.qty": 77,
    } };
    carts.driver().update_one(doc! {}, undeclared).await.unwrap();

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let carts: Collection<Cart> = db.collection();
    let mut after = before.clone();
    after.owner = "bob".to_owned();
    after.ship_to.as_mut().unwrap().geo = None;
    after.prices.get_mut("NOK").unwrap().city = "Bonn".to_owned();
    after.lines[1].qty = 5;
    assert_eq!(carts.save_changes(&before, &after).await.unwrap(), SavedChanges::Stored);
    assert_eq!(commands.take().len(), 1);

    let mut expected = after.clone();
    expected.weight = 99.0;
    expected.lines[0].qty = 77;
    assert_eq!(carts.get(before.id).await.unwrap(), Some(expected));
    let stored = carts.driver().find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(stored.get("undeclared"), Some(&Bson::from(1)));
    assert_eq!(stored.get_document("shipTo").unwrap().get("undeclared"), Some(&Bson::from(2)));
    let nok = stored.get_document("prices").unwrap().get_document("NOK").unwrap();
    assert_eq!(nok.get("undeclared"), Some(&Bson::from(3)));
    let line = stored.get_array("lines").unwrap()[1].as_document().unwrap();
    assert_eq!((line.get("undeclared"), line.get("qty")), (Some(&Bson::from(4)), Some(&Bson::from(5))));

    // Nothing differs: nothing is sent.
    commands.take();
    assert_eq!(carts.save_changes(&after, &after).await.unwrap(), SavedChanges::Unchanged);
    commands.assert([]);
    carts.delete_one(Cart::fields().id().eq(before.id)).await.unwrap();
    assert_eq!(carts.save_changes(&before, &after).await.unwrap(), SavedChanges::NotFound);
}

#[odm_test::test]
async fn rules_ids_and_upserts_are_checked_before_anything_is_sent(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let carts: Collection<Cart> = db.collection();
    let before = cart();
    let mut after = before.clone();
    after.owner = String::new();
    let error = carts.save_changes(&before, &after).await.unwrap_err();
    assert!(error.is_invalid(), "{error}");
    let error = carts.save_changes(&before, &cart()).await.unwrap_err();
    assert!(error.to_string().starts_with("save_changes on "), "{error}");
    assert!(error.to_string().contains("found another `_id`"), "{error}");
    let upsert = odm::mongodb::options::UpdateOptions::builder().upsert(true).build();
    let error = carts.save_changes(&before, &before).with_options(upsert).await.unwrap_err();
    assert_eq!(
        error.kind().to_string(),
        "the options have an `upsert`, and the changes alone are not a document: use `save`, which inserts it; nothing was sent",
    );
    commands.assert([]);

    // In a transaction, and explained.
    let people = db.collection();
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    let mut older = ada.clone();
    older.age = 37;
    let plan = people.save_changes(&ada, &older).explain().await.unwrap();
    assert!(plan.raw().get_document("command").is_ok(), "{plan}");
    let stored = db
        .transaction(async |mut tx| people.save_changes(&ada, &older).session(&mut tx).await)
        .await
        .unwrap();
    assert_eq!(stored, SavedChanges::Stored);
    assert_eq!(people.get(ada.id).await.unwrap(), Some(older));
}

/// A model with versions.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "contacts", schema_version = 2, upgrade(1 = into_a_list))]
struct Contact {
    id: Id<Contact>,
    name: String,
    phones: Vec<String>,
}

fn into_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    contact.insert("phones", Vec::from_iter(phone));
}

#[odm_test::test]
async fn a_document_of_an_older_version_is_not_changed_in_part(db: Database) {
    let contacts = db.collection::<Contact>();
    let id = Id::<Contact>::new();
    contacts.driver().insert_one(doc! { "_id": *id.key(), "name": "ada", "phone": "1" }).await.unwrap();
    let before = contacts.get(id).await.unwrap().unwrap();
    let mut after = before.clone();
    after.phones.push("2".to_owned());
    assert_eq!(contacts.save_changes(&before, &after).await.unwrap(), SavedChanges::NotFound);
    contacts.save(&before).await.unwrap();
    assert_eq!(contacts.save_changes(&before, &after).await.unwrap(), SavedChanges::Stored);
    assert_eq!(contacts.get(id).await.unwrap(), Some(after));
}

/// Random changes, in all combinations of places.
#[odm_test::test]
async fn the_stored_document_becomes_the_second_state(db: Database) {
    let carts = db.collection::<Cart>();
    let changes: [fn(&mut Cart, i32); 12] = [
        |cart, n| cart.owner = n.to_string(),
        |cart, n| cart.weight = if n % 3 == 0 { f64::NAN } else { f64::from(n) },
        |cart, n| cart.note = (n % 2 == 0).then(|| n.to_string()),
        |cart, n| cart.coupon = (n % 2 == 0).then_some(n),
        |cart, n| cart.ship_to = (n % 2 == 0).then(|| place(if n % 4 == 0 { "Oslo" } else { "Rome" }, n)),
        |cart, n| drop(cart.prices.insert((n % 3).to_string(), place("Rome", n))),
        |cart, n| cart.tags = (0..n % 4).map(|n| n.to_string()).collect(),
        |cart, n| cart.lines = (0..n % 5).map(|id| item(id, n / 5)).collect(),
        |cart, n| cart.pieces = (0..n % 4).map(|size| Piece { size }).collect(),
        |cart, n| {
            cart.payment =
                if n % 2 == 0 { Payment::Cash { paid: n } } else { Payment::Card { number: n, year: 1 } };
        },
        |cart, n| {
            if let Some(line) = cart.lines.last_mut() {
                line.qty = n;
                line.parts.truncate(usize::try_from(n % 3).unwrap());
            }
        },
        |cart, n| cart.extra = doc! { "a": n % 2, "b": { "c": n % 3 } },
    ];
    let mut before = cart();
    carts.insert_one(&before).await.unwrap();
    carts.driver().update_one(doc! {}, doc! { "$set": { "undeclared": 1 } }).await.unwrap();
    let mut seed = 1_u32;
    for round in 0..150 {
        let mut after = before.clone();
        for change in changes {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if (seed >> 16).is_multiple_of(4) {
                change(&mut after, i32::try_from((seed >> 20) % 60).unwrap());
            }
        }
        let saved = carts
            .save_changes(&before, &after)
            .await
            .unwrap_or_else(|error| panic!("round {round}: {error}"));
        // As text, because NaN is not equal to itself.
        let stored = carts.get(before.id).await.unwrap().unwrap();
        assert_eq!(format!("{stored:?}"), format!("{after:?}"), "round {round}: {saved:?}");
        before = after;
    }
    assert_eq!(carts.driver().count_documents(doc! { "undeclared": 1 }).await.unwrap(), 1);
}

/// A model whose fields have defaults, which a stored document may lack.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "readers")]
struct Reader {
    id: Id<Reader>,
    #[serde(default)]
    settings: Settings,
    #[serde(default = "prices")]
    prices: BTreeMap<String, i32>,
    #[serde(default)]
    marks: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Settings {
    theme: String,
    size: i32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: "light".to_owned(), size: 12 }
    }
}

fn prices() -> BTreeMap<String, i32> {
    BTreeMap::from([("EUR".to_owned(), 1), ("NOK".to_owned(), 10)])
}

/// The stored document may not have the field, so a part of it would be stored alone.
#[odm_test::test]
async fn a_default_is_stored_as_a_whole(db: Database) {
    let readers: Collection<Reader> = db.collection();
    let id = Id::new();
    readers.driver().insert_one(doc! { "_id": id.key() }).await.unwrap();
    let before = readers.get(id).await.unwrap().unwrap();
    let mut after = before.clone();
    after.settings.theme = "dark".to_owned();
    after.prices.insert("NOK".to_owned(), 11);
    after.marks.push(Part { id: "a".to_owned(), count: 1 });
    let update = Update::between(&before, &after);
    assert_eq!(
        update.to_string(),
        r#"{ "$set": { "settings": { "theme": "dark", "size": 12 }, "prices": { "EUR": 1, "NOK": 11 }, "marks": [{ "_id": "a", "count": 1 }] } }"#,
    );
    assert_eq!(readers.save_changes(&before, &after).await.unwrap(), SavedChanges::Stored);
    assert_eq!(readers.get(id).await.unwrap().as_ref(), Some(&after));

    // A value that differs from the default is stored, so a part of it can be changed.
    let mut last = after.clone();
    last.settings.size = 13;
    last.prices.insert("SEK".to_owned(), 9);
    last.marks.push(Part { id: "b".to_owned(), count: 2 });
    assert_eq!(
        Update::between(&after, &last).to_string(),
        r#"{ "$set": { "settings.size": 13, "prices.SEK": 9 }, "$push": { "marks": { "$each": [{ "_id": "b", "count": 2 }] } } }"#,
    );
    assert_eq!(readers.save_changes(&after, &last).await.unwrap(), SavedChanges::Stored);
    assert_eq!(readers.get(id).await.unwrap(), Some(last));
}

/// Comparing each element with each other one would take minutes.
#[test]
fn long_arrays_are_compared_by_their_ids() {
    let mut before = cart();
    before.lines = (0..50_000).map(|id| Item { id, qty: 1, parts: Vec::new() }).collect();
    let mut after = before.clone();
    after.lines[49_999].qty = 2;
    let (_, filters) = Update::between(&before, &after).into_parts().unwrap();
    let [filter] = &filters[..] else { panic!("{filters:?}") };
    assert_eq!(filter.values().next(), Some(&doc! { "$eq": 49_999 }.into()));
    let shorter = Cart { lines: before.lines[..49_999].to_vec(), ..before.clone() };
    let update = Update::between(&before, &shorter);
    assert_eq!(update.to_string(), r#"{ "$pull": { "lines": { "_id": { "$in": [49999] } } } }"#);
}
