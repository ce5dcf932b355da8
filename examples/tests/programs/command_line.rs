//! The command line of a program, and the models that `introspect` writes for the sample data.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use std::process::{Command, Output};

use examples::extended_json;
use odm::{
    Database, Filter, Model,
    bson::{Document, RawDocumentBuf, doc},
};
use odm_test::Server;

#[allow(clippy::struct_field_names, dead_code, unreachable_pub, missing_docs, missing_debug_implementations)]
#[path = "introspected/models.rs"]
#[rustfmt::skip]
mod introspected;

/// What `introspect` prints for the sample data. `ODM_UPDATE_INTROSPECTED=1` writes it.
const MODELS: &str = include_str!("introspected/models.rs");

const SAMPLES: [(&str, &str); 5] = [
    ("accounts", include_str!("../../data/accounts.ndjson")),
    ("customers", include_str!("../../data/customers.ndjson")),
    ("restaurants", include_str!("../../data/restaurants.ndjson")),
    ("students", include_str!("../../data/students.ndjson")),
    ("theaters", include_str!("../../data/theaters.ndjson")),
];

/// Runs the command line. The arguments are those of a user, without the connection string.
fn shop(server: &Server, db: &Database, arguments: &[&str]) -> Output {
    let (hosts, options) = server.uri().split_once('?').unwrap_or((server.uri(), ""));
    let uri = format!("{}/{}?{options}", hosts.trim_end_matches('/'), db.name());
    let mut command = Command::new(env!("CARGO_BIN_EXE_command-line"));
    command.env("MONGODB_URI", uri).args(arguments).output().unwrap()
}

#[track_caller]
fn text(output: &Output, code: i32) -> (String, String) {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{out}{errors}");
    (out, errors)
}

#[track_caller]
fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

async fn insert(db: &Database, collection: &str, documents: Vec<RawDocumentBuf>) {
    db.driver().collection::<RawDocumentBuf>(collection).insert_many(documents).await.unwrap();
}

async fn insert_samples(db: &Database) {
    for (collection, lines) in SAMPLES {
        let documents = extended_json::lines(lines);
        let documents = documents.map(|(_, bytes)| RawDocumentBuf::from_bytes(bytes.unwrap()).unwrap());
        insert(db, collection, documents.collect()).await;
    }
}

async fn reads_all<M: Model>(db: &Database) {
    let collection = db.collection::<M>();
    let total = collection.count(Filter::all()).await.unwrap();
    let read: Vec<M> = collection.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    assert_eq!((u64::try_from(read.len()).unwrap(), total > 0), (total, true));
}

#[odm_test::test]
async fn an_introspected_model_compiles_and_reads_every_document(server: Server, db: Database) {
    insert_samples(&db).await;
    let (models, _) = text(&shop(&server, &db, &["introspect"]), 0);
    if std::env::var_os("ODM_UPDATE_INTROSPECTED").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/introspected/models.rs");
        std::fs::write(path, &models).unwrap();
    }
    assert_eq!(models, MODELS);
    reads_all::<introspected::accounts::Account>(&db).await;
    reads_all::<introspected::customers::Customer>(&db).await;
    reads_all::<introspected::restaurants::Restaurant>(&db).await;
    reads_all::<introspected::students::Student>(&db).await;
    reads_all::<introspected::theaters::Theater>(&db).await;
}

#[odm_test::test]
async fn introspection_names_what_it_is_unsure_of(server: Server, db: Database) {
    let collection = db.driver().collection::<Document>("odd.things");
    collection
        .insert_many([
            doc! { "_id": 1, "type": "a", "self": 1, "2nd": 1_i64, "a b": null, "mixed": [1, "x"], "id": 7, "$x": 1 },
            doc! { "_id": 2, "type": "b", "self": 2.5, "2nd": 2, "empty": [], "mixed": { "a": 1 }, "a.b": 1 },
            doc! { "_id": 3, "keyed": { "1": { "n": 1 }, "2": { "n": 2, "m": null } }, "both": true },
            doc! { "_id": 4, "both": "yes", "nested": { "_id": 1, "id": 2, "none": {} } },
        ])
        .await
        .unwrap();
    let (source, _) = text(&shop(&server, &db, &["introspect", "odd.things"]), 0);
    for line in [
        "#[odm(collection = \"odd.things\")]",
        "    pub id: i32,",
        "    pub r#type: Option<String>,",
        "    // unsure: doubles and integers: all are written as doubles",
        "    pub self_: Option<f64>,",
        "    #[serde(rename = \"2nd\")]",
        "    // unsure: int32 and int64: all are written as int64",
        "    pub field_2nd: Option<i64>,",
        "    // unsure: only null",
        "    pub a_b: Option<Bson>,",
        "    // unsure: values of several types: document, array",
        "    #[serde(rename = \"id\")]",
        "    pub id_: Option<i32>,",
        "    // unsure: only empty arrays",
        "    // unsure: a map: its names look like keys",
        "    pub keyed: Option<HashMap<String, Keyed>>,",
        "    // unsure: a field cannot be declared as \"$x\", so it is not read",
        "    // unsure: a field cannot be declared as \"a.b\", so it is not read",
        "    // missing in 2 of 4 documents",
        "pub enum Both {",
        "    Text(String),",
        "    #[serde(rename = \"_id\")]",
        "    // unsure: only empty documents",
    ] {
        assert!(source.lines().any(|one| one == line), "{line}\n{source}");
    }
    let (json_text, _) = text(&shop(&server, &db, &["introspect", "odd.things", "--json"]), 0);
    let models = json(&json_text);
    assert_eq!(models["models"][0]["collection"], "odd.things");
    assert_eq!(models["models"][0]["source"], source.trim_end().to_owned() + "\n");
    let unsure = models["models"][0]["unsure"].as_array().unwrap();
    assert!(unsure.iter().any(|one| one == "keyed: a map: its names look like keys"), "{unsure:?}");

    let (_, errors) = text(&shop(&server, &db, &["introspect", "nothing"]), 2);
    assert_eq!(errors, "error: the collection `nothing` has no documents\n");
}

#[odm_test::test]
async fn a_plan_with_changes_exits_with_three_if_it_is_checked(server: Server, db: Database) {
    let (plan, _) = text(&shop(&server, &db, &["plan"]), 0);
    assert!(plan.contains("+ orders: create collection [safe]"), "{plan}");
    text(&shop(&server, &db, &["plan", "--check"]), 3);
    let (plan, _) = text(&shop(&server, &db, &["plan", "--check", "--json"]), 3);
    let plan = json(&plan);
    assert_eq!((&plan["pending"], &plan["destructive"]), (&true.into(), &false.into()));
    assert_eq!(plan["changes"][0]["impact"], "safe");
    text(&shop(&server, &db, &["apply"]), 0);
    let (plan, _) = text(&shop(&server, &db, &["plan", "--check"]), 0);
    assert_eq!(plan, "nothing to change\n");
}

#[odm_test::test]
async fn destructive_changes_need_the_flag(server: Server, db: Database) {
    text(&shop(&server, &db, &["apply"]), 0);
    let orders = db.driver().collection::<Document>("orders");
    orders.drop_index("reference_1").await.unwrap();
    let by_hand = doc! { "key": { "reference": 1 }, "name": "reference_1", "unique": true, "sparse": true };
    db.driver().run_command(doc! { "createIndexes": "orders", "indexes": [by_hand] }).await.unwrap();

    let advice = "1 change is destructive: `apply --allow-destructive` makes it\n";
    let (plan, _) = text(&shop(&server, &db, &["plan"]), 0);
    assert!(plan.ends_with(advice), "{plan}");
    let (applied, _) = text(&shop(&server, &db, &["apply"]), 3);
    assert!(applied.ends_with(advice), "{applied}");
    let (applied, _) = text(&shop(&server, &db, &["apply", "--json"]), 3);
    assert_eq!(json(&applied)["left"][0]["impact"], "destructive");
    text(&shop(&server, &db, &["apply", "--allow-destructive"]), 0);
    text(&shop(&server, &db, &["plan", "--check"]), 0);
}

#[odm_test::test]
async fn errors_are_on_standard_error_with_a_code(server: Server, db: Database) {
    let (_, errors) = text(&shop(&server, &db, &["dance"]), 2);
    assert!(errors.contains("unrecognized subcommand 'dance'"), "{errors}");
    let (_, errors) = text(&shop(&server, &db, &["--uri", "mongodb://localhost", "plan"]), 1);
    assert!(errors.starts_with("error: connect: the URI contains no database"), "{errors}");
    let (_, errors) = text(&shop(&server, &db, &["explain", "orders", "[1]"]), 2);
    assert_eq!(errors, "error: the filter is not a document of extended JSON: it is another value\n");
    let command =
        Command::new(env!("CARGO_BIN_EXE_command-line")).env_remove("MONGODB_URI").arg("plan").output();
    let (_, errors) = text(&command.unwrap(), 2);
    assert_eq!(errors, "error: there is no connection string: set `--uri` or the variable `MONGODB_URI`\n");
    let (help, _) = text(&shop(&server, &db, &["--help"]), 0);
    for command in ["plan", "apply", "verify", "migrate", "introspect", "explain", "diagram"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    assert!(!help.contains("mongodb://"), "{help}");
}

#[odm_test::test]
async fn documents_that_cannot_be_migrated_are_listed(server: Server, db: Database) {
    text(&shop(&server, &db, &["apply"]), 0);
    let orders = db.driver().collection::<Document>("orders");
    orders.insert_one(doc! { "_id": 5, "reference": "A", "euros": 1 }).await.unwrap();
    let (_, errors) = text(&shop(&server, &db, &["migrate"]), 1);
    assert!(errors.contains("1 document cannot be rewritten, all others are"), "{errors}");
    assert!(errors.contains("\n  5: the document with `_id` 5 does not fit the declared type"), "{errors}");
    let (_, errors) = text(&shop(&server, &db, &["migrate", "--json"]), 1);
    let errors = json(&errors);
    assert_eq!((&errors["migration"], &errors["refused"]["count"]), (&"totals-in-cents".into(), &1.into()));
    assert_eq!(errors["refused"]["samples"][0]["id"], 5);
    let (dry, _) = text(&shop(&server, &db, &["migrate", "--dry-run", "--json"]), 0);
    assert_eq!(json(&dry)["migrations"][0]["refused"], 1);

    orders.delete_one(doc! { "_id": 5 }).await.unwrap();
    let (done, _) = text(&shop(&server, &db, &["migrate", "--json", "--wait", "5", "--batch-size", "10"]), 0);
    assert_eq!(json(&done)["applied"][0]["documents"], 0);
    text(&shop(&server, &db, &["verify"]), 0);
}
