//! Changes whose document does not fit the model: they are returned as errors, and skipped only explicitly.

use odm::{
    Collection, Database,
    bson::{Bson, doc, oid::ObjectId},
    watch::ResumeToken,
};

use super::{Item, insert, inserted, plain, soon};

#[odm_test::test]
async fn an_event_that_does_not_decode_is_repeated_until_it_is_skipped(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    insert(&db, 0..1).await;
    let id = ObjectId::new();
    plain(&db).insert_one(doc! { "_id": id, "n": "seven" }).await.unwrap();
    insert(&db, 2..3).await;

    assert_eq!(inserted(&mut changes, 1).await, [0]);
    assert_eq!(changes.skip(), None, "nothing to skip");
    let before = changes.resume_token().unwrap().clone();
    for _ in 0..3 {
        let error = soon(changes.next()).await.unwrap().unwrap_err();
        assert!(error.is_decode());
        let decode = error.decode_error().unwrap();
        assert_eq!(decode.path(), "fullDocument.n");
        assert_eq!(decode.id(), Some(&Bson::ObjectId(id)));
        assert_eq!(decode.collection(), Some("items"));
        let event = decode.event().unwrap();
        assert_eq!(event.get_document("fullDocument").unwrap().get_str("n").unwrap(), "seven");
        assert!(ResumeToken::of_event(event).unwrap() > before);
        assert_eq!(changes.resume_token(), Some(&before), "the position is before the event");
        assert!(!error.to_string().contains("seven"));
    }

    // Another stream from the same position returns the event again.
    let mut again = items.watch().resume_after(before.clone()).await.unwrap();
    assert!(soon(again.next()).await.unwrap().unwrap_err().is_decode());
    assert!(again.skip().unwrap() > before);
    assert_eq!(inserted(&mut again, 1).await, [2]);

    let skipped = changes.skip().unwrap();
    assert!(changes.resume_token().unwrap() >= &skipped);
    assert_eq!(changes.skip(), None, "once");
    assert_eq!(inserted(&mut changes, 1).await, [2]);
}

#[odm_test::test]
async fn an_event_that_does_not_decode_is_retried_slowly(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    plain(&db).insert_one(doc! { "n": "x" }).await.unwrap();
    let mut errors = 0;
    let busy = async {
        while let Some(change) = changes.next().await {
            assert!(change.is_err());
            errors += 1;
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(2), busy).await;
    assert!(waited.is_err());
    assert!((2..20).contains(&errors), "{errors} errors in two seconds");
}
