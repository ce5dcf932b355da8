//! Typed pipelines on change streams.

use odm::{
    Collection, Database, Embedded, Id, Model, Shape,
    bson::{Bson, Timestamp, doc, oid::ObjectId},
    expr::{cond, lit},
    mongodb::{
        change_stream::event::OperationType,
        options::{FullDocumentBeforeChangeType, FullDocumentType},
    },
    pipeline::{Pipeline, With, descend, prune},
    watch::{Change, ChangeNamespace, ChangeStream, DocumentKey, Event, ResumeToken, UpdateDescription},
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Item, insert, inserted, next, plain, silence, soon};

#[derive(Debug, Clone, PartialEq, Shape)]
struct Numbered {
    #[odm(id)]
    token: ResumeToken,
    operation: OperationType,
    number: Option<i32>,
}

async fn row<R: odm::value::OwnedRow>(rows: &mut ChangeStream<Item, R>) -> R {
    soon(rows.next()).await.expect("a row, not the end").expect("a row, not an error")
}

#[odm_test::test]
async fn a_pipeline_that_keeps_the_events_returns_changes(db: Database) {
    let items: Collection<Item> = db.collection();
    let odd = items.watch().pipeline(|changes| {
        changes.matching(|c| {
            c.operation_type().in_([OperationType::Insert, OperationType::Replace])
                & c.full_document().n().mod_(2, 1)
                & c.ns().coll().eq("items")
        })
    });
    let mut changes: ChangeStream<Item> = odd.batch_size(2).await.unwrap();
    insert(&db, 0..10).await;
    assert_eq!(inserted(&mut changes, 5).await, [1, 3, 5, 7, 9]);
    silence(&mut changes).await;
}

#[odm_test::test]
async fn the_stages_are_sent_in_the_order_of_the_calls(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let items: Collection<Item> = db.collection();
    let watch = items
        .watch()
        .pipeline(|changes| {
            changes.matching_expr(|c| c.cluster_time().gt(lit(Timestamp { time: 1, increment: 0 })))
        })
        .stage(doc! { "$match": { "operationType": "insert" } })
        .pipeline(|changes| {
            changes.project(|c| NumberedOf {
                token: c.id(),
                operation: c.operation_type(),
                number: c.full_document().n(),
            })
        });
    let _changes = watch.await.unwrap();
    let [sent] = &commands.take_whole()[..] else { panic!("more than one command") };
    let pipeline = sent.get_array("pipeline").unwrap();
    let number = doc! { "$ifNull": ["$fullDocument.n", Bson::Null] };
    assert_eq!(
        pipeline[1..],
        [
            doc! { "$match": { "$expr": { "$gt": ["$clusterTime", Timestamp { time: 1, increment: 0 }] } } }
                .into(),
            doc! { "$match": { "operationType": "insert" } }.into(),
            doc! { "$project": { "_id": 1, "operation": "$operationType", "number": number } }.into(),
        ]
    );
}

#[odm_test::test]
async fn a_pipeline_that_reshapes_returns_rows_and_resumes(db: Database) {
    let items: Collection<Item> = db.collection();
    let watch = || {
        items.watch().pipeline(|changes| {
            changes.project(|c| NumberedOf {
                token: c.id(),
                operation: c.operation_type(),
                number: c.full_document().n(),
            })
        })
    };
    let mut rows = watch().await.unwrap();
    insert(&db, 0..3).await;
    plain(&db).delete_one(doc! { "n": 1 }).await.unwrap();

    let first = row(&mut rows).await;
    assert_eq!((first.operation, first.number), (OperationType::Insert, Some(0)));
    drop(rows);

    let mut rows = watch().resume_after(first.token).await.unwrap();
    let second = row(&mut rows).await;
    assert_eq!((second.operation, second.number), (OperationType::Insert, Some(1)));
    assert_eq!(rows.resume_token(), Some(&second.token));

    // The stream resumes by itself after its cursor was killed.
    let client = db.driver().client();
    let cursors = super::resume::open_cursors(client, &db).await;
    db.driver().run_command(doc! { "killCursors": "items", "cursors": cursors }).await.unwrap();
    let third = row(&mut rows).await;
    assert_eq!((third.operation, third.number), (OperationType::Insert, Some(2)));
    let fourth = row(&mut rows).await;
    assert_eq!((fourth.operation, fourth.number), (OperationType::Delete, None));
    insert(&db, 7..8).await;
    assert_eq!(row(&mut rows).await.number, Some(7));
}

#[odm_test::test]
async fn each_stage_that_a_change_stream_accepts_works(db: Database) {
    #[derive(Debug, PartialEq, Shape)]
    struct Doubled {
        double: Option<i64>,
    }

    let items: Collection<Item> = db.collection();
    let set = items.watch().pipeline(|c| c.set(|c| DoubledOf { double: c.full_document().n() * 2 }));
    let unset = items.watch().pipeline(|c| c.unset(|c| (c.wall_time(), c.ns())).cast::<Change<Item>>());
    let redact = items.watch().pipeline(|c| {
        c.redact(|c| cond(c.operation_type().eq(lit(OperationType::Delete)), prune(), descend()))
    });
    let replaced = items.watch().pipeline(|c| {
        c.replace_with(|c| NumberedOf {
            token: c.id(),
            operation: c.operation_type(),
            number: c.full_document().n(),
        })
    });
    let field = items.watch().pipeline(|c| {
        c.set_field(|c| c.full_document().n(), |c| c.full_document().n() * 3).cast::<Change<Item>>()
    });
    let mut set = set.await.unwrap();
    let mut unset = unset.await.unwrap();
    let mut redact = redact.await.unwrap();
    let mut replaced = replaced.await.unwrap();
    let mut field = field.await.unwrap();
    insert(&db, 5..6).await;
    plain(&db).delete_one(doc! {}).await.unwrap();
    insert(&db, 6..7).await;

    let With { row: change, added } = row(&mut set).await;
    assert_eq!(change.document().map(|item| item.n), Some(5));
    assert_eq!(added, Doubled { double: Some(10) });
    let change = row(&mut unset).await;
    assert!(change.wall_time().is_none() && change.document().is_some());
    assert_eq!(inserted(&mut redact, 2).await, [5, 6]);
    assert_eq!(row(&mut replaced).await.number, Some(5));
    assert_eq!(inserted(&mut field, 1).await, [15]);
}

#[odm_test::test]
async fn the_fields_of_an_event_have_their_types(db: Database) {
    #[derive(Debug, Clone, PartialEq, Embedded)]
    struct Tag {
        name: String,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "posts")]
    struct Post {
        id: Id<Post>,
        n: i32,
        tags: Vec<Tag>,
        text: String,
    }
    #[derive(Debug, PartialEq, Shape)]
    struct Whole {
        #[odm(id)]
        token: ResumeToken,
        key: Option<DocumentKey<Id<Post>>>,
        post: Option<Id<Post>>,
        before: Option<i32>,
        after: Option<i32>,
        update_description: Option<UpdateDescription>,
        removed: Option<Vec<String>>,
        ns: Option<ChangeNamespace>,
        at: Timestamp,
        seconds: odm::bson::DateTime,
        transaction: Option<i64>,
    }

    let options = doc! { "create": "posts", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(options).await.unwrap();
    let posts: Collection<Post> = db.collection();
    let mut rows = posts
        .watch()
        .full_document(FullDocumentType::UpdateLookup)
        .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
        .pipeline(|changes| {
            changes
                .matching(|c| {
                    c.operation_type().eq(OperationType::Update)
                        & c.update_description().updated_fields().key("n").exists(true)
                        & c.update_description().removed_fields().contains("gone")
                        & c.update_description().truncated_arrays().field().eq("tags")
                        & c.full_document_before_change().n().eq(1)
                        & c.document_key().id().exists(true)
                })
                .project(|c| WholeOf {
                    token: c.id(),
                    key: c.document_key(),
                    post: c.document_key().id(),
                    before: c.full_document_before_change().n(),
                    after: c.full_document().n(),
                    update_description: c.update_description(),
                    removed: c.update_description().removed_fields(),
                    ns: c.ns(),
                    at: c.cluster_time(),
                    seconds: c.wall_time(),
                    transaction: c.txn_number(),
                })
        })
        .await
        .unwrap();
    let plain = db.driver().collection::<odm::bson::Document>("posts");
    let id = ObjectId::new();
    let tags = vec![doc! { "name": "a" }, doc! { "name": "b" }, doc! { "name": "c" }];
    plain
        .insert_one(doc! { "_id": id, "n": 1, "tags": tags, "text": "x".repeat(200), "gone": 1 })
        .await
        .unwrap();
    let shorter = doc! { "$set": { "n": 2, "tags": { "$slice": ["$tags", 1] } } };
    plain.update_one(doc! { "_id": id }, vec![shorter, doc! { "$unset": "gone" }]).await.unwrap();

    let row = soon(rows.next()).await.unwrap().unwrap();
    assert_eq!(row.key, Some(DocumentKey { id: Id::from(id) }));
    assert_eq!((row.post, row.before, row.after), (Some(Id::from(id)), Some(1), Some(2)));
    let update_description = row.update_description.unwrap();
    assert_eq!(update_description.updated_fields, doc! { "n": 2 });
    assert_eq!(row.removed.as_ref(), Some(&update_description.removed_fields));
    assert_eq!(
        (
            update_description.truncated_arrays[0].field.as_str(),
            update_description.truncated_arrays[0].new_size
        ),
        ("tags", 1)
    );
    assert_eq!(row.ns, Some(ChangeNamespace { db: db.name().to_owned(), coll: Some("posts".into()) }));
    assert!(row.at.time > 1_600_000_000 && row.seconds.timestamp_millis() > 0);
    assert_eq!(row.transaction, None);
}

#[odm_test::test]
async fn a_pipeline_that_removes_the_token_is_refused(db: Database) {
    #[derive(Debug, Shape)]
    struct Number {
        number: Option<i32>,
    }

    let items: Collection<Item> = db.collection();
    let errors = [
        items.watch().pipeline(|c| c.unset(|c| c.id()).cast::<Number>()).await.unwrap_err(),
        items
            .watch()
            .pipeline(|c| c.project(|c| NumberOf { number: c.full_document().n() }))
            .await
            .unwrap_err(),
        items
            .watch()
            .pipeline(|c| c.replace_with(|c| NumberOf { number: c.full_document().n() }))
            .await
            .unwrap_err(),
    ];
    for (error, stage) in errors.iter().zip(["$unset", "$project", "$replaceWith"]) {
        assert!(error.is_not_sent(), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "the stage `{stage}` changes or removes `_id`, which is the resume token of a change: keep it, in a \
                 shape as a field `#[odm(id)] token: ResumeToken`; nothing was sent"
            )
        );
    }
}

#[odm_test::test]
async fn a_row_that_does_not_fit_stays_until_it_is_skipped(db: Database) {
    #[derive(Debug, Shape)]
    struct Strict {
        #[odm(id)]
        token: ResumeToken,
        n: i32,
    }

    let items: Collection<Item> = db.collection();
    let mut rows = items
        .watch()
        .pipeline(|c| c.stage_as::<Strict>(doc! { "$project": { "n": "$fullDocument.n" } }))
        .await
        .unwrap();
    insert(&db, 0..1).await;
    plain(&db).delete_one(doc! {}).await.unwrap();
    insert(&db, 1..2).await;
    assert_eq!(row(&mut rows).await.n, 0);
    let error = soon(rows.next()).await.unwrap().unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    let token = rows.skip().unwrap();
    let last = row(&mut rows).await;
    assert_eq!(last.n, 1);
    assert!(last.token > token);
}

#[odm_test::test]
async fn a_split_event_is_joined(db: Database) {
    let items: Collection<Item> = db.collection();
    db.driver()
        .run_command(doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } })
        .await
        .unwrap();
    let watch = items
        .watch()
        .full_document(FullDocumentType::Required)
        .full_document_before_change(FullDocumentBeforeChangeType::Required)
        .pipeline(Pipeline::change_stream_split_large_event);
    let mut changes = match watch.await {
        Ok(changes) => changes,
        // Servers know the stage since 6.0.9.
        Err(error) => {
            assert!(matches!(error.kind(), odm::ErrorKind::Unsupported(_)), "{error:?}");
            assert!(error.to_string().contains("`$changeStreamSplitLargeEvent`"), "{error}");
            return;
        }
    };
    // Larger than 16 MiB together, each smaller.
    let large = |letter: &str| letter.repeat(10 << 20);
    plain(&db).insert_one(doc! { "n": 1, "text": large("a") }).await.unwrap();
    plain(&db).update_one(doc! {}, doc! { "$set": { "n": 2, "text": large("b") } }).await.unwrap();
    insert(&db, 3..4).await;

    assert_eq!(inserted(&mut changes, 1).await, [1]);
    let change = next(&mut changes).await;
    let Event::Update { update_description, document, .. } = change.event() else { panic!("not an update") };
    assert_eq!(update_description.updated_fields.len(), 2);
    assert_eq!(document.as_ref().map(|item| item.n), Some(2));
    assert_eq!(change.before().map(|item| item.n), Some(1));
    assert!(change.raw().get("splitEvent").unwrap().is_none());
    assert_eq!(inserted(&mut changes, 1).await, [3]);

    let again = items
        .watch()
        .full_document(FullDocumentType::Required)
        .full_document_before_change(FullDocumentBeforeChangeType::Required)
        .pipeline(Pipeline::change_stream_split_large_event)
        .resume_after(change.token().clone());
    assert_eq!(inserted(&mut again.await.unwrap(), 1).await, [3]);
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Line {
    qty: i32,
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
struct Order {
    id: i32,
    status: String,
    lines: Vec<Line>,
    text: String,
}

#[odm_test::test]
async fn updates_that_touch_a_field_are_found(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    let mut status = orders.watch().pipeline(|c| c.matching(|_| Change::changed(&o.status()))).await.unwrap();
    let mut qty =
        orders.watch().pipeline(|c| c.matching(|_| Change::changed(&o.lines().qty()))).await.unwrap();
    let lines = vec![Line { qty: 1, note: None }; 3];
    // (So large that the server stores each update as a delta.)
    let order = Order { id: 1, status: "new".into(), lines, text: "x".repeat(500) };
    orders.insert_one(&order).await.unwrap();
    let plain = db.driver().collection::<odm::bson::Document>("orders");
    let updates = [
        (doc! { "$set": { "status": "paid" } }, "status"),
        (doc! { "$set": { "text": "y".repeat(500) } }, ""),
        (doc! { "$set": { "lines.1.qty": 2 } }, "qty"),
        (doc! { "$set": { "lines.1.note": "n" } }, ""),
        (doc! { "$unset": { "status": 1 } }, "status"),
        (doc! { "$set": { "lines.0": { "qty": 5 }, "statuses": 1 } }, "qty"),
        (doc! { "$unset": { "statuses": 1 } }, ""),
        (doc! { "$set": { "status": "x", "lines": [] } }, "status qty"),
    ];
    for (update, _) in updates.clone() {
        plain.update_one(doc! { "_id": 1 }, update).await.unwrap();
    }
    let shorten = doc! { "$set": { "lines": { "$slice": ["$lines", 1] } } };
    plain
        .update_one(doc! { "_id": 1 }, doc! { "$set": { "lines": [{ "qty": 1 }, { "qty": 2 }] } })
        .await
        .unwrap();
    plain.update_one(doc! { "_id": 1 }, vec![shorten]).await.unwrap();
    plain.delete_one(doc! { "_id": 1 }).await.unwrap();
    let mut found = [0, 0];
    for (changes, count) in [&mut status, &mut qty].into_iter().zip(&mut found) {
        while let Some(change) = super::soon(changes.next_if_any()).await.unwrap() {
            assert!(matches!(change.event(), Event::Update { .. }));
            *count += 1;
        }
    }
    let touching = |name: &str| updates.iter().filter(|(_, touched)| touched.contains(name)).count();
    assert_eq!(found, [touching("status"), touching("qty") + 2]);
}
