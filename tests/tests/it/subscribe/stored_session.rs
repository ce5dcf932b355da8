//! The session of transactions, whose id is stored with the position so that another instance can end a transaction.

use std::{future::IntoFuture, pin::pin, sync::Mutex, time::Duration};

use odm::{
    Collection, Database, Id,
    bson::{Bson, Document, doc},
    mongodb::ClientSession,
    subscribe::{Beginning, Subscribe},
    watch::Event,
};
use odm_test::Server;
use tokio::sync::Notify;

use super::{Item, fast, hard_cases::named, insert, soon, stored, transactional::Effect};

/// Runs until a change was handled, and returns the id of the session that was stored meanwhile.
///
/// With `crash`, the future is dropped after `crash`, while the handler still runs.
async fn run(db: &Database, subscribe: Subscribe<Item>, crash: Option<impl Future<Output = ()>>) -> Bson {
    let effects: Collection<Effect> = db.collection();
    let (session, handled) = (Mutex::new(None), Notify::new());
    let is_pending = crash.is_some();
    let run = subscribe.transactional().run(async |change, mut tx| {
        if let Event::Insert(item) = change.event() {
            effects.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
        }
        *session.lock().unwrap() = stored(db, "a").await.get("session").cloned();
        handled.notify_one();
        if is_pending {
            std::future::pending::<()>().await;
        }
        Ok(())
    });
    if let Some(crash) = crash {
        let mut run = pin!(run.into_future());
        tokio::select! {
            ended = &mut run => panic!("{ended:?}"),
            () = handled.notified() => {}
        }
        crash.await;
    } else {
        soon(run.until(handled.notified()).into_future()).await.unwrap();
    }
    session.lock().unwrap().take().expect("a session is stored")
}

/// Takes all sessions that the driver keeps, at least for a process that runs a few commands at once. Returns the one
/// with this id, if it is among them.
async fn taken(db: &Database, id: &Bson) -> Option<ClientSession> {
    let mut sessions = Vec::new();
    for _ in 0..20 {
        sessions.push(db.client().start_session().await.unwrap());
    }
    sessions.into_iter().find(|session| session.id().get("id") == Some(id))
}

async fn reused(db: &Database, id: &Bson) -> ClientSession {
    loop {
        if let Some(session) = taken(db, id).await {
            return session;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[odm_test::test]
async fn a_session_is_used_again_only_after_its_id_was_removed(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("sessions").await.unwrap();
    let app = "subscribe-sessions";
    let watching = named(&server, &db, app).await;
    insert(&db, 0..1).await;
    let items: Collection<Item> = watching.collection();
    let subscribe = fast(&items, "a").begin(Beginning::ExistingDocuments);
    let admin = db.client().database("admin");
    let crash = async {
        let data = doc! { "failCommands": ["update"], "errorCode": 2, "appName": app };
        let fail = doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": data };
        admin.run_command(fail).await.unwrap();
    };
    let id = run(&watching, subscribe, Some(crash)).await;
    for _ in 0..10 {
        assert!(taken(&watching, &id).await.is_none(), "the session is used again, and its id is stored");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(stored(&db, "a").await.get("session"), Some(&id));
    admin.run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    let session = soon(reused(&watching, &id)).await;
    assert!(!stored(&db, "a").await.contains_key("session"));
    drop(session);
    drop(server);
}

#[odm_test::test]
async fn a_blocked_claim_does_not_end_an_unrelated_transaction(db: Database) {
    insert(&db, 0..1).await;
    let items: Collection<Item> = db.collection();
    let lease = Duration::from_millis(200);
    let open = || fast(&items, "a").begin(Beginning::ExistingDocuments).lease(lease);
    let id = run(&db, open(), None::<std::future::Ready<()>>).await;
    let mut session = soon(reused(&db, &id)).await;

    // The transaction of somebody else blocks the claim.
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    session.start_transaction().await.unwrap();
    let update = doc! { "$set": { "note": 1 } };
    positions.update_one(doc! { "_id": "a" }, update).session(&mut session).await.unwrap();
    let mut changes = open().await.unwrap();
    let waited = tokio::time::timeout(Duration::from_millis(1500), changes.next()).await;
    assert!(waited.is_err(), "{waited:?}");
    session.commit_transaction().await.unwrap();

    insert(&db, 1..2).await;
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert!(matches!(change.event(), Event::Insert(item) if item.n == 1), "{change:?}");
    change.ack();
}
