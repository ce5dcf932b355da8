//! Writes that insert a document if none exists.

use odm::{
    Database, Embedded, Filter, Id, Model,
    action::Saved,
    bson::{Document, doc},
};
use odm_integration::people::{Person, people, person};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "visits")]
struct Visits {
    id: Id<Visits>,
    page: String,
    total: u32,
    last: Option<Visit>,
    from: Places,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Visit {
    by: String,
    place: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Places {
    home: u32,
    work: u32,
}

fn visits(page: &str) -> Visits {
    let last = Some(Visit { by: "nobody".to_owned(), place: Some("Oslo".to_owned()) });
    let from = Places { home: 10, work: 20 };
    Visits { id: Id::new(), page: page.to_owned(), total: 0, last, from, tags: vec!["new".to_owned()] }
}

#[odm_test::test]
async fn save_inserts_or_replaces(db: Database) {
    let people = people(&db).await;
    let ada = person("ada", 36);
    assert_eq!(people.save(&ada).await.unwrap(), Saved::Created);
    let older = Person { age: 37, ..ada.clone() };
    assert_eq!(people.save(&older).await.unwrap(), Saved::Replaced);
    // If nothing is changed, no document is inserted.
    assert!(!people.save(&older).await.unwrap().is_created());
    assert_eq!(people.get(ada.id).await.unwrap(), Some(older));

    let error = people.save(&person("ada", 1)).await.unwrap_err();
    assert_eq!(error.duplicate_key().unwrap().value_of("email"), Some(&"ada@example.org".into()));
    let mut session = db.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    assert!(people.save(&person("bob", 1)).session(&mut session).await.unwrap().is_created());
    session.abort_transaction().await.unwrap();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 1);
}

/// The update determines the fields that it writes, and the model the other fields of a new document.
#[odm_test::test]
async fn or_insert_completes_a_new_document(db: Database) {
    let all = db.collection::<Visits>();
    let v = Visits::fields();
    let new = visits("/");
    let visit =
        || v.total().inc(1) + v.last().by().set("ada") + v.from().work().set(5) + v.tags().push("seen");
    let result = all.update_one(v.page().eq("/"), visit()).or_insert(&new).await.unwrap();
    assert_eq!(result.upserted_id, Some((*new.id.key()).into()));
    let made = all.get(new.id).await.unwrap().unwrap();
    let by_ada = Some(Visit { by: "ada".to_owned(), place: Some("Oslo".to_owned()) });
    assert_eq!(
        made,
        Visits {
            total: 1,
            last: by_ada.clone(),
            from: Places { home: 10, work: 5 },
            tags: vec!["seen".to_owned()],
            ..new.clone()
        }
    );

    // The document exists, so only the update is applied.
    let result = all.update_one(v.page().eq("/"), visit()).or_insert(&visits("/")).await.unwrap();
    assert_eq!((result.matched_count, result.upserted_id), (1, None));
    assert_eq!(all.get(new.id).await.unwrap().unwrap().total, 2);

    // The new document has no `last`, so the update creates the nested document.
    let nowhere = Visits { last: None, ..visits("/a") };
    let update = v.last().by().set("eve");
    let made =
        all.find_one_and_update(v.page().eq("/a"), update).or_insert(&nowhere).return_new().await.unwrap();
    assert_eq!(made.unwrap(), Visits { last: Some(Visit { by: "eve".to_owned(), place: None }), ..nowhere });

    for refused in [v.tags().pull("new"), v.tags().pop_first(), v.tags().at(0).set("x")] {
        let error = all.update_one(v.page().eq("/b"), refused).or_insert(&visits("/b")).await.unwrap_err();
        assert!(error.is_not_sent(), "{error}");
    }
}

/// Get or create: an empty update does not change an existing document.
#[odm_test::test]
async fn or_insert_with_an_empty_update_gets_or_creates(db: Database) {
    let all = db.collection::<Visits>();
    let v = Visits::fields();
    let first = visits("/");
    for new in [first.clone(), visits("/")] {
        let found =
            all.find_one_and_update(v.page().eq("/"), doc! {}).or_insert(&new).return_new().await.unwrap();
        assert_eq!(found, Some(first.clone()));
    }
    assert_eq!(
        all.find_one_and_update(v.page().eq("/x"), doc! {}).or_insert(&visits("/x")).await.unwrap(),
        None
    );
    assert_eq!(all.count(Filter::all()).await.unwrap(), 2);
}

/// The server takes the `_id` from an equality of the filter, and refuses another one beside it.
#[odm_test::test]
async fn an_upsert_uses_the_id_of_the_filter(db: Database) {
    let all = db.collection::<Visits>();
    for (filter, taken) in [
        (doc! { "_id": "key" }, true),
        (doc! { "_id": { "$eq": "key" } }, true),
        (doc! { "_id": { "$in": ["key"] } }, true),
        (doc! { "$and": [{ "page": "/" }, { "_id": "key" }] }, true),
        (doc! { "$or": [{ "_id": { "$eq": "key" } }] }, true),
        (doc! { "_id": { "$gt": "key" } }, false),
        (doc! { "_id": { "$in": ["key", "other"] } }, false),
        (doc! { "$or": [{ "_id": "key" }, { "page": "x" }] }, false),
        (doc! { "page": "/" }, false),
    ] {
        all.delete_many(Filter::all()).await.unwrap();
        let new = visits("/");
        all.update_one(filter.clone(), doc! { "$inc": { "total": 1 } }).or_insert(&new).await.unwrap();
        let made: Document = all.driver().find_one(doc! {}).await.unwrap().unwrap();
        let id = made.get("_id").unwrap();
        assert_eq!(*id == "key".into(), taken, "{filter}: {made}");
        assert_eq!(*id == (*new.id.key()).into(), !taken, "{filter}: {made}");
    }
}
