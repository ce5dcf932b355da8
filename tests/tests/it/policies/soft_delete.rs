//! `deleted_at`: deletes that keep the document.

use odm::{
    Collection, Database, Filter, Id, Model, Pipeline, Shape, Write,
    bson::{DateTime, doc},
    models,
    pipeline::from,
    watch::Event,
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Clock, all, at};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(
    collection = "users",
    index(name, unique, partial = |user| user.deleted_at().is_null_or_missing())
)]
struct User {
    id: Id<User>,
    name: String,
    friend: Option<Id<User>>,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

fn user(name: &str) -> User {
    User { id: Id::new(), name: name.into(), friend: None, deleted_at: None }
}

/// Stores three users, of which `bob` is deleted.
async fn three(db: &Database) -> (Collection<User>, [User; 3]) {
    let users: Collection<User> = db.collection();
    let three = ["ada", "bob", "eve"].map(user);
    users.insert_many(&three).await.unwrap();
    let deleted = users.delete_one(User::fields().name().eq("bob")).await.unwrap();
    assert_eq!(deleted.deleted_count, 1);
    (users, three)
}

async fn names(users: &Collection<User>) -> Vec<String> {
    let users: Vec<User> = users
        .find(Filter::all())
        .sort(User::fields().name().asc())
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    users.into_iter().map(|user| user.name).collect()
}

#[odm_test::test]
async fn a_deleted_document_is_kept_and_not_read(db: Database) {
    let (db, clock) = Clock::of(&db);
    clock.set(7);
    let (users, [_, bob, _]) = three(&db).await;
    let u = User::fields();
    let (every, deleted) = (users.with_deleted(), users.only_deleted());

    assert_eq!(names(&users).await, ["ada", "eve"]);
    assert_eq!(names(&every).await, ["ada", "bob", "eve"]);
    assert_eq!(names(&deleted).await, ["bob"]);
    let gone = User { deleted_at: Some(at(7)), ..bob.clone() };
    for (users, found) in [(&users, None), (&every, Some(gone.clone())), (&deleted, Some(gone))] {
        assert_eq!(users.get(bob.id).await.unwrap(), found);
        assert_eq!(users.find_one(u.name().eq("bob")).await.unwrap(), found);
        assert_eq!(users.exists(u.name().eq("bob")).await.unwrap(), found.is_some());
        assert_eq!(users.count(u.name().eq("bob")).await.unwrap(), u64::from(found.is_some()));
    }
    assert_eq!(users.distinct(u.name(), Filter::all()).await.unwrap(), ["ada", "eve"]);
    assert_eq!(users.aggregate().await.unwrap().try_collect::<Vec<_>>().await.unwrap().len(), 2);
    assert_eq!(every.aggregate().await.unwrap().try_collect::<Vec<_>>().await.unwrap().len(), 3);
    // A filter of its own on the field is joined with the condition.
    assert_eq!(users.count(u.deleted_at().is_present()).await.unwrap(), 0);
    assert_eq!(every.count(u.deleted_at().is_present()).await.unwrap(), 1);
    assert_eq!(every.estimated_count().await.unwrap(), 3);

    // Updates and deletes do not find it either.
    assert_eq!(users.update_many(Filter::all(), u.friend().set(bob.id)).await.unwrap().matched_count, 2);
    assert_eq!(every.update_many(Filter::all(), u.friend().set(bob.id)).await.unwrap().matched_count, 3);
    assert_eq!(users.find_one_and_update(u.name().eq("bob"), u.friend().set(bob.id)).await.unwrap(), None);
    assert_eq!(users.replace_one(u.name().eq("bob"), &bob).await.unwrap().matched_count, 0);
    clock.set(8);
    assert_eq!(users.delete_many(u.name().eq("bob")).await.unwrap().deleted_count, 0);
    // The time of the first delete remains.
    assert_eq!(every.delete_many(u.name().eq("bob")).await.unwrap().deleted_count, 0);
    assert_eq!(every.get(bob.id).await.unwrap().unwrap().deleted_at, Some(at(7)));
}

#[odm_test::test]
async fn every_delete_keeps_the_document(db: Database) {
    let (db, clock) = Clock::of(&db);
    let users: Collection<User> = db.collection();
    let u = User::fields();
    clock.set(1);
    users.insert_many(["a", "b", "c", "d", "e", "f"].map(user)).await.unwrap();
    assert_eq!(users.delete_one(u.name().eq("a")).await.unwrap().deleted_count, 1);
    assert_eq!(users.delete_many(u.name().lte("b")).await.unwrap().deleted_count, 1);
    let c = users.find_one_and_delete(u.name().eq("c")).await.unwrap().unwrap();
    assert_eq!((c.name.as_str(), c.deleted_at), ("c", None));
    let bulk = users
        .bulk_write((
            Write::delete_one(u.name().eq("d")),
            Write::delete_many(u.name().lte("e")),
            Write::update_one(u.name().eq("f"), u.name().set("g")),
        ))
        .await
        .unwrap();
    assert_eq!((bulk.deleted_count(), bulk.matched_count(), bulk.modified_count()), (2, 1, 1));
    assert_eq!(names(&users).await, ["g"]);
    let mut stored: Vec<_> =
        all(&users).await.iter().map(|it| it.get_datetime("deleted_at").is_ok()).collect();
    stored.sort_unstable();
    assert_eq!(stored, [false, true, true, true, true, true]);
}

#[odm_test::test]
async fn restore_undoes_a_delete_and_purge_removes_the_document(db: Database) {
    let (users, _) = three(&db).await;
    let u = User::fields();
    users.delete_one(u.name().eq("eve")).await.unwrap();
    assert_eq!(users.restore(u.name().eq("bob")).await.unwrap().matched_count, 1);
    assert_eq!(users.restore(u.name().eq("ada")).await.unwrap().matched_count, 0);
    assert_eq!(names(&users).await, ["ada", "bob"]);
    assert_eq!(users.purge(Filter::all()).await.unwrap().deleted_count, 1);
    assert_eq!(names(&users.with_deleted()).await, ["ada", "bob"]);

    let error = users.purge(Filter::raw(doc! {})).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("use `Filter::all()`"), "{error}");
    let error = users.only_deleted().delete_many(Filter::all()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "delete_many on {}.users: the documents of this handle are deleted already: `purge` removes them for ever, \
             `restore` undoes the delete; nothing was sent",
            db.name()
        )
    );
}

#[odm_test::test]
async fn joins_do_not_find_deleted_documents(db: Database) {
    #[derive(Debug, PartialEq, Shape)]
    struct Friends {
        friends: Vec<User>,
    }
    let (users, [ada, bob, eve]) = three(&db).await;
    let u = User::fields();
    users.update_one(u.id().eq(ada.id), u.friend().set(bob.id)).await.unwrap();
    users.update_one(u.id().eq(eve.id), u.friend().set(ada.id)).await.unwrap();
    let found = |rows: Vec<odm::bson::Document>| -> Vec<usize> {
        rows.iter().map(|row| row.get_array("friends").unwrap().len()).collect()
    };

    // ada is a friend of bob, who is deleted; eve is a friend of ada.
    let rows = users
        .aggregate()
        .sort(|u| u.name().asc())
        .lookup(|u| FriendsOf { friends: from::<User>().equal(u.friend(), |u| u.id()) })
        .as_documents();
    assert_eq!(found(rows.await.unwrap().try_collect().await.unwrap()), [0, 1]);
    let rows = users
        .aggregate()
        .sort(|u| u.name().asc())
        .lookup(|u| FriendsOf { friends: from::<User>().with_deleted().equal(u.friend(), |u| u.id()) })
        .as_documents();
    assert_eq!(found(rows.await.unwrap().try_collect().await.unwrap()), [1, 1]);
    let rows = users
        .aggregate()
        .sort(|u| u.name().asc())
        .lookup(|_| FriendsOf { friends: from::<User>().pipeline(|users| users.limit(10)) })
        .as_documents();
    assert_eq!(found(rows.await.unwrap().try_collect().await.unwrap()), [2, 2]);
    let rows = users
        .aggregate()
        .sort(|u| u.name().asc())
        .lookup(|_| FriendsOf { friends: from::<User>().pipeline(|users| users.with_deleted().limit(10)) })
        .as_documents();
    assert_eq!(found(rows.await.unwrap().try_collect().await.unwrap()), [3, 3]);
    let rows = users
        .aggregate()
        .sort(|u| u.name().asc())
        .graph_lookup(|u| FriendsOf {
            friends: from::<User>().connecting(u.friend(), |u| u.friend(), |u| u.id()),
        })
        .as_documents();
    assert_eq!(found(rows.await.unwrap().try_collect().await.unwrap()), [0, 1]);
    let union = |other| users.aggregate().union_with(other);
    let count = async |rows: odm::action::Aggregate<User>| {
        rows.await.unwrap().try_collect::<Vec<User>>().await.unwrap().len()
    };
    assert_eq!(count(union(Pipeline::new())).await, 4);
    assert_eq!(count(union(Pipeline::new().with_deleted())).await, 5);
}

#[odm_test::test]
async fn joins_send_the_condition(db: Database, server: Server) {
    #[derive(Shape)]
    struct Friends {
        friends: Vec<User>,
    }
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let users: Collection<User> = db.collection();
    let sent = || {
        let command = commands.take().remove(0);
        command.get_array("pipeline").unwrap()[1].as_document().unwrap().clone()
    };
    let condition = doc! { "$match": { "deleted_at": { "$eq": null } } };
    drop(
        users
            .aggregate()
            .lookup(|u| FriendsOf { friends: from::<User>().equal(u.friend(), |u| u.id()) })
            .await
            .unwrap(),
    );
    assert_eq!(
        sent(),
        doc! { "$lookup": {
            "from": "users", "localField": "friend", "foreignField": "_id", "pipeline": [condition.clone()],
            "as": "friends",
        } }
    );
    let restricted = |filter| {
        doc! { "$graphLookup": {
            "from": "users", "startWith": "$friend", "connectFromField": "friend", "connectToField": "_id",
            "restrictSearchWithMatch": filter, "as": "friends",
        } }
    };
    drop(
        users
            .aggregate()
            .graph_lookup(|u| FriendsOf {
                friends: from::<User>()
                    .connecting(u.friend(), |u| u.friend(), |u| u.id())
                    .restrict_search(|u| u.name().ne("eve")),
            })
            .await
            .unwrap(),
    );
    assert_eq!(sent(), restricted(doc! { "name": { "$ne": "eve" }, "deleted_at": { "$eq": null } }));
    drop(users.aggregate().union_with(Pipeline::new()).await.unwrap());
    assert_eq!(sent(), doc! { "$unionWith": { "coll": "users", "pipeline": [condition] } });
}

/// The partial index contains only the documents that are not deleted, so a name can be used again.
#[odm_test::test]
async fn a_key_of_a_deleted_document_can_be_used_again(db: Database) {
    db.schema(models![User]).plan().await.unwrap().apply().await.unwrap();
    let (users, _) = three(&db).await;
    assert!(users.insert_one(&user("ada")).await.unwrap_err().is_duplicate_key());
    users.insert_one(&user("bob")).await.unwrap();
    let error = users.restore(User::fields().name().eq("bob")).await.unwrap_err();
    assert!(error.is_duplicate_key(), "{error}");
    // The condition of every read lets the server use the index.
    let explanation = users.find(User::fields().name().eq("ada")).explain().await.unwrap();
    assert!(format!("{:?}", explanation.raw()).contains("name_1"), "{explanation:?}");
}

/// `save` does not find a deleted document, and cannot insert another one with its `_id`.
#[odm_test::test]
async fn saving_a_deleted_document_is_refused_by_the_server(db: Database) {
    let (users, [_, bob, _]) = three(&db).await;
    assert!(users.save(&bob).await.unwrap_err().is_duplicate_key());
    assert!(!users.with_deleted().save(&bob).await.unwrap().is_created());
    assert_eq!(names(&users).await, ["ada", "bob", "eve"]);
}

#[odm_test::test]
async fn a_change_stream_shows_the_delete_as_an_update(db: Database) {
    let users: Collection<User> = db.collection();
    let mut changes = users.watch().await.unwrap();
    three(&db).await;
    for _ in 0..3 {
        assert!(matches!(changes.next().await.unwrap().unwrap().event(), Event::Insert(_)));
    }
    let change = changes.next().await.unwrap().unwrap();
    assert!(matches!(change.event(), Event::Update { .. }), "{change:?}");
}

/// A model with all policies.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
struct Order {
    id: Id<Order>,
    #[odm(tenant)]
    shop: String,
    #[odm(created_at)]
    created_at: DateTime,
    #[odm(updated_at)]
    updated_at: DateTime,
    #[odm(version)]
    version: i32,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

/// Each policy applies.
#[odm_test::test]
async fn policies_apply_together(db: Database) {
    let (db, clock) = Clock::of(&db);
    let orders: Collection<Order> = db.collection().tenant("oslo");
    let mut order = Order {
        id: Id::new(),
        shop: "oslo".into(),
        created_at: at(0),
        updated_at: at(0),
        version: 1,
        deleted_at: None,
    };
    clock.set(1);
    orders.insert_one(&order).await.unwrap();
    clock.set(2);
    orders.save(&order).await.unwrap();
    order = orders.get(order.id).await.unwrap().unwrap();
    assert_eq!((order.created_at, order.updated_at, order.version), (at(1), at(2), 2));
    clock.set(3);
    orders.delete_one(Order::fields().id().eq(order.id)).await.unwrap();
    assert_eq!(orders.get(order.id).await.unwrap(), None);
    let deleted = Order { updated_at: at(3), version: 3, deleted_at: Some(at(3)), ..order.clone() };
    assert_eq!(orders.with_deleted().get(order.id).await.unwrap(), Some(deleted));
    assert_eq!(orders.tenant("rome").with_deleted().get(order.id).await.unwrap(), None);
    // The deleted document is not found, although its version is another one too.
    assert!(orders.save(&order).await.unwrap_err().is_not_found());
    clock.set(4);
    assert_eq!(orders.tenant("rome").restore(Filter::all()).await.unwrap().matched_count, 0);
    assert_eq!(orders.restore(Filter::all()).await.unwrap().matched_count, 1);
    let restored = orders
        .find_one_and_update(Order::fields().id().eq(order.id), doc! { "$set": { "note": "x" } })
        .return_new()
        .await
        .unwrap();
    assert_eq!(restored, Some(Order { updated_at: at(4), version: 5, ..order }));
}

/// A document with version 0 was never stored, so its `_id` is free or belongs to another document.
#[odm_test::test]
async fn the_id_of_a_document_outside_the_scope_is_a_duplicate_key(db: Database) {
    let orders: Collection<Order> = db.collection().tenant("oslo");
    let new = |shop: &str, id| Order {
        id,
        shop: shop.into(),
        created_at: at(0),
        updated_at: at(0),
        version: 0,
        deleted_at: None,
    };
    let (deleted, present) = (new("oslo", Id::new()), new("oslo", Id::new()));
    orders.insert_many([&deleted, &present]).await.unwrap();
    orders.delete_one(Order::fields().id().eq(deleted.id)).await.unwrap();
    let rome = orders.tenant("rome");
    for (orders, taken) in [(&orders, &deleted), (&rome, &new("rome", present.id))] {
        for error in [
            orders.save(taken).await.unwrap_err(),
            db.transaction(async |mut tx| orders.save(taken).session(&mut tx).await).await.unwrap_err(),
        ] {
            assert!(error.is_duplicate_key() && !error.is_stale_version(), "{error}");
        }
        let error = orders.bulk_write([Write::save(taken)]).await.unwrap_err();
        assert!(error.bulk_write_error().unwrap().failures()[0].error().is_duplicate_key(), "{error}");
    }
    // A document of the scope has another version.
    assert!(orders.save(&present).await.unwrap_err().is_stale_version());
    assert!(orders.with_deleted().save(&deleted).await.unwrap_err().is_stale_version());
    let error = orders.bulk_write([Write::save(&present)]).await.unwrap_err();
    assert!(error.bulk_write_error().unwrap().failures()[0].error().is_stale_version(), "{error}");
}
