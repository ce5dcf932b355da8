//! The lint of queries: planted slow queries are found, and only these.

use std::{fs, process::Command};

use odm::{Database, Embedded, Filter, Id, Model, Shape, bson::doc, models};
use odm_test::Server;

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

/// A program that is no test: the runtime and the database are its own.
#[tokio::test]
#[ignore = "run by another test"]
async fn sends_slow_queries_as_a_program() -> Result<(), Box<dyn std::error::Error>> {
    let db = Server::shared().await?.fresh_database("program").await?;
    planted(&db).await?;
    db.drop_database().await?;
    Ok(())
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
    // No index has the order of computed values.
    let towns = parcels_of_db.aggregate();
    let towns = towns.group(|p| InTownOf { city: p.city(), parcels: odm::pipeline::count() });
    let _ = towns.sort(|town| town.parcels().desc()).await?;
    Ok(())
}

#[derive(Debug, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
}

#[derive(Debug, Model)]
#[odm(collection = "baskets", index(customer))]
struct Basket {
    id: Id<Basket>,
    customer: Id<Customer>,
    lines: Vec<Line>,
    note: String,
}

#[derive(Debug, Embedded)]
struct Line {
    sku: String,
    qty: i64,
}

#[derive(Debug, Shape)]
struct InTown {
    #[odm(id)]
    city: String,
    parcels: i64,
}

#[odm_test::test(lint = "fail")]
#[ignore = "run by another test"]
async fn sends_queries_with_special_advice(db: Database) -> odm::Result<()> {
    db.schema(models![Parcel, Customer, Basket]).plan().await?.apply().await?;
    db.collection::<Parcel>().insert_many(parcels(300)).await?;
    let (customers, baskets) = (db.collection::<Customer>(), db.collection::<Basket>());
    let (b, p) = (Basket::fields(), Parcel::fields());
    for name in 0..12 {
        let customer = Customer { id: Id::new(), name: name.to_string() };
        customers.insert_one(&customer).await?;
        let lines = vec![Line { sku: "tea".to_owned(), qty: 1 }];
        let basket = Basket { id: Id::new(), customer: customer.id, lines, note: String::new() };
        baskets.insert_one(&basket).await?;
    }
    // An element, and branches.
    let _ = baskets.find(b.lines().any(|l| l.sku().eq("tea") & l.qty().gt(100))).await?;
    let _ = baskets.find(b.note().eq("new") | b.lines().qty().gt(5)).await?;
    // Joins.
    let by_name = doc! { "$lookup": { "from": "customers", "localField": "note", "foreignField": "name", "as": "named" } };
    let _ = baskets.aggregate().stage(by_name).await?;
    let in_pipeline = doc! { "$lookup": { "from": "baskets", "let": { "n": "$name" }, "as": "noted", "pipeline": [
        { "$match": { "$expr": { "$eq": ["$note", "$$n"] } } },
    ] } };
    let _ = customers.aggregate().matching(|c| c.id().ne(Id::new())).stage(in_pipeline).await?;
    let by_id = doc! { "$lookup": { "from": "customers", "localField": "customer", "foreignField": "_id", "as": "of" } };
    let _ = baskets.aggregate().stage(by_id).await?;
    // A pipeline that groups the few documents of many.
    let few = db.collection::<Parcel>().aggregate().matching(|p| p.city().gt("A") & p.weight().eq(7.5));
    let _ = few.group(|p| InTownOf { city: p.city(), parcels: odm::pipeline::count() }).await?;
    let _ = db.collection::<Parcel>().find(p.city().eq("Oslo")).await?;
    // Loops over references, in both directions.
    let all: Vec<Basket> = baskets.find(Filter::all()).await?.try_collect().await?;
    for basket in all {
        customers.get(basket.customer).await?;
    }
    let all: Vec<Customer> = customers.find(Filter::all()).await?.try_collect().await?;
    for customer in all {
        baskets.count(b.customer().eq(customer.id)).await?;
    }
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
            "was sent 12 times from one line: find on `parcels`, filter { city: { $eq: string }, sent: { $eq: number } }; load all of `parcels` that is needed with one query: `.in_(..)` on `city` or `sent`, `include` or a `lookup`",
        ),
    ] {
        let expected = format!("lint.rs:{}: {problem}", line_of(text));
        assert!(ended.output.contains(&expected), "no `{expected}` in:\n{}", ended.output);
    }
    assert_eq!(ended.output.matches("lint.rs:").count(), 5, "\n{}", ended.output);
}

#[test]
fn the_advice_is_for_elements_branches_joins_groups_and_references() {
    let ended = run(&mut of_this_file("sends_queries_with_special_advice"));
    assert!(!ended.passed, "{}", ended.output);
    for (text, problem) in [
        (
            "b.lines().any(",
            "reads the whole collection: find on `baskets`, filter { lines: { $elemMatch: { sku: { $eq: string }, qty: { $gt: number } } } }; declare an index { lines.sku: 1, lines.qty: 1 }",
        ),
        (
            "b.note().eq(\"new\") |",
            "reads the whole collection: find on `baskets`, filter { $or: [{ note: { $eq: string } }, { lines.qty: { $gt: number } }] }; declare an index for each branch of `$or`: { note: 1 }, { lines.qty: 1 }",
        ),
        (
            "aggregate().stage(by_name)",
            "reads the whole collection `customers` for a `$lookup`: aggregate on `baskets`, filter {}; declare an index { name: 1 } on `customers`",
        ),
        (
            ".stage(in_pipeline)",
            "reads the whole collection `baskets` for a `$lookup`: aggregate on `customers`, filter { _id: { $ne: objectId } }; declare an index { note: 1 } on `baskets`",
        ),
        (
            "let few =",
            "examines 300 documents to return 0: aggregate on `parcels`, filter { city: { $gt: string }, weight: { $eq: number } }; declare an index { weight: 1, city: 1 }",
        ),
        (
            "customers.get(basket.customer)",
            "was sent 12 times from one line: find on `customers`, filter { _id: objectId }; load all of `customers` that is needed with one query: `include` the reference `customer` of `baskets`",
        ),
        (
            "count(b.customer()",
            "was sent 12 times from one line: aggregate on `baskets`, filter { customer: { $eq: objectId } }; load all of `baskets` that is needed with one query: `include` what refers to `customers` by `customer`, with `referred_by`",
        ),
    ] {
        let expected = format!("lint.rs:{}: {problem}", line_of(text));
        assert!(ended.output.contains(&expected), "no `{expected}` in:\n{}", ended.output);
    }
    assert_eq!(ended.output.matches("lint.rs:").count(), 7, "\n{}", ended.output);
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
fn a_program_that_is_no_test_is_linted_until_it_drops_its_database() {
    let program = || of_this_file("sends_slow_queries_as_a_program");
    let silent = run(&mut program());
    assert!(silent.passed && !silent.output.contains("the lint"), "{}", silent.output);
    let warned = run(program().env("ODM_TEST_LINT", "warn"));
    assert!(warned.passed && warned.output.contains("reads the whole collection"), "{}", warned.output);
    let failed = run(program().env("ODM_TEST_LINT", "fail"));
    assert!(!failed.passed, "{}", failed.output);
    for line in [
        "the lint found slow queries, and the database program-",
        "reads the whole collection: aggregate on `parcels`, filter { weight: { $gt: number } }",
        "sorts in memory: find on `parcels`",
        "was sent 12 times from one line: find on `parcels`",
    ] {
        assert!(failed.output.contains(line), "{line}: {}", failed.output);
    }
    // An index is not needed in a small collection, but a loop is reported there too.
    let small = run(program().env("ODM_TEST_LINT", "fail").env("ODM_TEST_LINT_SMALL", "others, parcels"));
    assert!(!small.passed && small.output.contains("was sent 12 times"), "{}", small.output);
    assert!(!small.output.contains("the whole collection"), "{}", small.output);
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
