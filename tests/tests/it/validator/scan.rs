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
