//! The lint of queries: planted slow queries are found, and only these.

use std::{fs, process::Command};

use odm::{Database, Filter, Id, Model, models};

use crate::child::{ignored_test, run};

#[derive(Debug, Model)]
#[odm(collection = "parcels", index(city, sent = -1))]
struct Parcel {
    id: Id<Parcel>,
    city: String,
    sent: i64,
    weight: f64,
    #[odm(index)]
    unused: bool,
}

fn parcels(count: i64) -> Vec<Parcel> {
    let parcel = |sent| Parcel {
        id: Id::new(),
        city: if sent % 50 == 0 { "Oslo" } else { "Rome" }.to_owned(),
        sent,
        weight: 1.0,
        unused: false,
    };
    (0..count).map(parcel).collect()
}

async fn planted(db: &Database) -> odm::Result<()> {
    db.schema(models![Parcel]).plan().await?.apply().await?;
    let parcels_of_db = db.collection::<Parcel>();
    parcels_of_db.insert_many(parcels(300)).await?;
    let p = Parcel::fields();
    // Indexed, and reads of everything: not reported.
    let _ = parcels_of_db.find(p.city().eq("Oslo")).sort(p.sent().desc()).await?;
    let _ = parcels_of_db.find(Filter::all()).await?;
    parcels_of_db.get(Id::new()).await?;
    // Slow.
    parcels_of_db.count(p.weight().gt(2)).await?;
    let _ = parcels_of_db.find(p.city().eq("Oslo")).sort(p.weight().asc()).await?;
    parcels_of_db.update_many(p.weight().eq(9), p.unused().set(true)).await?;
    let _ = parcels_of_db.find(p.city().gt("A") & p.weight().eq(7.5)).await?;
    for sent in 0..12 {
        parcels_of_db.find_one(p.city().eq("Oslo") & p.sent().eq(sent)).await?;
    }
    Ok(())
}

#[odm_test::test(lint = "fail")]
#[ignore = "run by another test"]
async fn sends_slow_queries(db: Database) -> odm::Result<()> {
    planted(&db).await
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn sends_slow_queries_without_a_lint_of_its_own(db: Database) -> odm::Result<()> {
    planted(&db).await
}

#[odm_test::test(lint = "fail")]
#[ignore = "run by another test"]
async fn sends_fast_queries(db: Database) -> odm::Result<()> {
    db.schema(models![Parcel]).plan().await?.apply().await?;
    let parcels_of_db = db.collection::<Parcel>();
    parcels_of_db.insert_many(parcels(300)).await?;
    let p = Parcel::fields();
    let _ = parcels_of_db.find(p.city().eq("Oslo")).sort(p.sent().desc()).await?;
    parcels_of_db.delete_many(p.city().eq("Rome")).await?;
    parcels_of_db.count(Filter::all()).await?;
    Ok(())
}

fn of_this_file(name: &str) -> Command {
    ignored_test(&format!("lint::{name}"))
}

/// The planted line that contains `text`.
fn line_of(text: &str) -> usize {
    include_str!("lint.rs").lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn slow_queries_fail_the_test_and_are_named_with_their_line_and_index() {
    let ended = run(&mut of_this_file("sends_slow_queries"));
    assert!(!ended.passed, "{}", ended.output);
    for (text, problem) in [
        (
            "count(p.weight().gt(2))",
            "reads the whole collection: aggregate on `parcels`, filter { weight: { $gt: number } }; declare an index { weight: 1 }",
        ),
        (
            "sort(p.weight().asc())",
            "sorts in memory: find on `parcels`, filter { city: { $eq: string } }, sort { weight: 1 }; declare an index { city: 1, weight: 1 }",
        ),
        (
            "update_many(p.weight()",
            "reads the whole collection: update on `parcels`, filter { weight: { $eq: number } }; declare an index { weight: 1 }",
        ),
        (
            "p.weight().eq(7.5)",
            "examines 300 documents to return 0: find on `parcels`, filter { city: { $gt: string }, weight: { $eq: number } }; declare an index { weight: 1, city: 1 }",
        ),
        (
            "find_one(p.city()",
            "was sent 12 times by one test: find on `parcels`, filter { city: { $eq: string }, sent: { $eq: number } }; load all of it with one query: by `.in_(..)`, `include` or a `lookup`",
        ),
    ] {
        let expected = format!("lint.rs:{}: {problem}", line_of(text));
        assert!(ended.output.contains(&expected), "no `{expected}` in:\n{}", ended.output);
    }
    assert_eq!(ended.output.matches("lint.rs:").count(), 5, "\n{}", ended.output);
}

#[test]
fn the_environment_chooses_the_mode() {
    let silent = run(&mut of_this_file("sends_slow_queries_without_a_lint_of_its_own"));
    assert!(silent.passed && !silent.output.contains("reads the whole collection"), "{}", silent.output);
    let warned =
        run(of_this_file("sends_slow_queries_without_a_lint_of_its_own").env("ODM_TEST_LINT", "warn"));
    assert!(warned.passed && warned.output.contains("reads the whole collection"), "{}", warned.output);
    let wrong = run(of_this_file("sends_slow_queries_without_a_lint_of_its_own").env("ODM_TEST_LINT", "on"));
    assert!(!wrong.passed, "{}", wrong.output);
    assert!(
        wrong.output.contains("ODM_TEST_LINT is `on`; its values are `off`, `warn` and `fail`"),
        "{}",
        wrong.output
    );
}

#[test]
fn fast_queries_pass_and_the_report_names_the_indexes_that_they_do_not_use() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("indexes.txt");
    let ended = run(of_this_file("sends_fast_queries").env("ODM_TEST_LINT_REPORT", &report));
    assert!(ended.passed, "{}", ended.output);
    assert!(fs::read_to_string(&report).unwrap().contains("used parcels.city_1_sent_-1"));
    assert_eq!(odm_test::unused_indexes(&report).unwrap(), ["parcels.unused_1"]);
    let error = odm_test::unused_indexes(folder.path().join("none")).unwrap_err();
    assert!(error.to_string().contains("cannot read the report of the lint"), "{error}");
}
