//! The history and the list: what does not fit is an error that names the migration.

use odm::{
    Database, Filter, Model,
    bson::{Document, doc},
    error::MigrationError,
    migrate::{Migration, Migrations},
    migrations,
};

use super::{OldPerson, Person, all, error, insert_old, split, split_names};

fn nothing() -> Migration {
    Migration::step(|db: Database| async move { db.ping().await })
}

fn list<const N: usize>(names: [(&str, &str); N]) -> Migrations {
    let with = |list: Migrations, (name, source): (&str, &str)| list.with(name, source, nothing());
    names.into_iter().fold(Migrations::new(), with)
}

#[odm_test::test]
async fn a_changed_migration_that_was_applied_is_an_error_that_names_it(db: Database) {
    db.migrate(list([("a", "1"), ("b", "1")])).run().await.unwrap();
    db.migrate(list([("a", " 1"), ("b", "1\n")])).verify().await.unwrap();
    let changed = || list([("a", "1"), ("b", "2"), ("c", "1")]);
    let error = error(&db, changed()).await;
    assert_eq!(
        error.kind().to_string(),
        "the migration `b` has changed since it was applied; restore it and add a new one, or, if the change has no \
         effect on documents, accept it with `accept_changed`"
    );
    assert!(matches!(error.migration(), Some(MigrationError::Changed { .. })));
    assert_eq!(error.migration().and_then(MigrationError::migration), Some("b"));
    assert!(db.migrate(changed()).verify().await.is_err());
    let states = db.migrate(changed()).status().await.unwrap();
    let lines: Vec<String> = states.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["a: applied", "b: changed since it was applied", "c: pending"]);

    let done = db.migrate(changed()).accept_changed("b").run().await.unwrap();
    assert_eq!(done.to_string(), "applied c\n");
    db.migrate(changed()).verify().await.unwrap();
}

/// The text of the expression is the source of the checksum.
#[odm_test::test]
async fn a_change_in_a_closure_of_the_list_is_noticed(db: Database) {
    let first = migrations!["a" => Migration::step(|db: Database| async move { db.ping().await })];
    let same = migrations![
        "a" => Migration::step(
            |db: Database| async move { db.ping().await },
        ),
    ];
    let other = migrations!["a" => Migration::step(|_: Database| async move { Ok::<_, odm::Error>(()) })];
    db.migrate(first).run().await.unwrap();
    db.migrate(same).verify().await.unwrap();
    assert!(matches!(error(&db, other).await.migration(), Some(MigrationError::Changed { .. })));
}

#[odm_test::test]
async fn an_unknown_or_a_late_migration_is_an_error_that_names_it(db: Database) {
    db.migrate(list([("a", "1"), ("b", "1")])).run().await.unwrap();
    let unknown = error(&db, list([("a", "1")])).await;
    assert_eq!(
        unknown.kind().to_string(),
        "the migration `b` was applied to this database and is not in the list: is this program older than the database?"
    );
    let late = error(&db, list([("a", "1"), ("late", "1"), ("b", "1")])).await;
    assert_eq!(
        late.kind().to_string(),
        "the migration `late` is not applied and stands before `b`, which is: add new migrations at the end of the list"
    );
    let states = db.migrate(list([("a", "1")])).status().await.unwrap();
    assert_eq!(states[1].to_string(), "b: applied, and not in the list");
    let pending = db.migrate(list([("a", "1"), ("b", "1"), ("c", "1")])).verify().await.unwrap_err();
    assert_eq!(pending.kind().to_string(), "migrations are not applied; run them: `c`");
}

/// A migration that only began may change, and may be discarded if it is not in the list any more.
#[odm_test::test]
async fn an_unfinished_migration_that_is_not_in_the_list_can_be_discarded(db: Database) {
    db.migrate(list([("a", "1")])).run().await.unwrap();
    let fails = Migration::step(|_: Database| async move { Err::<(), _>("not yet") });
    let failing = list([("a", "1")]).with("b", "1", fails);
    error(&db, failing).await;
    let later = || list([("a", "1"), ("c", "1")]);
    let unfinished = error(&db, later()).await;
    assert_eq!(
        unfinished.kind().to_string(),
        "the migration `b` began on this database, did not end, and is not in the list; run it with the program that has \
         it, or, if its partial effect does no harm, discard it with `discard_unfinished`"
    );
    assert!(matches!(unfinished.migration(), Some(MigrationError::Unfinished { .. })));
    assert_eq!(unfinished.migration().and_then(MigrationError::migration), Some("b"));
    let states = db.migrate(later()).status().await.unwrap();
    assert_eq!(states[2].to_string(), "b: begun, not ended, and not in the list");
    assert!(db.migrate(later()).discard_unfinished("b").verify().await.is_err());

    // One that is applied is not discarded, and one in the list continues.
    let applied = db.migrate(list([("c", "1")])).discard_unfinished("a").discard_unfinished("b");
    assert!(matches!(
        applied.run().await.unwrap_err().migration(),
        Some(MigrationError::Unknown { migration, .. }) if migration == "a"
    ));
    let done = db.migrate(later()).discard_unfinished("b").run().await.unwrap();
    assert_eq!(done.to_string(), "applied c\n");
    db.migrate(later()).verify().await.unwrap();
    assert_eq!(all(&db, "odm_migrations").await.len(), 2);
    // Without another change, the discarded one is removed too.
    let fails = Migration::step(|_: Database| async move { Err::<(), _>("not yet") });
    error(&db, later().with("d", "1", fails)).await;
    assert!(db.migrate(later()).discard_unfinished("d").run().await.unwrap().is_empty());
    db.migrate(later()).verify().await.unwrap();
}

#[derive(Debug, Model)]
#[odm(collection = "elsewhere")]
struct Elsewhere {
    id: i32,
}

#[odm_test::test]
async fn a_list_that_cannot_be_run_is_refused_before_anything_is_sent(db: Database) {
    insert_old(&db, 1).await;
    let elsewhere = |old: OldPerson| Elsewhere { id: old.rewrites };
    let cases = [
        (Migrations::new().with("", "", nothing()), "the migration `` has no name"),
        (list([("a", ""), ("a", "")]), "the migration `a` is in the list twice"),
        (
            Migrations::new().with(
                "a",
                "",
                Migration::rewrite(OldPerson::fields().name().eq("A"), elsewhere),
            ),
            "the migration `a` rewrites documents of `people` into documents of `elsewhere`: both models must have one \
             collection",
        ),
        (
            Migrations::new().with("a", "", Migration::rewrite(Filter::all(), split)),
            "the migration `a` has an empty filter: it must match only documents that are not rewritten yet",
        ),
    ];
    for (list, message) in cases {
        let error = error(&db, list).await;
        assert_eq!(error.kind().to_string(), format!("{message}; nothing was sent"));
        assert!(error.is_not_sent());
    }
    assert_eq!(all(&db, "odm_leases").await, Vec::<Document>::new());
}

#[odm_test::test]
async fn the_history_records_each_migration(db: Database) {
    insert_old(&db, 2).await;
    db.migrate(split_names()).run().await.unwrap();
    let [record] = &all(&db, "odm_migrations").await[..] else { panic!() };
    assert_eq!(record.get_str("_id").unwrap(), "split-names");
    assert_eq!((record.get_i64("documents").unwrap(), record.get_i32("number").unwrap()), (2, 0));
    assert_eq!(record.get_str("checksum").unwrap().len(), 16);
    assert!(record.get_datetime("begun").unwrap() <= record.get_datetime("applied").unwrap());
    let [lease] = &all(&db, "odm_leases").await[..] else { panic!() };
    assert!(!lease.contains_key("position") && !lease.contains_key("session"), "{lease}");
    let p = Person::fields();
    assert_eq!(db.collection::<Person>().count(p.rewrites().eq(1)).await.unwrap(), 2);
    assert_eq!(super::count(&db, doc! {}).await, 2);
}
