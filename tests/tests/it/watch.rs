//! Change streams: their events, and their behaviour if something fails.

mod call_site;
mod database;
mod matching;
mod permanent_errors;
mod pipeline;
mod position;
mod resume;
mod typed_events;
mod undecodable_changes;

use std::{future::Future, time::Duration};

use odm::{
    Collection, Database, Id, Model,
    bson::{Document, doc, oid::ObjectId},
    mongodb::options::{
        Collation, FullDocumentBeforeChangeType, FullDocumentType, ReadConcern, ReadPreference,
    },
    watch::{Change, ChangeStream, Definition, Event, TruncatedArray},
};
use odm_integration::commands::Commands;
use odm_test::Server;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "items")]
struct Item {
    id: Id<Item>,
    n: i32,
}

/// Returns the database's items as untyped documents, for the writing side of each test.
fn plain(db: &Database) -> odm::mongodb::Collection<Document> {
    db.driver().collection(Item::COLLECTION)
}

async fn insert(db: &Database, numbers: std::ops::Range<i32>) {
    for n in numbers {
        plain(db).insert_one(doc! { "n": n }).await.unwrap();
    }
}

/// Fails a test that would wait without end.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("an answer within a minute")
}

async fn next(changes: &mut ChangeStream<Item>) -> Change<Item> {
    soon(changes.next()).await.expect("a change, not the end").expect("a change, not an error")
}

/// Returns the numbers of the next inserted items.
async fn inserted(changes: &mut ChangeStream<Item>, count: usize) -> Vec<i32> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        match next(changes).await.into_event() {
            Event::Insert(item) => numbers.push(item.n),
            other => panic!("not an insert: {other:?}"),
        }
    }
    numbers
}

/// Asserts that there are no more events.
async fn silence(changes: &mut ChangeStream<Item>) {
    let more = soon(changes.next_if_any()).await.expect("no error");
    assert!(more.is_none(), "{more:?}");
}

#[odm_test::test]
async fn events_are_typed(db: Database) {
    let items: Collection<Item> = db.collection();
    let id = ObjectId::new();
    let mut changes = items.watch().full_document(FullDocumentType::UpdateLookup).await.unwrap();

    // (So large that the server stores the update as a delta, not as a new document.)
    let stored = doc! { "_id": id, "n": 1, "list": [1, 2, 3, 4], "gone": 1, "text": "x".repeat(200) };
    plain(&db).insert_one(stored).await.unwrap();
    let change = next(&mut changes).await;
    assert_eq!(change.event(), &Event::Insert(Item { id: Id::from(id), n: 1 }));
    assert_eq!(change.id(), Some(&Id::from(id)));
    assert_eq!(change.document_key().unwrap().get_object_id("_id").unwrap(), id);
    assert!(
        change.cluster_time().is_some() && change.wall_time().is_some() && change.transaction().is_none()
    );
    assert_eq!(change.raw().get_str("operationType").unwrap(), "insert");
    // At the end of a batch, the server returns a position after the event, if it has one.
    assert!(changes.resume_token() >= Some(change.token()));

    let shorter = doc! { "$set": { "n": 2, "list": { "$slice": ["$list", 2] } } };
    plain(&db).update_one(doc! { "_id": id }, vec![shorter, doc! { "$unset": "gone" }]).await.unwrap();
    let Event::Update { id: updated, update_description, document, .. } =
        next(&mut changes).await.into_event()
    else {
        panic!("not an update")
    };
    assert_eq!(updated, Id::from(id));
    assert_eq!(update_description.updated_fields, doc! { "n": 2 });
    assert_eq!(update_description.removed_fields, ["gone"]);
    let [TruncatedArray { field, new_size, .. }] = &update_description.truncated_arrays[..] else {
        panic!("{update_description:?}")
    };
    assert_eq!((field.as_str(), *new_size), ("list", 2));
    assert_eq!(document, Some(Item { id: Id::from(id), n: 2 }));

    plain(&db).replace_one(doc! { "_id": id }, doc! { "n": 3 }).await.unwrap();
    let change = next(&mut changes).await;
    assert_eq!(change.event(), &Event::Replace(Item { id: Id::from(id), n: 3 }));
    assert_eq!(change.document().map(|item| item.n), Some(3));

    plain(&db).delete_one(doc! { "_id": id }).await.unwrap();
    let Event::Delete { id: deleted, .. } = next(&mut changes).await.into_event() else {
        panic!("not a delete")
    };
    assert_eq!(deleted, Id::from(id));
}

#[odm_test::test]
async fn an_updated_document_may_be_deleted_before_the_lookup(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().full_document(FullDocumentType::UpdateLookup).await.unwrap();
    insert(&db, 0..1).await;
    plain(&db).update_one(doc! {}, doc! { "$set": { "n": 1 } }).await.unwrap();
    plain(&db).delete_one(doc! {}).await.unwrap();
    next(&mut changes).await;
    let Event::Update { document, .. } = next(&mut changes).await.into_event() else {
        panic!("not an update")
    };
    assert_eq!(document, None);
    assert!(matches!(next(&mut changes).await.event(), Event::Delete { .. }));
}

#[odm_test::test]
async fn images_are_returned_if_the_collection_keeps_them(db: Database) {
    db.driver()
        .run_command(doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } })
        .await
        .unwrap();
    let items: Collection<Item> = db.collection();
    let mut changes = items
        .watch()
        .full_document(FullDocumentType::Required)
        .full_document_before_change(FullDocumentBeforeChangeType::Required)
        .await
        .unwrap();
    insert(&db, 1..2).await;
    plain(&db).update_one(doc! {}, doc! { "$set": { "n": 2 } }).await.unwrap();
    plain(&db).delete_one(doc! {}).await.unwrap();
    assert!(next(&mut changes).await.before().is_none());
    let update = next(&mut changes).await;
    assert_eq!(update.before().map(|item| item.n), Some(1));
    assert_eq!(update.document().map(|item| item.n), Some(2));
    let delete = next(&mut changes).await;
    assert_eq!(delete.before().map(|item| item.n), Some(2));
}

#[odm_test::test]
async fn changes_of_a_transaction_contain_its_number(db: Database) {
    let items: Collection<Item> = db.collection();
    db.driver().create_collection(Item::COLLECTION).await.unwrap();
    let mut changes = items.watch().await.unwrap();
    let mut session = db.driver().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    for n in 0..2 {
        plain(&db).insert_one(doc! { "n": n }).session(&mut session).await.unwrap();
    }
    session.commit_transaction().await.unwrap();
    let (first, second) = (next(&mut changes).await, next(&mut changes).await);
    assert_eq!(first.transaction().unwrap().1, 1);
    assert_eq!(first.transaction(), second.transaction());
    assert_eq!(first.cluster_time(), second.cluster_time());
    assert!(first.token() < second.token());
}

#[odm_test::test]
async fn a_stage_narrows_the_stream(db: Database) {
    let items: Collection<Item> = db.collection();
    let odd = doc! { "$match": { "fullDocument.n": { "$mod": [2, 1] } } };
    let mut changes = items.watch().stage(odd).batch_size(2).await.unwrap();
    insert(&db, 0..10).await;
    assert_eq!(inserted(&mut changes, 5).await, [1, 3, 5, 7, 9]);
    silence(&mut changes).await;
}

#[odm_test::test]
async fn changes_implement_stream(db: Database) {
    use futures_util::{StreamExt, TryStreamExt};
    let items: Collection<Item> = db.collection();
    let changes = items.watch().await.unwrap();
    insert(&db, 0..3).await;
    let tokens: Vec<_> =
        soon(changes.take(3).map_ok(|change| change.token().clone()).try_collect()).await.unwrap();
    assert!(tokens.is_sorted());
}

#[odm_test::test(flavor = "multi_thread")]
async fn changes_can_be_moved_to_a_task(db: Database) {
    let mut changes = db.collection::<Item>().watch().await.unwrap();
    let reading = tokio::spawn(async move { inserted(&mut changes, 2).await });
    insert(&db, 0..2).await;
    assert_eq!(reading.await.unwrap(), [0, 1]);
}

#[odm_test::test]
async fn expanded_events_are_definitions(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut options = odm::mongodb::options::ChangeStreamOptions::default();
    options.show_expanded_events = Some(true);
    let mut changes = items.watch().with_options(options).await.unwrap();
    db.driver().create_collection(Item::COLLECTION).await.unwrap();
    let change = next(&mut changes).await;
    assert!(matches!(change.event(), Event::Definition(Definition::Create { .. })), "{change:?}");
    assert_eq!(change.raw().get_str("operationType").unwrap(), "create");
}

/// The first command of a stream contains its options.
#[odm_test::test]
async fn options_are_sent_in_the_first_command(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let items: Collection<Item> = db.collection();
    let collation = Collation::builder().locale("nb").build();
    let watch = items.watch().comment("why").collation(collation).show_expanded_events(true);
    let watch = watch
        .read_concern(ReadConcern::majority())
        .read_preference(ReadPreference::Nearest { options: None });
    let mut changes = watch.await.unwrap();
    let [sent] = &commands.take_whole()[..] else { panic!("more than one command") };
    assert_eq!(sent.get_str("comment").unwrap(), "why");
    assert_eq!(sent.get_document("collation").unwrap().get_str("locale").unwrap(), "nb");
    assert_eq!(sent.get_document("readConcern").unwrap(), &doc! { "level": "majority" });
    assert_eq!(sent.get_document("$readPreference").unwrap().get_str("mode").unwrap(), "nearest");
    let stage = sent.get_array("pipeline").unwrap()[0].as_document().unwrap();
    assert_eq!(stage, &doc! { "$changeStream": { "showExpandedEvents": true } });

    plain(&db).insert_one(doc! { "n": 1 }).await.unwrap();
    let created = next(&mut changes).await;
    assert!(matches!(created.event(), Event::Definition(Definition::Create { .. })), "{created:?}");
}
