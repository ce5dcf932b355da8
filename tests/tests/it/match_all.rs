//! Filters that match every document. Methods that write to many documents refuse them unless they are explicit.

use odm::{
    Database, Filter, Model, Write,
    bson::{Document, doc},
};

#[derive(Debug, Model)]
#[odm(collection = "things")]
struct Thing {
    id: i32,
    n: i32,
    tags: Vec<String>,
    grid: Vec<Vec<i32>>,
    note: Option<String>,
}

fn nothing() -> Filter<Thing> {
    Filter::any_of(Vec::<Filter<Thing>>::new())
}

fn everything() -> Vec<Filter<Thing>> {
    let t = Thing::fields();
    let none: [i32; 0] = [];
    let no_tags: [&str; 0] = [];
    vec![
        Filter::all_of(Vec::<Filter<Thing>>::new()),
        !nothing(),
        !!!nothing(),
        Filter::none_of(Vec::<Filter<Thing>>::new()),
        Filter::none_of([nothing(), nothing()]),
        Filter::none_of([nothing()]).comment("why"),
        t.n().nin(none),
        !t.n().in_(none),
        !(t.n().in_(none) & t.n().eq(1)),
        !!t.n().nin(none),
        t.tags().contains_none(no_tags),
        !t.tags().contains_any(no_tags),
        !t.tags().all(no_tags),
        !t.tags().any(|tag| tag.in_(no_tags)),
        !t.grid().any(|row| row.contains_any(none)),
        !t.n().bits_any_set(Vec::<u32>::new()),
        t.n().nin(none) & t.tags().contains_none(no_tags),
        t.n().eq(1) | t.n().nin(none),
        t.n().eq(1) | !nothing(),
        t.n().eq(1) | t.n().ne(1),
        t.n().gt(1) | !t.n().gt(1),
        t.n().in_([1]) | t.n().nin([1]) | t.n().eq(7),
        t.note().is_present() | t.note().is_null_or_missing(),
        t.note().exists(true) | t.note().exists(false),
        (t.n().eq(1) & t.note().eq("x")) | !(t.n().eq(1) & t.note().eq("x")),
        (t.n().eq(1) | t.note().eq("x")) | !(t.n().eq(1) | t.note().eq("x")),
        !(t.n().eq(1) & !t.n().eq(1)),
        !(t.n().eq(1) & t.n().ne(1)),
        !((t.n().gt(1) | t.note().eq("x")) & !(t.n().gt(1) | t.note().eq("x"))),
        t.n().ne(1) | !t.n().ne(1),
        t.id().exists(true),
        !t.id().exists(false),
        Filter::<Thing>::expr(|_| true),
        !Filter::<Thing>::expr(|_| false),
        Filter::<Thing>::expr(|_| odm::pipeline::lit(true) & true),
        Filter::json_schema(doc! {}),
        Filter::sample_rate(1.0),
        Filter::raw(doc! {}),
        Filter::raw(doc! { "$and": [{}] }),
        Filter::raw(doc! { "$or": [{ "n": 1 }, {}] }),
        Filter::raw(doc! { "$nor": [{ "$nor": [{}] }] }),
        Filter::raw(doc! { "$comment": "x", "$alwaysTrue": 1 }),
        Filter::raw(doc! { "$nor": [{ "$alwaysFalse": 1 }] }),
        Filter::raw(doc! { "n": { "$not": { "$in": [] } } }),
    ]
}

#[odm_test::test]
async fn update_many_and_delete_many_refuse_filters_that_match_everything(db: Database) -> odm::Result<()> {
    let (things, t) = (db.collection::<Thing>(), Thing::fields());
    let thing = |id, n| Thing { id, n, tags: vec!["a".into()], grid: vec![vec![1]], note: None };
    things.insert_many(&[thing(1, 1), thing(2, 2)]).await?;
    for filter in everything() {
        let rendered = filter.to_string();
        assert!(filter.is_empty(), "{rendered}");
        if !rendered.contains("sampleRate") {
            assert_eq!(things.count(filter.clone()).await?, 2, "{rendered}");
        }
        let refusals = [
            things.update_many(filter.clone(), t.n().inc(1)).await.err(),
            things.delete_many(filter.clone()).await.err(),
            things.bulk_write([Write::update_many(filter.clone(), t.n().inc(1))]).await.err(),
            things.bulk_write([Write::delete_many(filter.clone())]).await.err(),
        ];
        for error in refusals {
            assert!(error.unwrap().is_not_sent(), "{rendered}");
        }
    }
    let text = |error: odm::Error| error.to_string().replace(&format!("{}.", db.name()), "");
    assert_eq!(
        text(things.delete_many(!nothing()).await.unwrap_err()),
        "delete_many on things: the filter matches every document; if that is intended, use \
         `Filter::all()`; nothing was sent",
    );
    assert_eq!(
        text(things.delete_many(doc! {}).await.unwrap_err()),
        "delete_many on things: the filter is empty, so it matches every document; if that is intended, use \
         `Filter::all()`; nothing was sent",
    );
    assert_eq!(things.update_many(Filter::all(), t.n().inc(1)).await?.matched_count, 2);
    assert_eq!(
        things.update_many(Filter::all() & t.n().nin([0_i32; 0]), t.n().inc(1)).await?.matched_count,
        2
    );
    Ok(())
}

#[test]
fn explicit_and_selective_filters_are_not_empty() {
    let t = Thing::fields();
    let none: [i32; 0] = [];
    for filter in [
        nothing(),
        !Filter::all(),
        Filter::all(),
        t.n().in_(none),
        t.n().nin(none) & t.n().eq(1),
        t.n().nin([1]),
        t.n().eq(1) | t.n().ne(2),
        t.n().eq(1) | t.note().ne("x"),
        (t.n().eq(1) | t.note().eq("x")) | !(t.n().eq(1) | t.note().eq("y")),
        t.n().eq(1) | !(t.n().eq(1) | t.note().eq("x")),
        !(t.n().eq(1) & !t.n().eq(2)),
        t.n().eq(1) & !t.n().eq(1),
        Filter::raw(
            doc! { "$nor": [{ "note": { "$regex": "a", "$options": "i", "$not": { "$regex": "a" } } }] },
        ),
        Filter::any_of((0..20_000).map(|n| t.n().eq(n))),
        Filter::any_of((0..20_000).map(|n| t.n().ne(n) & t.note().eq("x"))),
        t.n().exists(true),
        t.n().exists(true) | t.note().exists(false),
        t.tags().any(|tag| tag.nin([""; 0])),
        t.tags().size(0),
        !t.tags().any(|tag| tag.nin([""; 0])),
        t.note().is_present() | t.note().is_null(),
        t.n().bits_all_set(Vec::<u32>::new()),
        Filter::<Thing>::expr(|_| false),
        Filter::<Thing>::expr(|t| t.n().gt(0)),
        Filter::json_schema(doc! { "required": ["n"] }),
        Filter::sample_rate(0.5),
        Filter::where_("true"),
        Filter::raw(doc! { "$or": [] }),
        Filter::raw(doc! { "$nor": [{}] }),
        Filter::raw(doc! { "n": {} }),
        Filter::raw(doc! { "n": Document::new(), "$comment": "x" }),
    ] {
        assert!(!filter.is_empty(), "{filter}");
    }
}
