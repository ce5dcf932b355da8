//! Plans of validators: created, modified, left alone, dropped.

use odm::{
    Database, Id, Model,
    bson::{Document, doc},
    error::SchemaError,
    model::Validator,
    models,
    schema::{Impact, SchemaChange},
};

use super::{apply, options, with};

#[derive(Debug, Model)]
#[odm(collection = "people", validator)]
struct Person {
    id: Id<Person>,
    #[odm(validate(length(min = 1)))]
    name: String,
}

/// The same collection without a validator.
#[derive(Debug, Model)]
#[odm(collection = "people")]
struct Unvalidated {
    id: Id<Unvalidated>,
}

// --- models end here

async fn lines(db: &Database, models: odm::schema::Models) -> Vec<String> {
    db.schema(models).plan().await.unwrap().iter().map(ToString::to_string).collect()
}

#[odm_test::test]
async fn a_new_collection_is_created_with_its_validator(db: Database) {
    let schema = db.schema(models![Person]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), "+ people: create collection with validator [safe]");
    assert_eq!(plan.apply().await.unwrap().to_string(), "created collection people");
    assert!(schema.plan().await.unwrap().is_empty());
    schema.verify().await.unwrap();
    let options = options(&db, "people").await;
    assert_eq!(options.get_str("validationLevel").unwrap(), "strict");
    assert_eq!(options.get_str("validationAction").unwrap(), "error");
    assert_eq!(
        options.get_document("validator").unwrap().get_document("$jsonSchema").unwrap(),
        &doc! {
            "title": "odm model Person",
            "bsonType": "object",
            "required": ["_id", "name"],
            "properties": { "_id": { "bsonType": "objectId" }, "name": { "bsonType": "string", "minLength": 1 } },
        }
    );
}

#[odm_test::test]
async fn a_validator_for_documents_that_exist_needs_a_flag(db: Database) {
    db.driver().collection::<Document>("people").insert_one(doc! { "name": 1 }).await.unwrap();
    let schema = db.schema(models![Person]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "+ people: create validator [narrowing]\n1 change is narrowing: only `apply().allow_narrowing()` makes it"
    );
    assert!(plan.is_narrowing() && !plan.is_destructive());
    let applied = plan.apply().await.unwrap();
    assert_eq!(applied.to_string(), "left: + people: create validator [narrowing]");
    let error = schema.verify().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "verify on {}: the database lags behind the declared schema; plan and apply: + people: create validator \
             [narrowing]",
            db.name()
        )
    );
    assert!(matches!(error.schema(), Some(SchemaError::Outdated { .. })));
    let applied = plan.apply().allow_narrowing().await.unwrap();
    assert_eq!(applied.to_string(), "created validator of people");
    schema.verify().await.unwrap();
    assert!(plan.apply().allow_narrowing().await.unwrap().is_empty());
}

#[odm_test::test]
async fn a_validator_for_an_empty_collection_is_safe(db: Database) {
    db.driver().create_collection("people").await.unwrap();
    assert_eq!(lines(&db, models![Person]).await, ["+ people: create validator [safe]"]);
    db.driver().collection::<Document>("people").insert_one(doc! { "name": 1 }).await.unwrap();
    let warning = with::<Person>(Validator::new().warn());
    assert_eq!(lines(&db, warning).await, ["+ people: create validator [safe]"]);
}

#[odm_test::test]
async fn level_and_action_are_modified_in_place(db: Database) {
    apply::<Person>(&db).await;
    db.driver().collection::<Document>("people").insert_one(doc! { "name": "a" }).await.unwrap();
    for (validator, line) in [
        (Validator::new().moderate(), "~ people: modify validator: level strict -> moderate [safe]"),
        (
            Validator::new().warn(),
            "~ people: modify validator: level moderate -> strict; action error -> warn [safe]",
        ),
        (Validator::new(), "~ people: modify validator: action warn -> error [narrowing]"),
        (
            Validator::new().deny_unknown_fields(),
            "~ people: modify validator: undeclared fields accepted -> refused [narrowing]",
        ),
        (Validator::new(), "~ people: modify validator: undeclared fields refused -> accepted [safe]"),
    ] {
        let schema = db.schema(with::<Person>(validator));
        let plan = schema.plan().await.unwrap();
        assert_eq!(plan.iter().map(ToString::to_string).collect::<Vec<_>>(), [line]);
        let applied = plan.apply().allow_narrowing().await.unwrap();
        assert_eq!(applied.to_string(), "modified validator of people");
        assert!(schema.plan().await.unwrap().is_empty());
        let options = options(&db, "people").await;
        assert_eq!(options.get_str("validationLevel").unwrap(), validator.level());
        assert_eq!(options.get_str("validationAction").unwrap(), validator.action());
    }
}

#[odm_test::test]
async fn a_validator_of_another_program_is_replaced_only_if_allowed(db: Database) {
    let foreign = doc! { "name": { "$type": "string" } };
    db.driver().create_collection("people").validator(foreign.clone()).await.unwrap();
    let schema = db.schema(models![Person]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "~ people: modify validator: validator by another program -> of the model [destructive]\n\
         1 change is destructive: only `apply().allow_destructive()` makes it"
    );
    plan.apply().allow_narrowing().await.unwrap();
    assert_eq!(options(&db, "people").await.get_document("validator").unwrap(), &foreign);
    plan.apply().allow_destructive().await.unwrap();
    assert!(schema.plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn a_validator_that_no_model_declares_is_left_alone(db: Database) {
    let foreign = doc! { "name": { "$type": "string" } };
    db.driver().create_collection("people").validator(foreign.clone()).await.unwrap();
    let schema = db.schema(models![Unvalidated]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), "? people: validator is not declared");
    assert!(!plan.is_pending());
    plan.apply().allow_destructive().await.unwrap();
    assert_eq!(options(&db, "people").await.get_document("validator").unwrap(), &foreign);
    schema.verify().await.unwrap();

    let known = schema.clone().known_validator::<Unvalidated>();
    assert!(known.plan().await.unwrap().is_empty());

    let drop = schema.drop_undeclared();
    let plan = drop.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "- people: drop validator, which is not declared [destructive]\n\
         1 change is destructive: only `apply().allow_destructive()` makes it"
    );
    let applied = plan.apply().allow_destructive().await.unwrap();
    assert_eq!(applied.to_string(), "dropped validator of people");
    assert!(drop.plan().await.unwrap().is_empty());
    assert!(options(&db, "people").await.get_document("validator").is_err());
}

#[odm_test::test]
async fn the_order_of_keys_and_the_types_of_numbers_are_no_difference(db: Database) {
    apply::<Person>(&db).await;
    let edited = doc! { "$jsonSchema": {
        "properties": {
            "name": { "minLength": 1_i64, "bsonType": ["string"] },
            "_id": { "bsonType": "objectId" },
        },
        "required": ["name", "_id"],
        "bsonType": "object",
        "title": "odm model Person",
    } };
    db.driver().run_command(doc! { "collMod": "people", "validator": edited }).await.unwrap();
    assert!(db.schema(models![Person]).plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn a_time_series_can_have_no_validator(db: Database) {
    let series = doc! { "create": "people", "timeseries": { "timeField": "at" } };
    db.driver().run_command(series).await.unwrap();
    let error = db.schema(models![Person]).plan().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "plan on {}.people: `people` is a time series, which can have no validator: remove it from the model",
            db.name()
        )
    );
    assert!(matches!(error.schema(), Some(SchemaError::TimeSeries { .. })));
    let unvalidated = db.schema(models![Unvalidated]).known_options::<Unvalidated>();
    assert!(unvalidated.plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn the_changes_are_data(db: Database) {
    let plan = db.schema(models![Person]).plan().await.unwrap();
    let change = plan.iter().next().unwrap();
    assert!(matches!(change, SchemaChange::CreateCollection { validator: Some(_), .. }));
    assert_eq!(change.impact(), Some(Impact::Safe));
    assert_eq!(change.validator().unwrap().options(), Validator::new());
    assert_eq!((change.collection(), change.index()), ("people", None));
}

#[odm_test::test]
async fn a_validator_that_is_off_refuses_more_at_any_level(db: Database) {
    let moderate = || with::<Person>(Validator::new().moderate());
    db.schema(moderate()).plan().await.unwrap().apply().await.unwrap();
    db.driver().run_command(doc! { "collMod": "people", "validationLevel": "off" }).await.unwrap();
    assert_eq!(
        lines(&db, moderate()).await,
        ["~ people: modify validator: level off -> moderate [narrowing]"]
    );

    // A validator that only warned has refused nothing, so also a wider one refuses more.
    let warns = doc! { "collMod": "people", "validationLevel": "strict", "validationAction": "warn" };
    db.driver().run_command(warns).await.unwrap();
    assert_eq!(
        lines(&db, moderate()).await,
        ["~ people: modify validator: level strict -> moderate; action warn -> error [narrowing]"]
    );
}
