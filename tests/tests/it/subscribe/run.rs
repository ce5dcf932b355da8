//! Handlers: retries, dead letters, and a graceful end.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use odm::{
    Collection, Database, ErrorKind,
    bson::{Document, doc},
    subscribe::{Incident, Phase},
    watch::Event,
};
use tokio::sync::oneshot;

use super::{Item, acknowledged, fast, hard_cases::named, insert, plain, silence, soon};
use odm_test::Server;

/// Returns a future that completes when `count` numbers are in the list.
async fn until(seen: &Mutex<Vec<i32>>, count: usize) {
    while seen.lock().unwrap().len() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[odm_test::test]
async fn a_handler_receives_each_change_in_order(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..5).await;
    let seen = Mutex::new(Vec::new());
    soon(
        fast(&items, "billing")
            .run(async |change| {
                if let Event::Insert(item) = change.event() {
                    seen.lock().unwrap().push(item.n);
                }
                Ok(())
            })
            .until(until(&seen, 5))
            .into_future(),
    )
    .await
    .unwrap();
    assert_eq!(*seen.lock().unwrap(), [0, 1, 2, 3, 4]);
    silence(&mut fast(&items, "billing").await.unwrap()).await;
}

#[odm_test::test]
async fn a_failing_handler_is_called_again_and_then_ends_the_run(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..3).await;
    let attempts = Mutex::new(Vec::new());
    let run = fast(&items, "billing")
        .run(async |change| {
            let Event::Insert(item) = change.event() else { return Ok(()) };
            attempts.lock().unwrap().push((item.n, change.attempt()));
            // The second change fails twice, the third always.
            if (item.n == 1 && change.attempt() <= 2) || item.n == 2 {
                return Err(odm::Error::position_store("the handler failed"));
            }
            Ok(())
        })
        .retries(2)
        .backoff(Duration::from_millis(1), Duration::from_millis(2));
    let error = soon(run.into_future()).await.unwrap_err();
    assert!(error.to_string().contains("the handler failed"), "{error}");
    assert_eq!(*attempts.lock().unwrap(), [(0, 1), (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]);
    let mut changes = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [2], "the position is before the change that failed");
}

#[derive(Debug)]
enum Failure {
    Rejected,
    Database(odm::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected => f.write_str("the order was rejected"),
            Self::Database(error) => write!(f, "{error}"),
        }
    }
}

impl From<odm::Error> for Failure {
    fn from(error: odm::Error) -> Self {
        Self::Database(error)
    }
}

#[odm_test::test]
async fn poison_becomes_a_dead_letter(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..2).await;
    plain(&db).insert_one(doc! { "n": "two" }).await.unwrap();
    insert(&db, 3..4).await;
    let seen = Mutex::new(Vec::new());
    let incidents = Arc::new(Mutex::new(Vec::new()));
    let observed = Arc::clone(&incidents);
    let subscribe = fast(&items, "billing").on_incident(move |incident| {
        observed.lock().unwrap().push(incident.clone());
    });
    let monitor = subscribe.monitor();
    soon(
        subscribe
            .try_run(async |change| {
                let Event::Insert(item) = change.event() else { return Ok(()) };
                if item.n == 1 {
                    return Err(Failure::Rejected);
                }
                seen.lock().unwrap().push(item.n);
                Ok(())
            })
            .retries(1)
            .backoff(Duration::ZERO, Duration::ZERO)
            .dead_letters("letters")
            .until(until(&seen, 2))
            .into_future(),
    )
    .await
    .unwrap();
    assert_eq!(*seen.lock().unwrap(), [0, 3]);
    let letters = db.driver().collection::<Document>("letters");
    let rejected = letters.find_one(doc! { "attempts": 2 }).await.unwrap().unwrap();
    assert_eq!(rejected.get_str("reason").unwrap(), "the order was rejected");
    let event = rejected.get_document("event").unwrap();
    assert_eq!(event.get_document("fullDocument").unwrap().get_i32("n").unwrap(), 1);
    let id = rejected.get_document("_id").unwrap();
    assert_eq!(id.get_str("subscription").unwrap(), "billing");
    let undecodable = letters.find_one(doc! { "attempts": 0 }).await.unwrap().unwrap();
    let reason = undecodable.get_str("reason").unwrap();
    assert!(reason.contains("`fullDocument.n`"), "{reason}");
    assert_eq!(letters.count_documents(doc! {}).await.unwrap(), 2);
    let status = monitor.status();
    assert_eq!((status.phase, status.delivered, status.dead_letters), (Phase::Ended, 4, 2));
    let letters =
        incidents.lock().unwrap().iter().filter(|it| matches!(it, Incident::DeadLetter { .. })).count();
    assert_eq!(letters, 2);
    silence(&mut fast(&items, "billing").await.unwrap()).await;
}

#[odm_test::test]
async fn a_run_that_is_stopped_finishes_its_change(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..3).await;
    let (sender, receiver) = oneshot::channel::<()>();
    let sender = Mutex::new(Some(sender));
    let finished = AtomicU32::new(0);
    soon(
        fast(&items, "billing")
            .run(async |_| {
                if let Some(sender) = sender.lock().unwrap().take() {
                    sender.send(()).unwrap();
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                finished.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
            .until(async { drop(receiver.await) })
            .into_future(),
    )
    .await
    .unwrap();
    assert_eq!(finished.load(Ordering::SeqCst), 1);
    let mut changes = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [1, 2]);
}

#[odm_test::test]
async fn a_handler_that_does_not_finish_in_time_is_dropped(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..2).await;
    let start = Instant::now();
    soon(
        fast(&items, "billing")
            .run(async |_| {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok(())
            })
            .until(tokio::time::sleep(Duration::from_millis(300)))
            .grace(Duration::from_millis(100))
            .into_future(),
    )
    .await
    .unwrap();
    assert!(start.elapsed() < Duration::from_secs(30));
    let mut changes = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [0, 1]);
}

#[odm_test::test]
async fn a_run_can_be_spawned(db: Database) {
    let items: Collection<Item> = db.collection();
    let (sender, receiver) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let count = Arc::new(AtomicU32::new(0));
        items
            .subscribe("spawned")
            .run(|_| {
                let count = Arc::clone(&count);
                async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                }
            })
            .until(async move { drop(receiver.await) })
            .await
    });
    sender.send(()).unwrap();
    soon(task).await.unwrap().unwrap();
}

#[odm_test::test]
async fn a_run_begins_although_the_server_is_away_at_first(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("away").await.unwrap();
    let watching = named(&server, &db, "subscribe-away").await;
    let items: Collection<Item> = watching.collection();
    for failure in [
        doc! { "closeConnection": true },
        doc! { "errorCode": 10107 },
        // The claim was made, but not replicated.
        doc! { "writeConcernError": { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting timed out" } },
    ] {
        drop(fast(&items, "billing").await.unwrap());
        insert(&db, 0..1).await;
        let mut data = doc! { "failCommands": ["findAndModify"], "appName": "subscribe-away" };
        data.extend(failure);
        let fail = doc! { "configureFailPoint": "failCommand", "mode": { "times": 3 }, "data": data };
        server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
        let seen = Mutex::new(Vec::new());
        let run = fast(&items, "billing").run(async |change| {
            if let Event::Insert(item) = change.event() {
                seen.lock().unwrap().push(item.n);
            }
            Ok(())
        });
        soon(run.until(until(&seen, 1)).into_future()).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [0]);
    }
    let fail = doc! {
        "configureFailPoint": "failCommand",
        "mode": "alwaysOn",
        "data": { "failCommands": ["findAndModify"], "closeConnection": true, "appName": "subscribe-away" },
    };
    server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
    let run = fast(&items, "billing").max_outage(Duration::from_millis(300)).run(async |_| Ok(()));
    let error = soon(run.into_future()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConnectionLost(_)), "{error:?}");
    // Opening a subscription returns the error at once.
    let error = soon(fast(&items, "billing").into_future()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ConnectionLost(_)), "{error:?}");
}
