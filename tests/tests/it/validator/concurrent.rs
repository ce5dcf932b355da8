//! Validators that several processes apply at once, and that someone changes after the plan was made.

use odm::{
    Database, Id, Model,
    bson::{Document, doc},
    error::SchemaError,
    model::Validator,
    models,
};

use super::{options, with};

#[derive(Debug, Model)]
#[odm(collection = "people", validator)]
struct Person {
    id: Id<Person>,
    #[odm(index, validate(length(min = 1)))]
    name: String,
}

// --- models end here

#[odm_test::test]
async fn several_processes_apply_at_once(db: Database) {
    for round in 0..4 {
        let plan = db.schema(models![Person]).plan().await.unwrap();
        let apply = || async { plan.apply().allow_narrowing().await };
        let (one, two, three, four) = tokio::join!(apply(), apply(), apply(), apply());
        for applied in [one, two, three, four] {
            applied.unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        assert!(db.schema(models![Person]).plan().await.unwrap().is_empty());
        if round % 2 == 0 {
            // The next round sets the validator of a collection that exists.
            let none = doc! { "collMod": "people", "validator": {}, "validationLevel": "strict" };
            db.driver().run_command(none).await.unwrap();
        } else {
            db.driver().run_command(doc! { "drop": "people" }).await.unwrap();
        }
    }
}

#[odm_test::test]
async fn a_collection_that_was_created_without_the_validator_gets_it(db: Database) {
    let plan = db.schema(models![Person]).plan().await.unwrap();
    db.driver().create_collection("people").await.unwrap();
    plan.apply().await.unwrap();
    assert!(db.schema(models![Person]).plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn documents_that_were_inserted_since_are_a_conflict(db: Database) {
    let plan = db.schema(models![Person]).plan().await.unwrap();
    db.driver().collection::<Document>("people").insert_one(doc! { "name": 1 }).await.unwrap();
    let error = plan.apply().await.unwrap_err();
    assert!(matches!(error.schema(), Some(SchemaError::ValidatorConflict { .. })), "{error}");
    let message =
        "the validator of `people` differs from the declared one: it is missing, and there are documents now";
    assert!(error.to_string().ends_with(message), "{error}");
}

#[odm_test::test]
async fn a_validator_that_was_changed_since_is_a_conflict(db: Database) {
    let schema = db.schema(models![Person]);
    schema.plan().await.unwrap().apply().await.unwrap();
    let plan = db.schema(with::<Person>(Validator::new().moderate())).plan().await.unwrap();
    let foreign = doc! { "name": { "$type": "string" } };
    db.driver().run_command(doc! { "collMod": "people", "validator": foreign.clone() }).await.unwrap();
    let error = plan.apply().allow_narrowing().await.unwrap_err();
    let message = "the validator of `people` differs from the declared one: validator by another program -> of the model; \
                   level strict -> moderate";
    assert!(error.to_string().ends_with(message), "{error}");
    assert_eq!(options(&db, "people").await.get_document("validator").unwrap(), &foreign);
}
