//! Subscribers: what each receives, and how many cursors there are.

use std::{collections::BTreeSet, time::Duration};

use odm::{
    Collection, Database, Filter, Model,
    bson::{DateTime, doc},
    live::{OnLag, Subscriber},
    mongodb::options::FullDocumentBeforeChangeType,
    subscribe::OnInvalidate,
    watch::Event,
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Order, delete, insert, next, open, opening, plain, set};
use crate::watch::soon;

/// Returns the ids of the next changes, and what is known about the document.
async fn received(changes: &mut Subscriber<Order>, count: usize) -> Vec<(i32, Option<bool>, Option<bool>)> {
    let mut received = Vec::new();
    for _ in 0..count {
        let change = next(changes).await;
        received.push((*change.id().unwrap(), change.matches(), change.matched_before()));
    }
    received
}

#[odm_test::test]
async fn each_subscriber_receives_the_changes_of_its_filter(db: Database) {
    let fan_out = open(&db).await;
    let o = Order::fields();
    let mut open = fan_out.subscriber(o.status().eq("open")).open().unwrap();
    let mut large = fan_out.subscriber(o.total().gte(100)).open().unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    insert(&db, 1, "open", 5).await;
    insert(&db, 2, "paid", 500).await;
    set(&db, 1, doc! { "status": "paid" }).await;
    delete(&db, 2).await;
    assert_eq!(
        received(&mut open, 3).await,
        [(1, Some(true), Some(false)), (1, Some(false), None), (2, Some(false), None)],
        "the update that closes it, and every delete, because it is not known what matched before"
    );
    assert_eq!(
        received(&mut large, 3).await,
        [(2, Some(true), Some(false)), (1, Some(false), None), (2, Some(false), None)]
    );
    assert_eq!(received(&mut all, 4).await.len(), 4);
}

#[odm_test::test]
async fn pre_images_show_what_matched_before(db: Database) {
    let orders: Collection<Order> = db.collection();
    db.driver()
        .run_command(doc! { "create": "orders", "changeStreamPreAndPostImages": { "enabled": true } })
        .await
        .unwrap();
    let fan_out =
        opening(&orders).full_document_before_change(FullDocumentBeforeChangeType::Required).await.unwrap();
    let mut open = fan_out.subscriber(Order::fields().status().eq("open")).open().unwrap();
    insert(&db, 1, "open", 5).await;
    insert(&db, 2, "paid", 5).await;
    set(&db, 2, doc! { "total": 6 }).await;
    set(&db, 1, doc! { "total": 6 }).await;
    set(&db, 1, doc! { "status": "paid" }).await;
    delete(&db, 2).await;
    set(&db, 2, doc! {}).await;
    insert(&db, 3, "open", 1).await;
    delete(&db, 3).await;
    let before = Some(true);
    // The looked-up document of the second change may be that of the third.
    let change = next(&mut open).await;
    assert_eq!((*change.id().unwrap(), change.matched_before()), (1, Some(false)));
    let change = next(&mut open).await;
    assert_eq!((*change.id().unwrap(), change.matched_before()), (1, before));
    assert_eq!(
        received(&mut open, 3).await,
        [(1, Some(false), before), (3, Some(true), Some(false)), (3, Some(false), before)]
    );
}

#[odm_test::test]
async fn a_thousand_subscribers_share_one_cursor(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders: Collection<Order> = recorded.collection();
    let fan_out = opening(&orders).await.unwrap();
    let o = Order::fields();
    let mut subscribers: Vec<_> =
        (0..1000).map(|n| fan_out.subscriber(o.total().eq(n) | o.total().eq(-1)).open().unwrap()).collect();
    assert_eq!(fan_out.receivers(), 1000);
    for n in (0..1000).step_by(100) {
        insert(&db, n, "open", n).await;
    }
    insert(&db, 1000, "open", -1).await;
    for (n, subscriber) in (0..).zip(&mut subscribers) {
        if n % 100 == 0 {
            assert_eq!(*next(subscriber).await.id().unwrap(), n);
        }
        assert_eq!(*next(subscriber).await.id().unwrap(), 1000);
        assert_eq!(subscriber.waiting(), 0);
    }
    let sent = commands.take();
    let names = |name: &str| sent.iter().filter(|command| command.contains_key(name)).count();
    assert_eq!(names("aggregate"), 1, "{sent:?}");
    assert_eq!(
        sent.iter().find(|command| command.contains_key("aggregate")).unwrap().get_array("pipeline").unwrap(),
        &[doc! { "$changeStream": { "fullDocument": "updateLookup" } }.into()]
    );
    let cursors: BTreeSet<i64> = sent.iter().filter_map(|command| command.get_i64("getMore").ok()).collect();
    assert_eq!(cursors.len(), 1);

    drop(subscribers);
    assert_eq!(fan_out.receivers(), 0);
    drop(fan_out);
    soon(async {
        while !commands.take().iter().any(|command| command.contains_key("killCursors")) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[odm_test::test]
async fn a_subscriber_keeps_the_stream_open(db: Database) {
    let mut all = {
        let fan_out = open(&db).await;
        fan_out.subscriber(Filter::all()).open().unwrap()
    };
    insert(&db, 1, "open", 5).await;
    assert_eq!(*next(&mut all).await.id().unwrap(), 1);
    assert_eq!(all.fan_out().receivers(), 1);
}

#[odm_test::test]
async fn a_new_collection_is_followed_after_a_drop(db: Database) {
    let fan_out = open(&db).await;
    let mut open = fan_out.subscriber(Order::fields().status().eq("open")).open().unwrap();
    insert(&db, 1, "open", 5).await;
    plain(&db).drop().await.unwrap();
    insert(&db, 2, "open", 5).await;
    let mut kinds = Vec::new();
    for _ in 0..4 {
        let change = next(&mut open).await;
        kinds.push((
            change.matches(),
            format!("{:?}", change.event()).split(['(', ' ']).next().unwrap().to_owned(),
        ));
    }
    let kind = |matches, name: &str| (matches, name.to_owned());
    assert_eq!(
        kinds,
        [
            kind(Some(true), "Insert"),
            kind(None, "Drop"),
            kind(None, "Invalidate"),
            kind(Some(true), "Insert")
        ]
    );
}

#[odm_test::test]
async fn the_end_is_received_by_all_and_a_new_fan_out_continues(db: Database) {
    let orders: Collection<Order> = db.collection();
    insert(&db, 1, "open", 5).await;
    let fan_out = opening(&orders).on_invalidate(OnInvalidate::Fail).await.unwrap();
    let mut subscribers: Vec<_> = (0..3).map(|_| fan_out.subscriber(Filter::all()).open().unwrap()).collect();
    plain(&db).drop().await.unwrap();
    insert(&db, 2, "open", 5).await;
    for subscriber in &mut subscribers {
        assert_eq!(next(subscriber).await.event(), &Event::Drop);
        assert_eq!(next(subscriber).await.event(), &Event::Invalidate);
        let error = soon(subscriber.next()).await.unwrap().unwrap_err();
        assert_eq!(error.kind().name(), "Invalidated");
        assert!(soon(subscriber.next()).await.is_none());
    }
    assert_eq!(fan_out.is_running().unwrap_err().kind().name(), "Invalidated");
    let mut late = fan_out.subscriber(Filter::all()).open().unwrap();
    assert_eq!(soon(late.next()).await.unwrap().unwrap_err().kind().name(), "Invalidated");

    let next_one = opening(&orders).start_after(fan_out.resume_token()).await.unwrap();
    let mut all = next_one.subscriber(Filter::all()).open().unwrap();
    assert_eq!(*next(&mut all).await.id().unwrap(), 2);
    assert!(next_one.is_running().unwrap());
}

#[odm_test::test]
async fn a_policy_can_stop_after_a_drop(db: Database) {
    insert(&db, 1, "open", 5).await;
    let fan_out = opening(&db.collection()).on_invalidate(OnInvalidate::Stop).await.unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    plain(&db).drop().await.unwrap();
    assert_eq!(next(&mut all).await.event(), &Event::Drop);
    assert_eq!(next(&mut all).await.event(), &Event::Invalidate);
    assert!(soon(all.next()).await.is_none());
    assert!(!fan_out.is_running().unwrap());
}

#[odm_test::test]
async fn a_document_that_does_not_fit_the_model_is_an_error_in_between(db: Database) {
    let fan_out = open(&db).await;
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    let mut other = fan_out.subscriber(Order::fields().status().eq("other")).open().unwrap();
    plain(&db).insert_one(doc! { "_id": 1, "status": 7 }).await.unwrap();
    insert(&db, 2, "other", 5).await;
    assert!(soon(all.next()).await.unwrap().unwrap_err().is_decode());
    assert_eq!(*next(&mut all).await.id().unwrap(), 2);
    assert_eq!(*next(&mut other).await.id().unwrap(), 2, "the other one does not match");
}

#[odm_test::test]
async fn filters_and_buffers_are_checked_when_they_are_opened(db: Database) {
    let fan_out = open(&db).await;
    let error = fan_out.subscriber(doc! { "$where": "true" }).open().unwrap_err();
    assert!(error.is_not_sent());
    let error = fan_out.subscriber(Filter::all()).buffer(0).open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the buffer of a subscriber needs room for at least one change; nothing was sent"
    );
}

#[odm_test::test]
async fn the_stream_survives_a_killed_cursor(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let fan_out = opening(&recorded.collection::<Order>()).await.unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    insert(&db, 1, "open", 5).await;
    assert_eq!(*next(&mut all).await.id().unwrap(), 1);
    let cursor = soon(async {
        loop {
            if let Some(cursor) = commands.take().iter().find_map(|command| command.get_i64("getMore").ok()) {
                return cursor;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    db.driver().run_command(doc! { "killCursors": "orders", "cursors": [cursor] }).await.unwrap();
    insert(&db, 2, "open", 5).await;
    assert_eq!(*next(&mut all).await.id().unwrap(), 2);
    let before = fan_out.cluster_time().unwrap();
    insert(&db, 3, "open", 5).await;
    assert_eq!(*next(&mut all).await.id().unwrap(), 3);
    assert!(fan_out.cluster_time().unwrap() > before);
    assert!(fan_out.lag() < Duration::from_secs(60));
}

#[odm_test::test]
async fn a_subscriber_continues_after_the_change_that_another_one_received(db: Database) {
    let fan_out = open(&db).await;
    let filter = || Order::fields().status().eq("open");
    let mut first = fan_out.subscriber(filter()).open().unwrap();
    for id in 0..20 {
        insert(&db, id, if id % 2 == 0 { "open" } else { "paid" }, id).await;
    }
    let mut token = None;
    for id in [0, 2, 4] {
        let change = next(&mut first).await;
        assert_eq!(*change.id().unwrap(), id);
        token = Some(change.token().clone());
    }
    // Wherever the fan-out is now, also while changes are written, nothing is missing and nothing comes twice.
    for round in 1..4 {
        let mut again = fan_out.subscriber(filter()).after(token.clone()).open().unwrap();
        for id in 0..10 {
            insert(&db, round * 1000 + id, "open", id).await;
        }
        let expected =
            (6..20).step_by(2).chain((1..=round).flat_map(|round| (0..10).map(move |id| round * 1000 + id)));
        for id in expected {
            assert_eq!(*next(&mut again).await.id().unwrap(), id, "round {round}");
        }
    }
}

#[odm_test::test]
async fn a_subscriber_of_a_fan_out_that_is_behind_receives_nothing_twice(db: Database) {
    let (ahead, behind) = (open(&db).await, open(&db).await);
    let mut first = ahead.subscriber(Filter::all()).open().unwrap();
    // Holds up its fan-out after the first change.
    let slow = behind.subscriber(Filter::all()).buffer(1).on_lag(OnLag::Block).open().unwrap();
    for id in 0..4 {
        insert(&db, id, "open", id).await;
    }
    plain(&db).insert_one(doc! { "_id": 4, "status": 7 }).await.unwrap();
    insert(&db, 5, "open", 5).await;
    let mut token = None;
    for id in [0, 1, 2, 3, 5] {
        if id == 5 {
            assert!(soon(first.next()).await.unwrap().unwrap_err().is_decode());
        }
        let change = next(&mut first).await;
        assert_eq!(*change.id().unwrap(), id);
        token = Some(change.token().clone());
    }
    let mut again = behind.subscriber(Filter::all()).after(token).open().unwrap();
    insert(&db, 6, "open", 6).await;
    drop(slow);
    insert(&db, 7, "open", 7).await;
    for id in [6, 7] {
        assert_eq!(*next(&mut again).await.id().unwrap(), id);
    }
}

/// A model whose documents are in a scope.
#[derive(Debug, Clone, Model)]
#[odm(collection = "notes")]
struct Note {
    id: i32,
    #[odm(tenant)]
    shop: String,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

#[odm_test::test]
async fn a_subscriber_receives_the_changes_of_its_scope(db: Database) {
    let notes = db.collection::<Note>().all_tenants();
    let fan_out = notes.fan_out().max_await_time(Duration::from_millis(50)).await.unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    let mut oslo = fan_out.subscriber(Filter::all()).scope(&notes.tenant("oslo")).open().unwrap();
    let mut deleted = fan_out.subscriber(Filter::all()).scope(&notes.with_deleted()).open().unwrap();
    for (id, shop) in [(1, "oslo"), (2, "bergen")] {
        let note = Note { id, shop: shop.to_owned(), deleted_at: None };
        notes.insert_one(&note).await.unwrap();
    }
    notes.delete_one(Note::fields().id().eq(1)).await.unwrap();
    notes.restore(Note::fields().id().eq(1)).await.unwrap();
    notes.update_one(Note::fields().id().eq(1), Note::fields().shop().set("bergen")).await.unwrap();
    let mut received = Vec::new();
    for (subscriber, count) in [(&mut all, 5), (&mut oslo, 4), (&mut deleted, 5)] {
        let mut changes = Vec::new();
        for _ in 0..count {
            let change = soon(subscriber.next()).await.unwrap().unwrap();
            changes.push((*change.id().unwrap(), change.matches()));
        }
        received.push(changes);
    }
    let (yes, no) = (Some(true), Some(false));
    // The document that is looked up may already be that of a later update.
    assert_eq!(received[2], [(1, yes), (2, yes), (1, yes), (1, yes), (1, yes)]);
    assert_eq!((&received[0][..2], received[0][4]), (&[(1, yes), (2, yes)][..], (1, yes)));
    assert_eq!((received[1][0], received[1][3]), ((1, yes), (1, no)));
}

#[odm_test::test]
async fn a_document_that_is_deleted_softly_matches_no_more(db: Database) {
    let notes = db.collection::<Note>().all_tenants();
    let fan_out = notes.fan_out().max_await_time(Duration::from_millis(50)).await.unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    notes.insert_one(&Note { id: 1, shop: "oslo".to_owned(), deleted_at: None }).await.unwrap();
    notes.delete_one(Note::fields().id().eq(1)).await.unwrap();
    assert_eq!(soon(all.next()).await.unwrap().unwrap().matches(), Some(true));
    let change = soon(all.next()).await.unwrap().unwrap();
    assert_eq!((change.matches(), change.matched_before()), (Some(false), None));
    assert!(matches!(change.event(), Event::Update { .. }));
}
