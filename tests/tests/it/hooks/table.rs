//! The table of verbs by hooks. A verb that writes and is not in the table fails the test, so a new verb cannot bypass
//! the hooks.

use std::collections::BTreeSet;

use odm::{Database, Model, Update, Write, bson::doc};
use odm_integration::verbs::declared;

use super::{Note, note, take};
use crate::policies::all;

const SET: &str = r#"before_update { "$set": { "n": 5 } }"#;

#[odm_test::test]
async fn every_verb_that_writes_runs_the_hooks(db: Database) {
    let notes = db.collection::<Note>();
    let n = Note::fields();
    let (a, b, c) = (note(1, "a"), note(2, "b"), note(3, "c"));
    let mut seen = BTreeSet::new();
    /// Awaits the call, and compares the hooks that have run.
    macro_rules! runs {
        ($verb:ident: $call:expr => [$($expected:expr),*]) => {{
            seen.insert(stringify!($verb).to_owned());
            let _ = $call.await.unwrap();
            let expected: Vec<String> = vec![$($expected.to_owned()),*];
            assert_eq!(take(&db), expected, "{}", stringify!($call));
        }};
    }
    let set = || n.n().set(5);

    runs!(insert_one: notes.insert_one(&a) => ["before_insert 1", "after_insert 1"]);
    runs!(insert_many: notes.insert_many([&b, &c]) =>
        ["before_insert 2", "before_insert 3", "after_insert 2", "after_insert 3"]);
    runs!(replace_one: notes.replace_one(n.id().eq(a.id), &a) => ["before_replace 1", "after_replace 1 1/0"]);
    runs!(replace_one: notes.replace_one(n.n().eq(77), &a) => ["before_replace 1", "after_replace 1 0/0"]);
    runs!(save: notes.save(&b) => ["before_replace 2", "after_replace 2 1/?"]);
    runs!(save: notes.save(&note(4, "d")) => ["before_replace 4", "after_insert 4"]);
    runs!(update_one: notes.update_one(n.id().eq(a.id), set()) => [SET, "after_update 1/1"]);
    runs!(update_one: notes.update_one(n.id().eq(a.id), Update::computed().set(n.n(), |_| 5)) =>
        [r#"before_update [{ "$set": { "n": 5 } }]"#, "after_update 1/1"]);
    runs!(update_one: notes.update_one(n.n().eq(50), set()).or_insert(&note(6, "f")) =>
        ["before_insert 6", SET, "after_update 0/0 inserted"]);
    runs!(update_many: notes.update_many(n.n().eq(5), set()) =>
        [r#"before_update many { "$set": { "n": 5 } }"#, "after_update many 2/1"]);
    let after = Note { n: 5, ..b.clone() };
    runs!(save_changes: notes.save_changes(&b, &after) => [SET, "after_update 1/1"]);
    runs!(save_changes: notes.save_changes(&after, &after) => []);
    runs!(find_one_and_update: notes.find_one_and_update(n.id().eq(a.id), set()) => [SET, "after_update 1/?"]);
    runs!(find_one_and_update: notes.find_one_and_update(n.n().eq(77), set()) => [SET, "after_update ?/?"]);
    runs!(find_one_and_replace: notes.find_one_and_replace(n.id().eq(a.id), &a) =>
        ["before_replace 1", "after_replace 1 1/?"]);
    runs!(delete_one: notes.delete_one(n.id().eq(a.id)) => ["before_delete", "after_delete 1/?"]);
    runs!(delete_many: notes.delete_many(n.n().eq(3)) => ["before_delete many", "after_delete 1/?"]);
    runs!(find_one_and_delete: notes.find_one_and_delete(n.id().eq(b.id)) => ["before_delete", "after_delete 1/?"]);
    let deleted: Vec<_> =
        all(&notes).await.into_iter().map(|it| it.get_str("text").unwrap().to_owned()).collect();
    assert_eq!(deleted.iter().filter(|text| *text == "deleted").count(), 3, "{deleted:?}");
    runs!(restore: notes.restore(n.id().eq(a.id)) => ["before_update many {}", "after_update many 1/1"]);
    runs!(purge: notes.purge(n.id().eq(b.id)) => ["before_delete many for ever", "after_delete 1/?"]);

    runs!(bulk_write: notes.bulk_write((
        Write::insert_one(&note(7, "g")),
        Write::update_one(n.n().eq(7), set()),
        Write::update_one(n.n().eq(60), set()).or_insert(&note(8, "h")),
        Write::update_many(n.n().eq(5), set()),
        Write::replace_one(n.id().eq(a.id), &a),
        Write::save(&note(9, "i")),
        Write::save(&a),
        Write::delete_one(n.id().eq(a.id)),
        Write::delete_many(n.n().eq(77)),
    )) => [
        "before_insert 7", SET, "before_insert 8", SET, r#"before_update many { "$set": { "n": 5 } }"#,
        "before_replace 1", "before_replace 9", "before_replace 1", "before_delete", "before_delete many",
        "after_insert 7", "after_update ?/?", "after_update ?/? inserted", "after_update many ?/?",
        "after_replace 1 ?/?", "after_insert 9", "after_replace 1 ?/?", "after_delete ?/?", "after_delete ?/?"
    ]);
    assert_eq!(seen, declared("writes"), "the tested verbs, and the verbs in the sources");
    drop(notes.update_one(n.n().eq(5), set()).explain().await.unwrap());
    assert!(take(&db).is_empty(), "an explanation writes nothing");
}

#[odm_test::test]
async fn a_hook_changes_what_is_stored(db: Database) {
    let notes = db.collection::<Note>();
    let n = Note::fields();
    let one = note(1, "upper");
    notes.insert_one(&one).await.unwrap();
    assert_eq!(all(&notes).await[0].get_str("text").unwrap(), "UPPER");
    notes.save(&Note { n: 2, ..one.clone() }).await.unwrap();
    let stored = doc! { "_id": *one.id.key(), "n": 2, "text": "UPPER", "deleted_at": null };
    assert_eq!(all(&notes).await, [stored]);
    notes.update_one(n.id().eq(one.id), n.n().inc(1)).await.unwrap();
    let found = notes.get(one.id).await.unwrap().unwrap();
    assert_eq!((found.n, found.text.as_str()), (3, "by a hook"));
    notes.update_one(n.id().eq(one.id), Update::computed().set(n.n(), |_| 4)).await.unwrap();
    let found = notes.get(one.id).await.unwrap().unwrap();
    assert_eq!((found.n, found.text.as_str()), (4, "by a stage"));
    // A delete is narrowed to small numbers.
    notes.insert_one(&note(200, "large")).await.unwrap();
    assert_eq!(notes.delete_many(n.n().gt(0)).await.unwrap().deleted_count, 1);
}
