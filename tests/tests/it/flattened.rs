//! Documents with flattened maps: the entries of a map stay in the map, whatever method stores them.

use std::collections::BTreeMap;

use odm::{
    Collection, Database, Error, Filter, Model, Value, Write,
    bson::{Bson, Document, doc},
    request::Parameters,
};

#[derive(Debug, Clone, PartialEq, Value)]
#[serde(tag = "kind")]
enum Kind {
    Plain,
    Special { level: i32 },
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "users")]
struct User {
    #[serde(flatten)]
    prefs: BTreeMap<String, Bson>,
    id: i32,
    visits: i32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not", alias = "root")]
    admin: bool,
    #[serde(flatten)]
    kind: Option<Kind>,
    nested: BTreeMap<String, BTreeMap<String, i32>>,
}

fn user(id: i32, prefs: &[(&str, Bson)]) -> User {
    let prefs = prefs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let nested = BTreeMap::from([("m".to_owned(), BTreeMap::from([("n".to_owned(), 1)]))]);
    User { prefs, id, visits: 0, admin: false, kind: None, nested }
}

async fn stored(users: &Collection<User>) -> Vec<Document> {
    let cursor = users.driver().clone_with_type::<Document>().find(doc! {}).await.unwrap();
    futures_util::TryStreamExt::try_collect(cursor).await.unwrap()
}

/// Every method that stores this document.
async fn in_every_verb(users: &Collection<User>, user: &User) -> Vec<(&'static str, Result<(), Error>)> {
    let u = User::fields();
    let by_id = || u.id().eq(user.id);
    let visit = || u.visits().inc(1);
    let bulk = async |write: Write<User>| users.bulk_write([write]).await.map(drop);
    vec![
        ("insert_one", users.insert_one(user).await.map(drop)),
        ("insert_many", users.insert_many([user]).await.map(drop)),
        ("bulk insert", bulk(Write::insert_one(user)).await),
        ("or_insert", users.update_one(by_id(), visit()).or_insert(user).await.map(drop)),
        ("find_one_and_update", users.find_one_and_update(by_id(), visit()).or_insert(user).await.map(drop)),
        ("bulk or_insert", bulk(Write::update_one(by_id(), visit()).or_insert(user).into()).await),
        ("replace_one", users.replace_one(by_id(), user).await.map(drop)),
        ("upsert", users.replace_one(by_id(), user).upsert(true).await.map(drop)),
        ("find_one_and_replace", users.find_one_and_replace(by_id(), user).await.map(drop)),
        ("save", users.save(user).await.map(drop)),
        ("bulk replace", bulk(Write::replace_one(by_id(), user).into()).await),
        ("bulk upsert", bulk(Write::replace_one(by_id(), user).upsert(true).into()).await),
        ("bulk save", bulk(Write::save(user)).await),
    ]
}

#[odm_test::test]
async fn no_method_stores_a_map_entry_under_a_declared_name(db: Database) {
    let users = db.collection::<User>();
    users.insert_one(&user(1, &[("theme", "dark".into())])).await.unwrap();
    let before = stored(&users).await;
    for name in ["admin", "root", "_id", "visits", "kind", "level", "nested"] {
        for id in [1, 2] {
            let evil = user(id, &[(name, true.into())]);
            for (verb, result) in in_every_verb(&users, &evil).await {
                let error = result.unwrap_err();
                assert!(error.is_not_sent(), "{verb} {name}: {error}");
                assert_eq!(stored(&users).await, before, "{verb} {name}");
            }
        }
    }
}

#[odm_test::test]
async fn no_map_key_in_a_path_refers_to_a_declared_field(db: Database) {
    let users = db.collection::<User>();
    users.insert_one(&user(1, &[("theme", "dark".into())])).await.unwrap();
    let before = stored(&users).await;
    let u = User::fields();
    for name in ["admin", "root", "_id", "visits", "kind", "level", "nested"] {
        let key = || u.prefs().key(name);
        let one = || u.id().eq(1);
        let value = Bson::Boolean(true);
        let errors = [
            users.find(key().exists(true)).await.map(drop).unwrap_err(),
            users.find(!key().exists(true)).await.map(drop).unwrap_err(),
            users.find(Filter::all()).sort(key().asc()).await.map(drop).unwrap_err(),
            users.distinct(key(), Filter::all()).await.map(drop).unwrap_err(),
            users.aggregate().matching(|u| u.prefs().key(name).exists(true)).await.map(drop).unwrap_err(),
            users.update_one(one(), key().set(value.clone())).await.map(drop).unwrap_err(),
            users
                .update_one(u.id().eq(2), key().set(value.clone()))
                .upsert(true)
                .await
                .map(drop)
                .unwrap_err(),
            users.update_many(Filter::all(), key().set(value.clone())).await.map(drop).unwrap_err(),
            users.find_one_and_update(one(), key().set(value.clone())).await.map(drop).unwrap_err(),
            users.bulk_write([Write::update_one(one(), key().set(value))]).await.map(drop).unwrap_err(),
        ];
        for (number, error) in errors.iter().enumerate() {
            assert!(error.is_not_sent(), "{number} {name}: {error}");
        }
        assert_eq!(stored(&users).await, before, "{name}");
    }
    users.update_one(u.id().eq(1), u.prefs().key("theme").set(Bson::from("light"))).await.unwrap();
    let light = users.get(1).await.unwrap().unwrap();
    assert_eq!(light, user(1, &[("theme", "light".into())]));
}

/// The client has sent the wrong key, so parsing the request returns the error.
#[test]
fn a_parameter_that_is_not_a_valid_map_key_is_a_bad_parameter() {
    let parameters =
        Parameters::new().condition("has", |key: String| User::fields().prefs().key(key).exists(true));
    for text in ["", "a.b", "$where", "admin", "root", "_id", "kind", "level"] {
        let bad = parameters.parse([("has", text)]).unwrap_err();
        assert_eq!((bad.len(), bad.iter().next().unwrap().name()), (1, "has"), "{text}");
        assert!(!bad.to_string().contains("$where"), "{bad}");
    }
    let query = parameters.parse([("has", "theme")]).unwrap();
    assert_eq!(query.filter.to_string(), r#"{ "theme": { "$exists": true } }"#);
}

#[odm_test::test]
async fn an_inserted_document_is_read_and_replaced(db: Database) {
    let users = db.collection::<User>();
    for (id, kind) in [(1, None), (2, Some(Kind::Plain)), (3, Some(Kind::Special { level: 7 }))] {
        let new = User { kind, ..user(id, &[("theme", "dark".into())]) };
        users.insert_one(&new).await.unwrap();
        let read = users.get(id).await.unwrap().unwrap();
        assert_eq!(read, new);
        let visited = User { visits: 1, ..read };
        users.replace_one(User::fields().id().eq(id), &visited).await.unwrap();
        assert!(!users.save(&visited).await.unwrap().is_created());
        assert_eq!(users.get(id).await.unwrap(), Some(visited));
    }
}

#[odm_test::test]
async fn a_replacement_is_never_sent_as_an_update(db: Database) {
    let users = db.collection::<User>();
    let before = user(1, &[("theme", "dark".into())]);
    users.insert_one(&before).await.unwrap();
    for name in ["$set", "$unset", "$x", "$"] {
        // Before the `_id` and before all other fields.
        let evil = user(1, &[(name, doc! { "admin": true }.into())]);
        for (verb, result) in in_every_verb(&users, &evil).await {
            // A new document may have such a name.
            if ["insert_one", "insert_many", "bulk insert"].contains(&verb) {
                continue;
            }
            let error = result.unwrap_err();
            assert!(error.is_not_sent(), "{verb} {name}: {error}");
        }
        assert_eq!(users.get(1).await.unwrap().as_ref(), Some(&before), "{name}");
    }
    // Behind another name it is an ordinary name, which the server refuses in a replacement.
    let new = user(2, &[("!", 1.into()), ("$set", doc! { "admin": true }.into())]);
    assert!(users.save(&new).await.unwrap().is_created());
    assert_eq!(users.get(2).await.unwrap(), Some(new));
}

#[odm_test::test]
async fn a_map_in_or_insert_may_not_use_the_names_of_the_model(db: Database) {
    let users = db.collection::<User>();
    let u = User::fields();
    let visit = || u.visits().inc(1);
    for name in ["a.b", ".", "$x", "$[]", ""] {
        let new = user(1, &[("fine", 1.into()), (name, 1.into())]);
        let errors = [
            users.update_one(u.id().eq(1), visit()).or_insert(&new).await.map(drop).unwrap_err(),
            users.find_one_and_update(u.id().eq(1), visit()).or_insert(&new).await.map(drop).unwrap_err(),
            users
                .bulk_write([Write::update_one(u.id().eq(1), visit()).or_insert(&new)])
                .await
                .map(drop)
                .unwrap_err(),
        ];
        for (number, error) in errors.iter().enumerate() {
            assert!(error.is_not_sent(), "{number} {name}: {error}");
        }
        assert_eq!(stored(&users).await, Vec::<Document>::new(), "{name}");

        // Inside a map it is a value, unless the update also writes a sibling of it.
        let mut new = user(1, &[]);
        new.nested.entry("m".to_owned()).or_default().insert(name.to_owned(), 5);
        let sibling = u.nested().key("m").key("n").set(2);
        let error = users.update_one(u.id().eq(1), sibling).or_insert(&new).await.map(drop).unwrap_err();
        assert!(error.is_not_sent(), "{name}: {error}");
        users.update_one(u.id().eq(1), visit()).or_insert(&new).await.unwrap();
        assert_eq!(users.get(1).await.unwrap(), Some(User { visits: 1, ..new }), "{name}");
        users.delete_many(Filter::all()).await.unwrap();
    }
}
