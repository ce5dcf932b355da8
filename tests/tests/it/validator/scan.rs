//! Scans: how many stored documents would break what is declared.

use odm::{
    Database, Model,
    bson::{Bson, Document, doc},
    models,
    schema::{Problem, Scan},
};

#[derive(Debug, Model)]
#[odm(collection = "people", validator)]
struct Person {
    id: i32,
    #[odm(index(unique), validate(length(min = 1)))]
    name: String,
    #[odm(validate(email))]
    email: Option<String>,
    #[odm(index(unique, sparse))]
    tags: Option<Vec<i32>>,
}

#[derive(Debug, Model)]
#[odm(collection = "people", validator(exact_types, deny_unknown_fields))]
#[odm(validate(compare(low <= high)))]
struct Strict {
    id: i32,
    count: i64,
    #[serde(default)]
    name: String,
    low: Option<i32>,
    high: Option<i32>,
}

#[derive(Debug, Model)]
#[odm(collection = "people", validator(action = "warn"))]
struct Warned {
    id: i32,
    #[odm(validate(length(min = 1)))]
    name: String,
}

#[derive(Debug, Model)]
#[odm(collection = "keys", index(a, unique), index(b.c, unique))]
struct Keyed {
    id: i32,
    a: Bson,
    b: Option<Inner>,
}

#[derive(Debug, odm::Embedded)]
struct Inner {
    c: Bson,
}

// --- models end here

async fn insert(db: &Database, documents: Vec<Document>) {
    db.driver().collection::<Document>("people").insert_many(documents).await.unwrap();
}

async fn scan(db: &Database) -> Scan {
    db.schema(models![Person]).scan().await.unwrap()
}

#[odm_test::test]
async fn a_missing_or_clean_collection_is_clean(db: Database) {
    let missing = scan(&db).await;
    assert!(missing.is_clean());
    assert_eq!(missing.to_string(), "people: 0 documents, all as declared");
    insert(&db, vec![doc! { "_id": 1, "name": "a" }, doc! { "_id": 2, "name": "b", "tags": [1, 1] }]).await;
    assert_eq!(scan(&db).await.to_string(), "people: 2 documents, all as declared");
}

#[odm_test::test]
async fn every_kind_of_problem_is_counted_with_samples(db: Database) {
    insert(
        &db,
        vec![
            doc! { "_id": 1, "name": "a", "tags": [1, 2] },
            doc! { "_id": 2, "name": "a", "tags": [2, 3] },
            doc! { "_id": 3, "name": "" },
            doc! { "_id": 4, "name": 5 },
            doc! { "_id": 5 },
            doc! { "_id": 6, "name": "b", "email": "nobody" },
        ],
    )
    .await;
    let scan = scan(&db).await;
    assert!(!scan.is_clean());
    let [people] = scan.collections() else { panic!("{scan}") };
    assert_eq!((people.collection(), people.documents()), ("people", 6));
    let found: Vec<_> =
        people.findings().iter().map(|finding| (finding.problem().clone(), finding.count())).collect();
    let key = |name: &str| format!("{name}_1");
    let problems: Vec<String> = found.iter().map(|(problem, count)| format!("{count} {problem}")).collect();
    assert_eq!(
        problems,
        [
            "2 the model does not read them".to_owned(),
            "2 they violate rules of the model".to_owned(),
            "3 the declared validator would refuse them".to_owned(),
            format!("2 they share a key of the unique index {}, which is missing", key("name")),
            format!("2 they share a key of the unique index {}, which is missing", key("tags")),
        ]
    );
    assert!(matches!(found[3].0, Problem::DuplicateKey { .. }));
    let refused: Vec<_> =
        people.findings()[2].samples().iter().map(|sample| (sample.id().clone(), sample.reason())).collect();
    assert_eq!(refused[0], (Bson::Int32(3), "1 violation: `name` must have at least 1 character"));
    assert!(refused[1].1.contains("`name`"), "{refused:?}");
}

#[odm_test::test]
async fn samples_are_few_and_counts_are_complete(db: Database) {
    insert(&db, (0..50).map(|id| doc! { "_id": id }).collect()).await;
    let scan = scan(&db).await;
    for finding in scan.collections()[0].findings() {
        assert_eq!(finding.count(), 50, "{scan}");
        assert!(finding.samples().len() <= 5, "{scan}");
    }
}

#[odm_test::test]
async fn after_a_clean_scan_nothing_is_refused(db: Database) {
    insert(&db, vec![doc! { "_id": 1, "name": "a" }]).await;
    let schema = db.schema(models![Person]);
    assert!(schema.scan().await.unwrap().is_clean());
    schema.plan().await.unwrap().apply().allow_narrowing().await.unwrap();
    assert!(schema.scan().await.unwrap().is_clean());
    let validated = db.driver().run_command(doc! { "validate": "people" }).await.unwrap();
    assert!(validated.get_bool("valid").unwrap(), "{validated}");
}

#[odm_test::test]
async fn the_reason_of_a_refusal_by_the_server_alone_is_the_part_of_the_validator(db: Database) {
    insert(
        &db,
        vec![
            doc! { "_id": 1, "count": 1_i64, "name": "a", "low": null, "high": null },
            doc! { "_id": 2, "count": 1, "name": "a", "low": null, "high": null },
            doc! { "_id": 3, "count": 1_i64, "low": null, "high": null, "b": 1, "a": 2 },
        ],
    )
    .await;
    let scan = db.schema(models![Strict]).scan().await.unwrap();
    let [finding] = scan.collections()[0].findings() else { panic!("{scan}") };
    let reasons: Vec<&str> = finding.samples().iter().map(odm::schema::Sample::reason).collect();
    assert_eq!(
        reasons,
        [
            "the model accepts it, and the validator refuses `count`, which is stored as int",
            "the model accepts it, and the validator refuses that `name` is missing, undeclared fields (`b`, `a`)",
        ]
    );
}

#[odm_test::test]
async fn a_validator_that_only_warns_refuses_nothing(db: Database) {
    insert(&db, vec![doc! { "_id": 1, "name": "" }]).await;
    let scan = db.schema(models![Warned]).scan().await.unwrap();
    let problems: Vec<_> =
        scan.collections()[0].findings().iter().map(odm::schema::Finding::problem).collect();
    assert_eq!(problems, [&Problem::Rules]);
}

/// The server has another key for an empty array than for null. The scan agrees with it for each pair of values.
#[odm_test::test]
async fn an_empty_array_has_a_key_of_its_own(db: Database) {
    let values = |field: &str| match field {
        "a" => vec![
            doc! {},
            doc! { "a": null },
            doc! { "a": [] },
            doc! { "a": [null] },
            doc! { "a": [[]] },
            doc! { "a": [1, 2] },
            doc! { "a": 2 },
        ],
        _ => vec![
            doc! {},
            doc! { "b": null },
            doc! { "b": [] },
            doc! { "b": [{}] },
            doc! { "b": { "c": null } },
            doc! { "b": { "c": [] } },
            doc! { "b": [{ "c": [] }] },
            doc! { "b": { "c": [1] } },
            doc! { "b": [{ "c": 1 }, { "c": 2 }] },
        ],
    };
    let keys = db.driver().collection::<Document>("keys");
    for (field, path) in [("a", "a"), ("b", "b.c")] {
        let values = values(field);
        for (position, one) in values.iter().enumerate() {
            for other in &values[position..] {
                keys.drop().await.unwrap();
                let documents = [(1, one), (2, other)].map(|(id, value)| {
                    let mut document = doc! { "_id": id };
                    document.extend(value.clone());
                    document
                });
                keys.insert_many(&documents).await.unwrap();
                let scan = db.schema(models![Keyed]).scan().await.unwrap();
                let index = format!("{path}_1");
                let is_found = scan.collections()[0].findings().iter().any(|finding| {
                    matches!(finding.problem(), Problem::DuplicateKey { index: found, .. } if *found == index)
                });
                let unique = odm::mongodb::options::IndexOptions::builder().unique(true).build();
                let index =
                    odm::mongodb::IndexModel::builder().keys(doc! { path: 1 }).options(unique).build();
                let refused = keys.create_index(index).await.is_err();
                assert_eq!(is_found, refused, "{path}: {documents:?}");
            }
        }
    }
}
