//! Operators beyond comparisons: what each renders to, and that the server finds by it what it finds by the same
//! query written by hand, among documents that miss the field, have null or another type.

use odm::{
    Collection, Database, Filter, Model,
    bson::{Document, doc},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "things")]
struct Thing {
    id: i32,
    name: Option<String>,
    flags: Option<i32>,
    words: Vec<String>,
}

async fn things(db: &Database) -> Collection<Thing> {
    let things = db.collection::<Thing>();
    let raw = things.driver().clone_with_type::<Document>();
    raw.insert_many([
        doc! { "_id": 1, "name": "Crab", "flags": 0b0101, "words": ["red", "crab"] },
        doc! { "_id": 2, "name": "crab\ncake", "flags": 0b0110, "words": ["Cake"] },
        doc! { "_id": 3, "name": null, "flags": null, "words": [] },
        doc! { "_id": 4, "words": [["red"]] },
        doc! { "_id": 5, "name": 7, "flags": "5", "words": "red" },
        doc! { "_id": 6, "name": ["Crab", 1], "flags": [4, 10], "words": null },
        doc! { "_id": 7, "name": "a.b$c", "flags": -1_i64, "words": ["a.b$c"] },
    ])
    .await
    .unwrap();
    things
}

async fn found(things: &Collection<Thing>, filter: Document) -> Vec<i32> {
    let raw = things.driver().clone_with_type::<Document>();
    let mut rows = raw.find(filter).sort(doc! { "_id": 1 }).await.unwrap();
    let mut ids = Vec::new();
    while rows.advance().await.unwrap() {
        ids.push(rows.current().get_i32("_id").unwrap());
    }
    ids
}

#[odm_test::test]
async fn each_operator_finds_what_the_same_query_by_hand_finds(db: Database) {
    let things = things(&db).await;
    let t = Thing::fields();
    let cases: Vec<(Filter<Thing>, Document, &[i32])> = vec![
        (t.name().regex("^crab", ""), doc! { "name": { "$regex": "^crab" } }, &[2]),
        (
            t.name().regex("^CRAB$", "im"),
            doc! { "name": { "$regex": "^CRAB$", "$options": "im" } },
            &[1, 2, 6],
        ),
        (t.name().regex("b.c", "s"), doc! { "name": { "$regex": "b.c", "$options": "s" } }, &[2, 7]),
        (
            !t.name().regex("crab", "i"),
            doc! { "name": { "$not": { "$regex": "crab", "$options": "i" } } },
            &[3, 4, 5, 7],
        ),
        (t.words().any(|w| w.regex("^r", "")), doc! { "words": { "$elemMatch": { "$regex": "^r" } } }, &[1]),
        (t.name().starts_with("a.b$"), doc! { "name": { "$regex": "^a\\.b\\$" } }, &[7]),
        (t.flags().mod_(5, 0), doc! { "flags": { "$mod": [5_i64, 0_i64] } }, &[1, 6]),
        (t.flags().bits_all_set([0, 2]), doc! { "flags": { "$bitsAllSet": [0, 2] } }, &[1, 7]),
        (t.flags().bits_all_clear([0, 3]), doc! { "flags": { "$bitsAllClear": [0, 3] } }, &[2, 6]),
        (t.flags().bits_any_set([1, 3]), doc! { "flags": { "$bitsAnySet": [1, 3] } }, &[2, 6, 7]),
        (t.flags().bits_any_clear([0]), doc! { "flags": { "$bitsAnyClear": [0] } }, &[2, 6]),
        (
            Filter::none_of([t.flags().eq(5), t.name().is_null_or_missing()]),
            doc! { "$nor": [{ "flags": { "$eq": 5 } }, { "name": { "$eq": null } }] },
            &[2, 5, 6, 7],
        ),
        (Filter::none_of([None, None::<Filter<_>>]), doc! {}, &[1, 2, 3, 4, 5, 6, 7]),
        (
            Filter::json_schema(
                doc! { "required": ["flags"], "properties": { "flags": { "bsonType": "int" } } },
            ),
            doc! { "$jsonSchema": { "required": ["flags"], "properties": { "flags": { "bsonType": "int" } } } },
            &[1, 2],
        ),
        (t.flags().eq(5).comment("why"), doc! { "flags": { "$eq": 5 }, "$comment": "why" }, &[1]),
        (Filter::where_("this.flags === 5"), doc! { "$where": "this.flags === 5" }, &[1]),
    ];
    for (filter, by_hand, expected) in cases {
        let rendered = filter.clone().into_document().unwrap();
        assert_eq!(rendered, by_hand, "{filter}");
        assert_eq!(found(&things, rendered).await, expected, "{filter}");
    }
}

#[odm_test::test]
async fn words_are_found_by_a_text_index(db: Database) -> odm::Result<()> {
    let things = things(&db).await;
    let create =
        doc! { "createIndexes": "things", "indexes": [{ "key": { "words": "text" }, "name": "words" }] };
    db.driver().run_command(create).await.unwrap();
    assert_eq!(found(&things, Filter::<Thing>::text("cakes").into_document()?).await, [2]);
    let exact = Filter::<Thing>::text_with("Cake", "none", true, true);
    assert_eq!(
        exact.to_string(),
        r#"{ "$text": { "$search": "Cake", "$language": "none", "$caseSensitive": true, "$diacriticSensitive": true } }"#
    );
    assert_eq!(found(&things, exact.into_document()?).await, [2]);
    Ok(())
}

#[test]
fn a_test_that_looks_like_another_is_not_dropped() {
    let t = Thing::fields();
    assert_eq!(
        (t.name().regex("a", "i") & t.name().regex("a", "")).into_document().unwrap(),
        doc! { "name": { "$regex": "a", "$options": "i" }, "$and": [{ "name": { "$regex": "a" } }] },
    );
    assert_eq!(
        (t.name().eq("a") & t.name().eq("a")).into_document().unwrap(),
        doc! { "name": { "$eq": "a" } }
    );
}

#[test]
fn what_the_server_would_refuse_is_not_sent() {
    let t = Thing::fields();
    for (filter, expected) in [
        (
            t.name().regex("a", "ig"),
            "`name`: expected the options `i`, `m`, `s`, `x` of a regular expression, found `g`",
        ),
        (t.name().regex("a\0", ""), "`name`: expected a regular expression without NUL, found one with NUL"),
        (t.flags().mod_(0, 1), "`flags`: expected a divisor other than zero, found zero"),
        (Filter::sample_rate(1.5), "`$sampleRate`: expected a share from 0 to 1, found another number"),
        (Filter::none_of([t.flags().mod_(0, 1)]), "`flags`: expected a divisor other than zero, found zero"),
    ] {
        let error = filter.into_document().unwrap_err();
        assert_eq!(error.to_string(), format!("cannot be sent: {expected}; nothing was sent"));
        assert!(error.is_not_sent());
    }
}
