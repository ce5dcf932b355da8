//! Errors that no retry can solve end the stream, each with its own kind.

use std::time::Duration;

use odm::{
    Collection, Database, ErrorKind,
    bson::doc,
    mongodb::options::FullDocumentBeforeChangeType,
    watch::{Event, ResumeToken},
};

use super::{Item, insert, inserted, next, plain, resume::open_cursors, soon};

#[odm_test::test]
async fn a_dropped_collection_ends_the_stream_and_a_new_one_continues(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = items.watch().await.unwrap();
    plain(&db).drop().await.unwrap();
    assert_eq!(next(&mut changes).await.event(), &Event::Drop);
    let invalidate = next(&mut changes).await;
    assert_eq!(invalidate.event(), &Event::Invalidate);
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "watch on {}.items: the collection was dropped or renamed, so the stream has ended; a new one can \
             `start_after` the last token",
            db.name()
        )
    );
    assert!(soon(changes.next()).await.is_none());
    let token = changes.resume_token().unwrap().clone();
    assert_eq!(&token, invalidate.token());

    insert(&db, 1..3).await;
    let error = items.watch().resume_after(token.clone()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResumeToken), "{error:?}");
    assert_eq!(error.code(), Some(260));
    let mut changes = items.watch().start_after(token).await.unwrap();
    assert_eq!(inserted(&mut changes, 2).await, [1, 2]);
}

#[odm_test::test]
async fn a_cursor_that_is_lost_right_after_an_invalidate_is_reopened(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = items.watch().await.unwrap();
    plain(&db).drop().await.unwrap();
    while soon(changes.next()).await.is_some_and(|change| change.is_ok()) {}
    let mut changes = items.watch().start_after(changes.resume_token().cloned()).await.unwrap();
    let client = db.driver().client();
    let kill = doc! { "killCursors": "items", "cursors": open_cursors(client, &db).await };
    db.driver().run_command(kill).await.unwrap();
    insert(&db, 1..3).await;
    assert_eq!(inserted(&mut changes, 2).await, [1, 2]);
}

#[odm_test::test]
async fn a_hidden_invalidate_event_ends_the_stream(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let only_inserts = doc! { "$match": { "operationType": "insert" } };
    let mut changes = items.watch().stage(only_inserts).await.unwrap();
    plain(&db).drop().await.unwrap();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
    insert(&db, 1..2).await;
    let mut changes = items.watch().start_after(changes.resume_token().cloned()).await.unwrap();
    assert_eq!(inserted(&mut changes, 1).await, [1]);
}

#[odm_test::test]
async fn a_renamed_collection_or_a_dropped_database_ends_the_stream(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = items.watch().await.unwrap();
    let (from, to) = (format!("{}.items", db.name()), format!("{}.things", db.name()));
    let rename = doc! { "renameCollection": from, "to": to };
    db.driver().client().database("admin").run_command(rename).await.unwrap();
    let Event::Rename { to, .. } = next(&mut changes).await.into_event() else { panic!("not a rename") };
    assert_eq!((to.db.as_str(), to.coll.as_str()), (db.name(), "things"));
    assert_eq!(next(&mut changes).await.event(), &Event::Invalidate);

    insert(&db, 1..2).await;
    let mut changes = items.watch().await.unwrap();
    db.driver().drop().await.unwrap();
    let mut seen = Vec::new();
    let error = loop {
        match soon(changes.next()).await.unwrap() {
            Ok(change) => seen.push(change.into_event()),
            Err(error) => break error,
        }
    };
    assert_eq!(seen, [Event::Drop, Event::Invalidate]);
    assert!(matches!(error.kind(), ErrorKind::Invalidated));
}

#[odm_test::test]
async fn an_invalid_token_is_refused_at_once(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    for data in ["zz", "82", "DEADBEEFDEADBEEF", "826B03E2A3000000032B022C0100296E"] {
        let token = ResumeToken::try_from(doc! { "_data": data }).unwrap();
        let error = items.watch().resume_after(token).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidResumeToken), "{data}: {error:?}");
        assert!(error.code().is_some());
    }
    // Well-formed, but from the history of another server.
    let stranger =
        "826B03E2A3000000032B022C0100296E5A10042D44B4D16E4344EF8CACF24E6F2371F1461E5F6964002B020004";
    let token = ResumeToken::try_from(doc! { "_data": stranger }).unwrap();
    let error = items.watch().resume_after(token).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResumeToken | ErrorKind::HistoryLost), "{error:?}");
}

#[odm_test::test]
async fn a_bad_pipeline_is_an_error_at_once(db: Database) {
    let items: Collection<Item> = db.collection();
    let error = items.watch().stage(doc! { "$nope": 1 }).await.unwrap_err();
    assert_eq!(error.code(), Some(40324));
    let error = items.watch().stage(doc! { "$unset": "_id" }).await.unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(
        error.to_string(),
        "the stage `$unset` changes or removes `_id`, which is the resume token of a change: keep it, in a shape \
         as a field `#[odm(id)] token: ResumeToken`; nothing was sent"
    );
}

#[odm_test::test]
async fn a_pipeline_that_removes_the_token_ends_the_stream(db: Database) {
    let items: Collection<Item> = db.collection();
    let unseen = doc! { "$replaceWith": { "$mergeObjects": ["$$ROOT", { "_id": 1 }] } };
    let mut changes = items.watch().stage(unseen).await.unwrap();
    insert(&db, 0..1).await;
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(error.code().is_some(), "{error:?}");
    assert!(soon(changes.next()).await.is_none());
}

#[odm_test::test]
async fn a_missing_required_pre_image_ends_the_stream(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let required = FullDocumentBeforeChangeType::Required;
    let mut changes = items.watch().full_document_before_change(required).await.unwrap();
    plain(&db).delete_one(doc! {}).await.unwrap();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ImageMissing), "{error:?}");
    assert_eq!(error.code(), Some(47));
    assert!(soon(changes.next()).await.is_none());
}

#[odm_test::test]
async fn an_event_that_is_too_large_ends_the_stream(db: Database) {
    db.driver()
        .run_command(doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } })
        .await
        .unwrap();
    let items: Collection<Item> = db.collection();
    plain(&db).insert_one(doc! { "n": 1, "big": "x".repeat(9 << 20) }).await.unwrap();
    let required = FullDocumentBeforeChangeType::Required;
    let mut changes = items.watch().full_document_before_change(required).await.unwrap();
    let before = changes.resume_token().cloned();
    plain(&db).replace_one(doc! {}, doc! { "n": 2, "big": "y".repeat(9 << 20) }).await.unwrap();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::EventTooLarge), "{error:?}");
    assert_eq!(error.code(), Some(10334));
    assert!(soon(changes.next()).await.is_none());
    assert_eq!(changes.resume_token().cloned(), before, "the position is before the event");
}

#[odm_test::test]
async fn a_dropped_stream_closes_its_cursor(db: Database) {
    let items: Collection<Item> = db.collection();
    let client = db.driver().client();
    let changes = items.watch().await.unwrap();
    assert_eq!(open_cursors(client, &db).await.len(), 1);
    drop(changes);
    no_cursor(&db).await;

    // While a call is waiting that the server would not answer for minutes.
    let mut changes = items.watch().max_await_time(Duration::from_secs(300)).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(200), changes.next()).await;
    assert!(waiting.is_err());
    drop(changes);
    no_cursor(&db).await;
}

async fn no_cursor(db: &Database) {
    soon(async {
        while !open_cursors(db.driver().client(), db).await.is_empty() {
            // (The server looks whether a waiting cursor was killed when something is written.)
            db.driver().collection("others").insert_one(doc! { "x": 1 }).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}
