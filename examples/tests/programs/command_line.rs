//! The command line of a program, and the models that `introspect` writes for the sample data.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use std::process::{Command, Output};

use examples::extended_json;
use odm::{
    Database, Filter, Model,
    bson::{
        Binary, DateTime, Decimal128, Document, RawDocumentBuf, Timestamp, Uuid, doc, oid::ObjectId,
        spec::BinarySubtype,
    },
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
pub(crate) fn shop(server: &Server, db: &Database, arguments: &[&str]) -> Output {
    shop_command(server, db).args(arguments).output().unwrap()
}

fn shop_command(server: &Server, db: &Database) -> Command {
    let (hosts, options) = server.uri().split_once('?').unwrap_or((server.uri(), ""));
    let uri = format!("{}/{}?{options}", hosts.trim_end_matches('/'), db.name());
    let mut command = Command::new(env!("CARGO_BIN_EXE_command-line"));
    command.env("MONGODB_URI", uri);
    command
}

#[track_caller]
pub(crate) fn text(output: &Output, code: i32) -> (String, String) {
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

    let (sampled, _) = text(&shop(&server, &db, &["introspect", "odd.things", "--sample", "2"]), 0);
    let sample = "a sample of 2 of about 4 documents: others may have more fields and other types";
    assert_eq!(sampled.lines().next(), Some(&*format!("// {sample}")));
    let sampled = shop(&server, &db, &["introspect", "odd.things", "--sample", "2", "--json"]);
    assert_eq!(json(&text(&sampled, 0).0)["models"][0]["unsure"][0], sample);

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
    for command in ["plan", "apply", "scan", "verify", "migrate", "introspect", "explain", "diagram"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    assert!(!help.contains("mongodb://"), "{help}");
}

#[odm_test::test]
async fn documents_that_cannot_be_migrated_are_listed(server: Server, db: Database) {
    text(&shop(&server, &db, &["apply"]), 0);
    let orders = db.driver().collection::<Document>("orders");
    orders.insert_one(doc! { "_id": 5, "reference": "A", "euros": 1 }).await.unwrap();
    let (_, errors) = text(&shop(&server, &db, &["migrate"]), 3);
    assert!(errors.contains("1 document cannot be rewritten, all others are"), "{errors}");
    assert!(errors.contains("\n  5: the document with `_id` 5 does not fit the declared type"), "{errors}");
    let (_, errors) = text(&shop(&server, &db, &["migrate", "--json"]), 3);
    let errors = json(&errors);
    assert_eq!((&errors["migration"], &errors["refused"]["count"]), (&"totals-in-cents".into(), &1.into()));
    assert_eq!(errors["refused"]["samples"][0]["id"], 5);
    let (dry, _) = text(&shop(&server, &db, &["migrate", "--dry-run", "--json"]), 3);
    assert_eq!(json(&dry)["migrations"][0]["refused"], 1);
    let (states, _) = text(&shop(&server, &db, &["migrate", "--status"]), 3);
    assert!(states.starts_with("totals-in-cents: "), "{states}");

    orders.delete_one(doc! { "_id": 5 }).await.unwrap();
    text(&shop(&server, &db, &["migrate", "--dry-run"]), 0);
    let (done, _) = text(&shop(&server, &db, &["migrate", "--json", "--wait", "5", "--batch-size", "10"]), 0);
    assert_eq!(json(&done)["applied"][0]["documents"], 0);
    text(&shop(&server, &db, &["migrate", "--status"]), 0);
    text(&shop(&server, &db, &["verify"]), 0);
}

#[odm_test::test]
async fn a_history_that_does_not_fit_hides_no_difference_of_the_schema(server: Server, db: Database) {
    let history = db.driver().collection::<Document>("odm_migrations");
    let applied = odm::bson::DateTime::now();
    history.insert_one(doc! { "_id": "gone", "checksum": "", "applied": applied }).await.unwrap();
    let (missing, errors) = text(&shop(&server, &db, &["verify"]), 1);
    assert!(missing.starts_with("missing: + "), "{missing}");
    assert!(
        errors.contains("the migration `gone` was applied to this database and is not in the list"),
        "{errors}"
    );

    history.update_one(doc! {}, doc! { "$unset": { "applied": "" } }).await.unwrap();
    let (_, errors) = text(&shop(&server, &db, &["migrate"]), 1);
    assert!(errors.ends_with("\n  `migrate --discard-unfinished gone` discards it\n"), "{errors}");
    let (states, _) = text(&shop(&server, &db, &["migrate", "--status"]), 3);
    assert!(states.ends_with("gone: begun, not ended, and not in the list\n"), "{states}");
    text(&shop(&server, &db, &["apply"]), 0);
    text(&shop(&server, &db, &["migrate", "--discard-unfinished", "gone"]), 0);
    text(&shop(&server, &db, &["verify"]), 0);
}

#[odm_test::test]
async fn wrong_arguments_are_json_too(server: Server, db: Database) {
    let (out, errors) = text(&shop(&server, &db, &["--json", "dance"]), 2);
    let error = json(&errors);
    let message = error["error"].as_str().unwrap();
    assert!(message.starts_with("unrecognized subcommand 'dance'"), "{message}");
    assert_eq!(out, "");
    let (_, errors) = text(&shop(&server, &db, &["migrate", "--wait", "soon", "--json"]), 2);
    assert!(json(&errors)["error"].as_str().unwrap().contains("expected a number of seconds"), "{errors}");
    let (help, _) = text(&shop(&server, &db, &["--json", "--help"]), 0);
    assert!(help.starts_with("The schema and the migrations"), "{help}");
}

#[odm_test::test]
async fn the_filter_of_explain_is_extended_json(server: Server, db: Database) {
    let id = ObjectId::from_bytes([1; 12]);
    let uuid = "00112233-4455-6677-8899-aabbccddeeff";
    let document = doc! {
        "_id": id, "uuid": Uuid::parse_str(uuid).unwrap(), "name": "Ada", "at": DateTime::from_millis(1_000),
        "bytes": Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2, 3] },
        "stamp": Timestamp { time: 5, increment: 1 }, "long": 5_i64, "price": "1.5".parse::<Decimal128>().unwrap(),
    };
    let other = doc! { "_id": 2, "uuid": uuid, "name": "Bo" };
    db.driver().collection::<Document>("things").insert_many([document, other]).await.unwrap();
    for filter in [
        r#"{ "_id": { "$oid": "010101010101010101010101" } }"#,
        r#"{ "uuid": { "$uuid": "00112233-4455-6677-8899-aabbccddeeff" } }"#,
        r#"{ "name": { "$regularExpression": { "pattern": "^a", "options": "i" } } }"#,
        r#"{ "name": { "$regex": "^A" } }"#,
        r#"{ "at": { "$date": "1970-01-01T00:00:01Z" } }"#,
        r#"{ "at": { "$date": { "$numberLong": "1000" } } }"#,
        r#"{ "bytes": { "$binary": { "base64": "AQID", "subType": "00" } } }"#,
        r#"{ "stamp": { "$timestamp": { "t": 5, "i": 1 } } }"#,
        r#"{ "long": { "$gt": { "$numberLong": "4" }, "$ne": { "$maxKey": 1 } } }"#,
        r#"{ "price": { "$in": [{ "$numberDecimal": "1.50" }] } }"#,
    ] {
        let (plan, _) = text(&shop(&server, &db, &["explain", "things", filter, "--json"]), 0);
        assert_eq!(json(&plan)["returned"], 1, "{filter}");
    }
    for filter in [
        r#"{ "_id": { "$oid": "xyz" } }"#,
        r#"{ "_id": { "$oid": 5 } }"#,
        r#"{ "uuid": { "$uuid": "0011" } }"#,
        r#"{ "at": { "$date": "yesterday" } }"#,
        r#"{ "stamp": { "$timestamp": { "t": 5 } } }"#,
        r#"{ "long": { "$numberLong": "much" } }"#,
        r#"{ "a": "#,
    ] {
        let (_, errors) = text(&shop(&server, &db, &["explain", "things", filter]), 2);
        assert!(errors.starts_with("error: the filter is not a document of extended JSON: "), "{errors}");
    }
    let wrong = ["explain", "things", "{}", "--sort", r#"{ "a": { "$oid": "1" } }"#];
    let (_, errors) = text(&shop(&server, &db, &wrong), 2);
    assert!(errors.starts_with("error: the sort is not a document of extended JSON: "), "{errors}");
}

/// Only an index on the keys in this order has the order of the sort.
#[odm_test::test]
async fn explain_keeps_the_order_of_a_sort(server: Server, db: Database) {
    let index = doc! { "key": { "b": 1, "a": 1 }, "name": "b_then_a" };
    db.driver().run_command(doc! { "createIndexes": "things", "indexes": [index] }).await.unwrap();
    for (sort, indexes) in [(r#"{ "b": 1, "a": 1 }"#, vec!["b_then_a"]), (r#"{ "a": 1, "b": 1 }"#, vec![])] {
        let arguments = ["explain", "things", "--sort", sort, "--json"];
        let (plan, _) = text(&shop(&server, &db, &arguments), 0);
        assert_eq!(json(&plan)["indexes"], serde_json::json!(indexes), "{sort}");
    }
}

/// As in `shop plan | head -1`, but the reader ends before the command writes.
#[odm_test::test]
async fn a_closed_pipe_is_no_error(server: Server, db: Database) {
    let commands: [(&[&str], i32); 4] =
        [(&["plan"], 0), (&["plan", "--check", "--json"], 3), (&["diagram"], 0), (&["--help"], 0)];
    for (arguments, code) in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = shop_command(&server, &db).args(arguments).stdout(writer).output().unwrap();
        let (_, errors) = text(&ended, code);
        assert_eq!(errors, "", "{arguments:?}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = shop_command(&server, &db).args(["explain", "orders", "[]"]).stderr(writer).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
}
