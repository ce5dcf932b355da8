//! Documents that cannot be rewritten, and migrations that do not end.

use odm::{
    Database, Model,
    bson::{Bson, doc},
    error::MigrationError,
    migrate::{Migration, Migrations},
    mongodb::IndexModel,
};

use super::{OldPerson, Person, all, count, error, insert_old, people, split, split_names};

fn names() -> odm::Filter<OldPerson> {
    OldPerson::fields().name().exists(true)
}

#[odm_test::test]
async fn documents_that_are_refused_are_listed_and_all_others_are_rewritten(db: Database) {
    insert_old(&db, 10).await;
    people(&db)
        .insert_many([
            doc! { "_id": 2.5, "name": 7 },
            doc! { "_id": 3.5, "name": "Voltaire" },
            doc! { "_id": 4.5, "name": format!("A {}", "B".repeat(30)) },
            doc! { "_id": 5.5, "name": "changes id" },
            doc! { "_id": 6.5, "name": "Double B" },
            doc! { "_id": 7.5, "name": "Double B" },
        ])
        .await
        .unwrap();
    let unique = IndexModel::builder()
        .keys(doc! { "first": 1 })
        .options(odm::mongodb::options::IndexOptions::builder().unique(true).sparse(true).build())
        .build();
    people(&db).create_index(unique).await.unwrap();
    let rewrite = |old: OldPerson| {
        let id = if old.name == "changes id" { Bson::Int32(99) } else { old.id.clone() };
        split(old).map(|person| Person { id, ..person })
    };
    let list = || Migrations::new().with("split", "", Migration::rewrite(names(), rewrite));
    for size in [1, 4, 1000] {
        let failed = db.migrate(list()).batch_size(size).run().await.unwrap_err();
        assert_eq!(
            failed.kind().to_string(),
            "the migration `split` is not applied: 5 documents cannot be rewritten, all others are; the ids and the \
             reasons are in `Error::migration`"
        );
        let refused = failed.migration().and_then(MigrationError::documents).unwrap();
        assert_eq!(refused.count(), 5);
        let mut reasons: Vec<String> =
            refused.samples().iter().map(|one| format!("{}: {}", one.id(), one.reason())).collect();
        reasons.sort();
        assert!(
            reasons[0].starts_with("2.5: ") && reasons[0].contains("`name`: expected a string"),
            "{reasons:?}"
        );
        assert_eq!(reasons[1], "3.5: Voltaire is one word");
        assert_eq!(reasons[2], "4.5: 1 violation: `last` must have at most 20 characters");
        assert_eq!(reasons[3], "5.5: the function changes the `_id`, which must stay the same");
        assert!(reasons[4].starts_with("7.5: ") && reasons[4].contains("first_1"), "{reasons:?}");
        assert!(!format!("{failed:?}").contains("Voltaire"));
    }
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 11);
    assert_eq!(count(&db, doc! { "name": { "$exists": true } }).await, 5);
    assert_eq!(
        db.migrate(list()).status().await.unwrap()[0].to_string(),
        "split: begun, 11 documents rewritten"
    );

    // Corrected, the migration continues. It has not been applied, so its change is no error.
    people(&db).delete_many(doc! { "name": { "$exists": true } }).await.unwrap();
    let corrected = Migrations::new().with("split", "corrected", Migration::rewrite(names(), split));
    let done = db.migrate(corrected).run().await.unwrap();
    assert_eq!(done.to_string(), "applied split: 11 documents rewritten\n");
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 11);
}

#[odm_test::test]
async fn a_document_that_would_be_rewritten_for_ever_is_an_error(db: Database) {
    insert_old(&db, 3).await;
    let before = all(&db, "people").await;
    let again = |old: OldPerson| OldPerson { visits: old.visits + 1, ..old };
    let failed = error(&db, Migrations::new().with("again", "", Migration::rewrite(names(), again))).await;
    assert_eq!(
        failed.kind().to_string(),
        "the migration `again` rewrites a document so that it still matches the filter of the documents to rewrite; the \
         id is in `Error::migration`"
    );
    let documents = failed.migration().and_then(MigrationError::documents).unwrap();
    assert_eq!((documents.count(), documents.samples()[0].id()), (1, &Bson::Int32(0)));
    assert_eq!(all(&db, "people").await, before);
}

#[odm_test::test]
async fn a_step_that_fails_is_not_applied_and_runs_again(db: Database) {
    let fails = || Migration::step(|_: Database| async move { Err::<(), _>("no coffee") });
    let failed = error(&db, Migrations::new().with("brew", "", fails())).await;
    assert_eq!(
        failed.kind().to_string(),
        "the step `brew` returned an error, which is in `Error::migration` as the `cause`"
    );
    assert_eq!(failed.migration().and_then(|error| error.cause()).unwrap().to_string(), "no coffee");
    let works = Migration::step(|db: Database| async move { db.ping().await });
    let done = db.migrate(Migrations::new().with("brew", "", works)).run().await.unwrap();
    assert_eq!(done.to_string(), "applied brew\n");
}

#[odm_test::test]
async fn migrations_after_one_that_failed_do_not_run(db: Database) {
    people(&db).insert_one(doc! { "_id": 1, "name": "Voltaire" }).await.unwrap();
    let list =
        || split_names().with("later", "", Migration::step(|db: Database| async move { db.ping().await }));
    error(&db, list()).await;
    let lines: Vec<String> =
        db.migrate(list()).status().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["split-names: begun, 0 documents rewritten", "later: pending"]);
}
