//! The status of a subscription: its numbers, also as a logged event.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{Collection, Database, bson::doc, subscribe::Phase};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use super::{Item, acknowledged, fast, insert, next, number, plain};
use crate::watch::soon;

type Fields = BTreeMap<&'static str, String>;

/// Records the events with the status.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<Fields>>>);

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Logged {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("odm") && !metadata.is_span()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Into(&mut fields));
        if fields.get("message").is_some_and(|message| message == "the status of the subscription") {
            self.0.lock().unwrap().push(fields);
        }
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[odm_test::test]
async fn the_status_has_the_throughput(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "billing").await.unwrap();
    let status = changes.status();
    assert!(status.per_second.abs() < f64::EPSILON && status.idle.is_none(), "{status:?}");
    insert(&db, 0..30).await;
    acknowledged(&mut changes, 29).await;
    let waiting = next(&mut changes).await;
    let status = changes.status();
    assert_eq!((status.delivered, status.unacknowledged), (30, 1));
    // On average of the seconds since it was opened, of which there are not many.
    assert!(status.per_second > 0.5 && status.per_second <= 30.0, "{status:?}");
    assert!(status.idle < Some(Duration::from_secs(10)), "{status:?}");
    assert!(status.lag().is_some() && status.position_time().is_some(), "{status:?}");
    waiting.ack();
}

#[odm_test::test]
async fn the_status_is_logged_when_it_is_compared_with_the_oplog(db: Database) {
    let items: Collection<Item> = db.collection();
    let logged = Logged::default();
    let guard = tracing::subscriber::set_default(logged.clone());
    let subscribe = fast(&items, "logged").check_oplog_every(Duration::from_millis(20));
    let mut changes = subscribe.await.unwrap();
    insert(&db, 0..3).await;
    acknowledged(&mut changes, 3).await;
    let fields = soon(async {
        loop {
            let list = std::mem::take(&mut *logged.0.lock().unwrap());
            let is_whole = |fields: &Fields| fields["delivered"] == "3" && fields["unacknowledged"] == "0";
            if let Some(fields) = list.into_iter().find(is_whole) {
                return fields;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    drop(guard);
    let names: Vec<&str> = fields.keys().copied().collect();
    assert_eq!(
        names,
        [
            "dead_letters",
            "delivered",
            "is_falling_behind",
            "lag",
            "message",
            "per_second",
            "phase",
            "position",
            "slack",
            "subscription",
            "unacknowledged",
        ]
    );
    assert_eq!((fields["phase"].as_str(), fields["dead_letters"].as_str()), ("Streaming", "0"));
    assert!(fields["subscription"].contains("logged"), "{fields:?}");
    assert!(fields["slack"].parse::<u64>().is_ok() && fields["lag"].parse::<u64>().is_ok(), "{fields:?}");
}

#[odm_test::test]
async fn the_lag_grows_while_the_handler_does_not_return(db: Database) {
    let items: Collection<Item> = db.collection();
    fast(&items, "hanging").await.unwrap().close().await.unwrap();
    insert(&db, 0..1).await;
    let subscribe = fast(&items, "hanging");
    let monitor = subscribe.monitor();
    let is_behind = async move {
        while monitor.status().lag() < Some(Duration::from_secs(3)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let run = subscribe.run(async |_| std::future::pending().await).grace(Duration::ZERO).until(is_behind);
    soon(run.into_future()).await.unwrap();
}

/// One reply can contain many changes, which are handled later.
#[odm_test::test]
async fn the_lag_counts_from_the_reply_that_contains_a_change(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    fast(&items, "slow").await.unwrap().close().await.unwrap();
    let mut session = db.driver().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let documents = (1..5).map(|n| doc! { "n": n });
    plain(&db).insert_many(documents).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    let subscribe = fast(&items, "slow");
    let (monitor, done) = (subscribe.monitor(), tokio::sync::Notify::new());
    let run = subscribe.run(async |change| {
        if number(&change) == 4 {
            let lag = monitor.status().lag();
            assert!(lag >= Some(Duration::from_millis(1500)), "{lag:?}");
            done.notify_one();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(())
    });
    soon(run.until(done.notified()).into_future()).await.unwrap();
}

#[odm_test::test]
async fn a_run_that_is_aborted_has_ended(db: Database) {
    let items: Collection<Item> = db.collection();
    for partitions in [None, Some(2)] {
        let mut subscribe = fast(&items, if partitions.is_some() { "parts" } else { "one" });
        if let Some(count) = partitions {
            subscribe = subscribe.partitions(count);
        }
        let monitor = subscribe.monitor();
        let task = tokio::spawn(subscribe.run(|_| async { Ok(()) }).into_future());
        let begun = async {
            while monitor.status().phase != Phase::Streaming {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon(begun).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(monitor.status().phase, Phase::Ended);
    }
    let changes = fast(&items, "dropped").await.unwrap();
    let monitor = changes.monitor();
    assert_eq!(monitor.status().phase, Phase::Streaming);
    drop(changes);
    assert_eq!(monitor.status().phase, Phase::Ended);
}
