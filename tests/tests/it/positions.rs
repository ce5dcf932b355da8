//! `matched()`: the array element at the position that the filter matched. The filter must determine the array.

use odm::{
    Database, Embedded, Error, Filter, Model, Write,
    bson::{Bson, doc},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "records")]
struct Record {
    id: i32,
    n: i32,
    vals: Vec<Val>,
    tags: Vec<String>,
    pair: (i32, i32),
    inner: Inner,
    any: Bson,
    foreign: Option<Vec<i32>>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Val {
    value: i32,
    words: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Inner {
    vals: Vec<i32>,
    name: String,
}

fn record() -> Record {
    let val = |value, words: &[&str]| Val { value, words: words.iter().map(|it| (*it).to_owned()).collect() };
    Record {
        id: 1,
        n: 5,
        vals: vec![val(1, &["x"]), val(2, &["y", "z"]), val(3, &[])],
        tags: ["p", "q", "s"].map(str::to_owned).to_vec(),
        pair: (1, 2),
        inner: Inner { vals: vec![7, 8, 9], name: "a".to_owned() },
        any: Bson::Null,
        foreign: None,
    }
}

/// Filters on the array `vals` only, which match its second element.
fn about_vals() -> Vec<Filter<Record>> {
    let r = Record::fields();
    vec![
        r.vals().any(|v| v.value().eq(2)),
        r.vals().value().eq(2),
        r.id().eq(1) & r.n().gt(1) & r.inner().name().eq("a") & r.vals().value().eq(2),
        (r.n().eq(5) | r.n().eq(6)) & r.vals().value().eq(2),
        r.vals().any(|v| v.value().eq(2) & v.words().contains("z")),
        r.vals().value().eq(2) & Filter::<Record>::expr(|r| r.n().gt(1)).comment("why"),
        Filter::raw(doc! { "vals.value": 2 }),
        Filter::raw(doc! { "_id": 1, "$and": [{ "vals": { "$elemMatch": { "value": 2 } } }] }),
        Filter::raw(doc! { "vals.value": 2 }) & r.n().eq(5),
        Filter::raw(doc! { "vals.value": { "$all": [2] } }),
        r.vals().value().eq(2) & !r.vals().value().eq(7) & r.vals().size(3),
        r.vals().value().eq(2) & r.vals().value().ne(7),
        r.vals().value().eq(2) & r.tags().at(2).eq("s"),
    ]
}

/// Filters whose position may be that of another array, or of none.
fn not_about_vals() -> Vec<(Filter<Record>, &'static str)> {
    let r = Record::fields();
    vec![
        (r.vals().value().eq(2) & r.tags().contains("s"), "one that names another array"),
        (r.tags().contains("s") & r.vals().any(|v| v.value().eq(2)), "one that names another array"),
        (r.vals().value().eq(2) & !r.tags().contains("x"), "one that names another array"),
        (r.vals().value().eq(2) & r.tags().size(3), "one that names another array"),
        (r.vals().value().eq(2) & (r.n().eq(9) | r.tags().contains("s")), "one that names another array"),
        (r.vals().value().eq(2) & !(r.n().eq(9) | r.tags().contains("x")), "one that names another array"),
        (r.vals().value().eq(2) & r.inner().vals().contains(9), "one that names another array"),
        (r.vals().value().eq(2) & r.pair().eq((1, 2)), "one that names another array"),
        (r.vals().value().eq(2) & r.any().eq(Bson::Null), "one that names another array"),
        (r.vals().value().eq(2) & r.foreign().is_null(), "one that names another array"),
        (
            Filter::raw(doc! { "vals.value": 2, "tags": "s" }),
            "one that names another field, which may be an array",
        ),
        (
            Filter::raw(doc! { "vals.value": 2, "$or": [{ "n": 5 }] }),
            "one that names another field, which may be an array",
        ),
        (
            r.vals().value().eq(2) & Filter::raw(doc! { "tags": "s" }),
            "one that names another field, which may be an array",
        ),
        (r.n().eq(5), "one that does not name it"),
        (Filter::all(), "one that does not name it"),
        (r.vals().value().ne(7), "one that names it, but no condition on one of its elements"),
        (r.vals().size(3), "one that names it, but no condition on one of its elements"),
        (r.vals().exists(false), "one that names it, but no condition on one of its elements"),
        (
            r.vals().exists(true),
            "one that tests its existence or its type, which is not a condition on an element",
        ),
        (
            r.vals().type_("array"),
            "one that tests its existence or its type, which is not a condition on an element",
        ),
        (
            r.vals().value().eq(2) & r.vals().exists(true),
            "one that tests its existence or its type, which is not a condition on an element",
        ),
        (
            r.vals().words().all(["x", "z"]),
            "two conditions on it, which two elements may meet: join them in one `any`",
        ),
        (
            Filter::raw(doc! { "vals.value": { "$all": [1, 2] } }),
            "two conditions on it, which two elements may meet: join them in one `any`",
        ),
        (
            r.vals().value().eq(2) & r.vals().words().contains("x"),
            "two conditions on it, which two elements may meet: join them in one `any`",
        ),
        (r.vals().value().eq(2) & r.tags().exists(true), "one that names another array"),
        (
            r.vals().value().eq(2) & Filter::json_schema(doc! { "required": ["tags"] }),
            "one with `$jsonSchema`",
        ),
        (Filter::raw(doc! { "_id": 1 }), "one that does not name it"),
    ]
}

fn assert_refused(error: &Error, found: &str) {
    assert!(error.is_not_sent(), "{error}");
    let message = format!(
        "expected a filter that names this array and no other, as `$` is the position that the filter matched; to \
         pick elements by a condition of their own, use `each_where`, found {found}; nothing was sent"
    );
    assert!(error.to_string().ends_with(&message), "{error}\n{message}");
}

#[odm_test::test]
async fn matched_changes_the_element_of_the_array_in_the_filter(db: Database) -> odm::Result<()> {
    let (records, r) = (db.collection::<Record>(), Record::fields());
    let update = || r.vals().matched().value().set(77);
    let mut expected = record();
    expected.vals[1].value = 77;
    for filter in about_vals() {
        let rendered = filter.to_string();
        let fresh = || async {
            records.delete_many(Filter::all()).await?;
            records.insert_one(&record()).await
        };
        fresh().await?;
        records.update_one(filter.clone(), update()).await?;
        assert_eq!(records.get(1).await?.as_ref(), Some(&expected), "{rendered}");
        fresh().await?;
        records.update_many(filter.clone(), update()).await?;
        assert_eq!(records.get(1).await?.as_ref(), Some(&expected), "{rendered}");
        fresh().await?;
        records.bulk_write([Write::update_one(filter.clone(), update())]).await?;
        assert_eq!(records.get(1).await?.as_ref(), Some(&expected), "{rendered}");
        fresh().await?;
        let new = records.find_one_and_update(filter, update()).return_new().await?;
        assert_eq!(new.as_ref(), Some(&expected), "{rendered}");
    }
    Ok(())
}

#[odm_test::test]
async fn every_method_refuses_a_filter_that_does_not_determine_the_array(db: Database) -> odm::Result<()> {
    let (records, r) = (db.collection::<Record>(), Record::fields());
    let new = record();
    records.insert_one(&record()).await?;
    let update = || r.n().inc(1) + r.vals().matched().value().set(77);
    for (filter, found) in not_about_vals() {
        let one = Write::update_one(filter.clone(), update());
        let many = Write::update_many(filter.clone(), update());
        let inserting = Write::update_one(filter.clone(), update()).or_insert(&new);
        for write in [one.into(), many.into(), Write::from(inserting)] {
            let error = records.bulk_write([write]).await.unwrap_err();
            assert!(error.is_not_sent(), "{error}");
            assert_refused(error.bulk_write_error().unwrap().failures()[0].error(), found);
        }
        let across = db.bulk_write().write(Write::update_one(filter.clone(), update())).await.unwrap_err();
        assert!(across.is_not_sent(), "{across}");
        for error in [
            records.update_one(filter.clone(), update()).await.unwrap_err(),
            records.update_one(filter.clone(), update()).or_insert(&new).await.unwrap_err(),
            records.update_one(filter.clone(), update()).upsert(true).await.unwrap_err(),
            records.update_one(filter.clone(), update()).explain().await.unwrap_err(),
            records.find_one_and_update(filter.clone(), update()).await.unwrap_err(),
            records.find_one_and_update(filter.clone(), update()).or_insert(&new).await.unwrap_err(),
        ] {
            assert_refused(&error, found);
        }
        if !filter.is_empty() {
            assert_refused(&records.update_many(filter, update()).await.unwrap_err(), found);
        }
    }
    assert_eq!(records.get(1).await?, Some(record()));
    Ok(())
}

#[odm_test::test]
async fn a_plain_update_is_checked_against_the_arrays_of_a_typed_filter(db: Database) -> odm::Result<()> {
    let (records, r) = (db.collection::<Record>(), Record::fields());
    records.insert_one(&record()).await?;
    let update = || doc! { "$set": { "vals.$.value": 77 } };
    let typed = r.vals().value().eq(2) & r.tags().contains("s");
    assert_refused(&records.update_one(typed, update()).await.unwrap_err(), "one that names another array");
    assert_refused(
        &records.update_one(r.n().eq(5), update()).await.unwrap_err(),
        "one that does not name it",
    );
    // A caller who passes both as documents is responsible for the arrays.
    records.update_one(doc! { "vals.value": 2, "n": 5 }, update()).await?;
    assert_eq!(records.get(1).await?.map(|record| record.vals[1].value), Some(77));
    Ok(())
}

#[odm_test::test]
async fn two_matched_arrays_in_one_update_are_refused(db: Database) -> odm::Result<()> {
    let (records, r) = (db.collection::<Record>(), Record::fields());
    let two = || r.vals().matched().value().set(1) + r.tags().matched().set("x");
    for filter in [r.vals().value().eq(2), r.vals().value().eq(2) & r.tags().contains("s")] {
        assert!(records.update_one(filter, two()).await.unwrap_err().is_not_sent());
    }
    // The position in `words` is not that in `vals`, which the server keeps.
    let words = || r.vals().at(1).words().matched().set("x");
    assert!(records.update_one(r.vals().words().contains("z"), words()).await.unwrap_err().is_not_sent());
    records.insert_one(&record()).await?;
    records.update_one(r.vals().at(1).words().contains("z"), words()).await?;
    assert_eq!(
        records.get(1).await?.map(|record| record.vals[1].words.clone()),
        Some(vec!["y".into(), "x".into()])
    );
    Ok(())
}
