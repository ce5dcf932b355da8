//! Orders and options that have no pages are refused with the reason.

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Sort, Value,
    bson::{Bson, Document, doc},
    mongodb::options::{Collation, CursorType, FindOptions},
    page::PageKey,
};

use super::key;

/// A document with arrays in all places.
#[derive(Debug, Model)]
#[odm(collection = "lists")]
struct List {
    id: Id<List>,
    name: String,
    tags: Vec<String>,
    more: Option<Vec<i32>>,
    pair: (i32, String),
    lines: Vec<Line>,
    inside: Option<Inside>,
    #[serde(flatten)]
    flat: Flat,
    any: Bson,
    tree: std::collections::BTreeMap<String, Vec<i32>>,
    choice: Choice,
}

#[derive(Debug, Embedded)]
struct Line {
    sku: String,
}

#[derive(Debug, Embedded)]
struct Inside {
    codes: Vec<i32>,
    lines: Box<[Line]>,
}

#[derive(Debug, Embedded)]
struct Flat {
    flat_tags: Vec<i32>,
}

#[derive(Debug, Value)]
#[serde(untagged)]
enum Choice {
    One(i32),
    Many(Vec<i32>),
}

/// A document whose id is text.
#[derive(Debug, Model)]
#[odm(collection = "slugs")]
struct Slug {
    id: String,
    title: String,
}

fn norwegian() -> Collation {
    Collation::builder().locale("nb").build()
}

#[odm_test::test]
async fn a_declared_array_is_refused_before_anything_is_sent(db: Database) {
    let lists = db.collection::<List>();
    for path in [
        "tags",
        "tags.0",
        "more",
        "pair",
        "pair.1",
        "lines",
        "lines.sku",
        "lines.0.sku",
        "inside.codes",
        "inside.lines.sku",
        "flat_tags",
        "tree.x",
        "choice",
    ] {
        let error = lists
            .find(Filter::all())
            .sort(Sort::raw(doc! { "name": 1, path: -1 }))
            .page(2, &key())
            .await
            .unwrap_err();
        assert!(error.is_not_sent());
        assert_eq!(
            error.to_string(),
            format!(
                "page on {}.lists: pages cannot be sorted by `{path}`, which is or passes through an array: a document has several \
                 values there, so it would be on several pages or on none. Store the value to sort by in a field of its own, or use \
                 `.offset_page(..)`; nothing was sent",
                db.name(),
            ),
        );
    }
    for path in ["any", "any.x", "name", "name.x", "undeclared", "inside", "tree"] {
        lists.find(Filter::all()).sort(Sort::raw(doc! { path: -1 })).page(2, &key()).await.unwrap();
    }
    assert_eq!(
        lists.find(Filter::all()).sort(List::fields().tags().asc()).offset_page(0, 2).await.unwrap().total,
        0
    );
}

/// Returns a value of a deprecated type, which only bytes can construct.
fn pointer() -> Bson {
    let mut bytes = vec![26, 0, 0, 0, 0x0c, b'v', 0, 2, 0, 0, 0, b'a', 0];
    bytes.extend([1; 12]);
    bytes.push(0);
    let document: Document = odm::from_slice(&bytes).unwrap();
    document.get("v").unwrap().clone()
}

#[odm_test::test]
async fn a_stored_array_is_refused_where_it_is_read(db: Database) {
    let lists = db.collection::<List>();
    for (any, path, message) in [
        (
            Bson::from(vec![1, 5]),
            "any",
            "`any`: expected a single value, because the documents are paged by it, found an array",
        ),
        (
            doc! { "x": [1] }.into(),
            "any.x",
            "`any.x`: expected a single value, because the documents are paged by it, found an array",
        ),
        (
            vec![Bson::from(doc! { "x": 1 })].into(),
            "any.x",
            "`any`: expected a single value, because the documents are paged by it, found an array",
        ),
        (Bson::Undefined, "any", "`any`: expected a value that can be paged by, found `undefined`"),
        (pointer(), "any", "`any`: expected a value that can be paged by, found a `DBPointer`"),
    ] {
        lists.driver().delete_many(doc! {}).await.unwrap();
        lists
            .driver()
            .insert_many([doc! { "_id": 1, "any": 0 }, doc! { "_id": 7, "any": any }])
            .await
            .unwrap();
        let page =
            || lists.find(Filter::all()).sort(Sort::raw(doc! { path: 1 })).as_documents().page(2, &key());
        let error = page().await.unwrap_err();
        assert!(error.is_decode(), "{error}");
        assert_eq!(error.decode_error().unwrap().id(), Some(&Bson::from(7)));
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[odm_test::test]
async fn ids_of_text_and_a_collation_are_refused(db: Database) {
    let slugs: Collection<Slug> = db.collection();
    let error = slugs.find(Filter::all()).collation(norwegian()).page(2, &key()).await.unwrap_err();
    assert_eq!(
        error.kind().to_string(),
        "the `_id` of this model is text, and the collation may treat different strings as equal, so that documents would be \
         skipped: page without `.collation(..)`, or use `.offset_page(..)`. The default collation of the collection needs no \
         `.collation(..)`; nothing was sent",
    );
    let simple = Collation::builder().locale("simple").build();
    slugs.find(Filter::all()).collation(simple).page(2, &key()).await.unwrap();
    slugs.find(Filter::all()).collation(norwegian()).offset_page(0, 2).await.unwrap();
    // What is stored may differ from what is declared.
    let lists = db.collection::<List>();
    for id in [Bson::from("x"), doc! { "part": "x" }.into()] {
        lists.driver().delete_many(doc! {}).await.unwrap();
        lists.driver().insert_one(doc! { "_id": id }).await.unwrap();
        let page = lists.find(Filter::all()).collation(norwegian()).as_documents().page(2, &key());
        let error = page.await.unwrap_err();
        let expected = "`_id`: expected an id without text, because the collation may treat different strings as equal, found an id with text";
        assert!(error.is_decode() && error.to_string().contains(expected), "{error}");
        lists.find(Filter::all()).as_documents().page(2, &key()).await.unwrap();
    }
}

#[odm_test::test]
async fn symbols_and_a_collation_are_refused(db: Database) {
    let lists = db.collection::<List>();
    lists.driver().insert_one(doc! { "any": { "x": Bson::Symbol("x".to_owned()) } }).await.unwrap();
    let find = || lists.find(Filter::all()).sort(Sort::raw(doc! { "any.x": 1 }));
    let error = find().collation(norwegian()).as_documents().page(2, &key()).await.unwrap_err();
    let expected =
        "`any.x`: expected a string, because the documents are paged by a collation, found a symbol";
    assert!(error.is_decode() && error.to_string().contains(expected), "{error}");
    assert_eq!(find().as_documents().page(2, &key()).await.unwrap().items.len(), 1);
}

#[odm_test::test]
async fn orders_and_options_without_pages_are_refused(db: Database) {
    let lists = db.collection::<List>();
    let find = || lists.find(Filter::all());
    let sorted = |sort: Document| find().sort(Sort::raw(sort));
    let projected =
        |projection: Document| find().with_options(FindOptions::builder().projection(projection).build());
    for (find, message) in [
        (
            sorted(doc! { "score": { "$meta": "textScore" } }),
            "pages cannot be sorted by `score`, a score that the server computes: no filter continues after one. Use \
             `.offset_page(..)`",
        ),
        (
            sorted(doc! { "$natural": 1 }),
            "pages cannot be in the natural order, which changes: sort by a field, or by nothing for the order of `_id`",
        ),
        (sorted(doc! { "name": 0 }), "the direction of `name` in the sort must be 1 or -1"),
        (sorted(doc! { "name": "up" }), "the direction of `name` in the sort must be 1 or -1"),
        (
            find().skip(1),
            "`skip` is set, and a page has no documents to skip: use `.offset_page(skip, limit)`",
        ),
        (
            find().limit(1),
            "`limit` is set, and the size of a page is its limit: `.page(size, &key)` or `.offset_page(skip, limit)`",
        ),
        (
            find().hint(doc! { "_id": 1 }).min(doc! { "_id": 1 }),
            "`min` or `max` is set, and a page sets them itself: select the documents with a filter",
        ),
        (
            find().return_key(true),
            "`return_key` is set, and the keys of an index are not the documents of a page: read the page as a view",
        ),
        (find().cursor_type(CursorType::Tailable), "a tailable cursor does not end, so it has no pages"),
        (
            projected(doc! { "_id": 0, "any": 0 }).sort(Sort::raw(doc! { "any.x": 1 })),
            "the projection excludes or computes `any`, so the position of a document after `any.x` is not known: include the \
             field, or read the page as a view",
        ),
    ] {
        let error = find.as_documents().page(2, &key()).await.unwrap_err();
        assert_eq!(error.kind().to_string(), format!("{message}; nothing was sent"));
    }
    let error = find().page(0, &key()).await.unwrap_err();
    assert_eq!(error.kind().to_string(), "a page cannot have 0 documents; nothing was sent");
    let error = find().page(u64::MAX, &key()).await.unwrap_err();
    assert_eq!(
        error.kind().to_string(),
        format!("a page cannot have {} documents; nothing was sent", u64::MAX)
    );
    let error = find().offset_page(0, 0).await.unwrap_err();
    assert_eq!(error.kind().to_string(), "a page cannot have 0 documents; nothing was sent");
    let error = find().offset_page(u64::MAX, 1).await.unwrap_err();
    assert_eq!(
        error.kind().to_string(),
        format!("a page cannot skip {} documents; nothing was sent", u64::MAX)
    );
    let error = find().limit(3).offset_page(0, 1).explain().await.unwrap_err();
    assert!(error.to_string().contains("`limit` is set"), "{error}");
    assert!(PageKey::new("short").unwrap_err().is_config());
}
