//! `created_at` and `updated_at`.

use std::time::{Duration, SystemTime};

use odm::{
    Collection, Database, Filter, Id, Model, Update, Write,
    action::SavedChanges,
    bson::{DateTime, Document, doc},
};

use super::{Clock, all, at, only};

#[derive(Debug, Clone, PartialEq, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    n: i32,
    #[odm(created_at)]
    created_at: Option<DateTime>,
    #[odm(updated_at)]
    updated_at: Option<DateTime>,
}

fn note(n: i32) -> Note {
    Note { id: Id::new(), n, created_at: None, updated_at: None }
}

/// Returns `n` and both times of a document, in milliseconds.
fn times(document: &Document) -> (i32, i64, i64) {
    let time = |name| document.get_datetime(name).unwrap().timestamp_millis();
    (document.get_i32("n").unwrap(), time("createdAt"), time("updatedAt"))
}

#[odm_test::test]
async fn every_write_sets_the_times(db: Database) {
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Note> = db.collection();
    let n = Note::fields();
    let one = note(1);

    clock.set(1);
    notes.insert_one(&one).await.unwrap();
    assert_eq!(times(&only(&notes).await), (1, 1, 1));

    clock.set(2);
    notes.update_one(n.id().eq(one.id), n.n().set(2)).await.unwrap();
    assert_eq!(times(&only(&notes).await), (2, 1, 2));
    clock.set(3);
    notes.update_many(Filter::all(), Update::computed().set(n.n(), |n| (n.n() + 1).to_int())).await.unwrap();
    assert_eq!(times(&only(&notes).await), (3, 1, 3));
    clock.set(4);
    notes.replace_one(n.id().eq(one.id), &Note { n: 4, ..one.clone() }).await.unwrap();
    assert_eq!(times(&only(&notes).await), (4, 1, 4));
    clock.set(5);
    assert!(!notes.save(&Note { n: 5, created_at: Some(at(99)), ..one.clone() }).await.unwrap().is_created());
    assert_eq!(times(&only(&notes).await), (5, 1, 5));
    clock.set(6);
    let after = notes
        .find_one_and_replace(n.id().eq(one.id), &Note { n: 6, ..one.clone() })
        .return_new()
        .await
        .unwrap();
    let expected = Note { id: one.id, n: 6, created_at: Some(at(1)), updated_at: Some(at(6)) };
    assert_eq!(after, Some(expected));
    clock.set(7);
    notes.find_one_and_update(n.id().eq(one.id), n.n().set(7)).await.unwrap();
    assert_eq!(times(&only(&notes).await), (7, 1, 7));
    clock.set(8);
    let writes = (
        Write::update_one(n.id().eq(one.id), n.n().inc(1)),
        Write::save(&Note { n: 9, ..one.clone() }),
        Write::insert_one(&note(10)),
    );
    notes.bulk_write(writes).await.unwrap();
    let times: Vec<_> = all(&notes).await.iter().map(times).collect();
    assert_eq!(times, [(9, 1, 8), (10, 8, 8)]);
}

#[odm_test::test]
async fn an_inserted_document_has_both_times_on_every_path(db: Database) {
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Note> = db.collection();
    let n = Note::fields();
    clock.set(3);
    notes.insert_many([note(1), note(2)]).await.unwrap();
    notes.save(&note(3)).await.unwrap();
    notes.update_one(n.n().eq(4), n.n().inc(0)).or_insert(&note(9)).await.unwrap();
    notes.update_one(n.n().eq(5), n.n().set(5)).upsert(true).await.unwrap();
    notes.update_many(n.n().eq(6), Update::computed().set(n.n(), |_| 6)).upsert(true).await.unwrap();
    notes.replace_one(n.n().eq(7), &note(7)).upsert(true).await.unwrap();
    notes.find_one_and_update(n.n().eq(8), n.n().set(8)).upsert(true).await.unwrap();
    notes.update_one(n.n().eq(9), Update::all_of([None::<Update<Note>>])).or_insert(&note(9)).await.unwrap();
    let mut stored: Vec<_> = all(&notes).await.iter().map(times).collect();
    stored.sort_unstable();
    assert_eq!(stored, [1, 2, 3, 4, 5, 6, 7, 8, 9].map(|n| (n, 3, 3)));
}

/// An update that only inserts a document changes nothing of one that exists.
#[odm_test::test]
async fn an_update_without_changes_does_not_set_the_time(db: Database) {
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Note> = db.collection();
    clock.set(1);
    notes.insert_one(&note(1)).await.unwrap();
    clock.set(2);
    let nothing = Update::all_of([None::<Update<Note>>]);
    notes.update_one(Note::fields().n().eq(1), nothing.clone()).or_insert(&note(1)).await.unwrap();
    assert_eq!(times(&only(&notes).await), (1, 1, 1));
    let error = notes.update_one(Filter::all(), nothing).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("update_one on {}.notes: the update is empty; nothing was sent", db.name())
    );
}

/// What the update writes itself takes precedence.
#[odm_test::test]
async fn an_update_may_set_a_time_itself(db: Database) {
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Note> = db.collection();
    let n = Note::fields();
    clock.set(1);
    notes.insert_one(&note(1)).await.unwrap();
    clock.set(2);
    notes.update_one(Filter::all(), n.updated_at().set(at(50)) + n.created_at().set(at(40))).await.unwrap();
    assert_eq!(times(&only(&notes).await), (1, 40, 50));
    notes.update_one(Filter::all(), Update::computed().set(n.updated_at(), |_| at(60))).await.unwrap();
    assert_eq!(times(&only(&notes).await), (1, 40, 60));
    // A stage that replaces the document keeps the time of the insert.
    notes.update_one(Filter::all(), vec![doc! { "$replaceWith": { "n": 7 } }]).await.unwrap();
    assert_eq!(times(&only(&notes).await), (7, 40, 2));
    notes.update_one(Filter::all(), vec![doc! { "$project": { "n": 1 } }]).await.unwrap();
    assert_eq!(times(&only(&notes).await), (7, 40, 2));
}

/// Documents that were stored before the model had the policy.
#[odm_test::test]
async fn a_document_without_times_gets_them(db: Database) {
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Note> = db.collection();
    let id = Id::<Note>::new();
    notes.driver().insert_one(doc! { "_id": *id.key(), "n": 1 }).await.unwrap();
    clock.set(2);
    notes.update_one(Filter::all(), Note::fields().n().set(2)).await.unwrap();
    assert_eq!(
        notes.get(id).await.unwrap(),
        Some(Note { id, n: 2, created_at: None, updated_at: Some(at(2)) })
    );
    clock.set(3);
    notes.save(&Note { id, ..note(3) }).await.unwrap();
    assert_eq!(times(&only(&notes).await), (3, 3, 3));
}

/// Without a clock of the test, the times are those of this machine.
#[odm_test::test]
async fn the_clock_is_that_of_the_machine(db: Database) {
    let notes: Collection<Note> = db.collection();
    let before = DateTime::now();
    notes.insert_one(&note(1)).await.unwrap();
    let stored = notes.find_one(Filter::all()).await.unwrap().unwrap();
    assert!(stored.created_at >= Some(before) && stored.updated_at <= Some(DateTime::now()));
}

/// The values of a document, including names that an expression would evaluate, are stored as they are.
#[odm_test::test]
async fn a_replacement_is_stored_literally(db: Database) {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "notes")]
    struct Any {
        id: Id<Any>,
        text: String,
        data: Document,
        #[odm(created_at)]
        created_at: Option<DateTime>,
    }
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Any> = db.collection();
    let id = Id::new();
    clock.set(1);
    let data = doc! { "$add": [1, 2], "a.b": "$n", "$literal": { "x": "$$ROOT" }, "empty": {} };
    let mut any = Any { id, text: "$text".into(), data, created_at: None };
    notes.insert_one(&any).await.unwrap();
    any.created_at = Some(at(1));
    assert_eq!(notes.get(id).await.unwrap(), Some(any.clone()));
    any.text = "$$NOW".into();
    clock.set(2);
    notes.save(&any).await.unwrap();
    assert_eq!(notes.get(id).await.unwrap(), Some(any));
}

/// The times of the models may be older than the stored ones, or none.
#[odm_test::test]
async fn save_changes_does_not_store_the_times_of_the_models(db: Database) {
    let (db, clock) = Clock::of(&db);
    let notes: Collection<Note> = db.collection();
    let new = note(1);
    clock.set(1);
    notes.insert_one(&new).await.unwrap();
    let stored = notes.get(new.id).await.unwrap().unwrap();
    clock.set(2);
    let saved = notes.save_changes(&stored, &new).await.unwrap();
    assert!(matches!(saved, odm::action::SavedChanges::Unchanged), "{saved:?}");
    assert_eq!(times(&only(&notes).await), (1, 1, 1));
    let saved = notes.save_changes(&stored, &Note { n: 2, ..new.clone() }).await.unwrap();
    assert_eq!(saved, SavedChanges::Stored);
    assert_eq!(times(&only(&notes).await), (2, 1, 2));
    clock.set(3);
    let saved = notes.save_changes(&new, &Note { n: 3, ..stored }).await.unwrap();
    assert_eq!(saved, SavedChanges::Stored);
    assert_eq!(times(&only(&notes).await), (3, 1, 3));
}

/// The function of a clock returns a moment of any crate.
#[odm_test::test]
async fn a_clock_of_another_type(db: Database) {
    let (seconds, millis) = (1_714_564_800_i64, 1_714_564_800_123_i64);
    let system = SystemTime::UNIX_EPOCH + Duration::from_millis(millis.unsigned_abs());
    let utc = chrono::DateTime::from_timestamp_millis(millis).unwrap();
    let offset = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap() + Duration::from_millis(123);
    let clocks = [
        db.clone().with_clock(move || at(millis)),
        db.clone().with_clock(move || system),
        db.clone().with_clock(move || utc),
        db.clone().with_clock(move || utc.with_timezone(&chrono::FixedOffset::east_opt(3_600).unwrap())),
        db.clone().with_clock(move || offset),
        db.clone().with_clock(move || time::UtcDateTime::from(offset)),
    ];
    for (n, db) in (0..).zip(clocks) {
        let notes: Collection<Note> = db.collection();
        notes.insert_one(&note(n)).await.unwrap();
        let stored = notes.find_one(Note::fields().n().eq(n)).await.unwrap().unwrap();
        assert_eq!((stored.created_at, stored.updated_at), (Some(at(millis)), Some(at(millis))), "{n}");
    }
    let _: Database = db.with_clock(SystemTime::now);
}
