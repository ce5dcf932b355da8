//! Fields in `Box`, `Arc` and `Cow` take what the value inside takes, and the pointer.

#![allow(clippy::box_collection, clippy::vec_box)] // models of other people may have such fields

use std::{borrow::Cow, collections::BTreeMap, rc::Rc, sync::Arc};

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Update,
    bson::{Document, doc},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "pointers")]
struct Pointers {
    id: Id<Pointers>,
    boxed: Box<i64>,
    text: Box<String>,
    shared: Arc<String>,
    short: Arc<str>,
    cow: Cow<'static, str>,
    number: Cow<'static, i32>,
    maybe: Option<Box<f64>>,
    inside: Box<Option<i32>>,
    list: Vec<Box<i32>>,
    gaps: Vec<Option<i32>>,
    whole: Arc<Vec<String>>,
    map: BTreeMap<String, Arc<i64>>,
    place: Box<Place>,
    deep: Option<Arc<Place>>,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Place {
    city: Box<String>,
}

fn place(city: &str) -> Place {
    Place { city: Box::new(city.to_owned()) }
}

fn pointers() -> Pointers {
    Pointers {
        id: Id::new(),
        boxed: Box::new(1),
        text: Box::new("a".to_owned()),
        shared: Arc::new("a".to_owned()),
        short: "a".into(),
        cow: "a".into(),
        number: Cow::Owned(1),
        maybe: Some(Box::new(1.0)),
        inside: Box::new(Some(1)),
        list: vec![Box::new(1), Box::new(2)],
        gaps: vec![Some(1), None],
        whole: Arc::new(vec!["a".to_owned()]),
        map: BTreeMap::from([("a".to_owned(), Arc::new(1))]),
        place: Box::new(place("Oslo")),
        deep: Some(Arc::new(place("Rome"))),
    }
}

#[odm_test::test]
async fn filters(db: Database) {
    let collection: Collection<Pointers> = db.collection();
    let stored = pointers();
    collection.insert_one(&stored).await.unwrap();
    let p = Pointers::fields();
    let filters: Vec<Filter<Pointers>> = vec![
        p.boxed().eq(1),
        p.boxed().eq(Box::new(1)),
        p.boxed().eq(&stored.boxed),
        p.boxed().eq(Arc::new(1)),
        p.boxed().gt(0) & p.boxed().lte(Box::new(1)),
        p.boxed().in_([1, 2]),
        p.boxed().in_([Box::new(1)]),
        p.boxed().ne(Box::new(2)),
        p.text().eq("a"),
        p.text().eq("a".to_owned()),
        p.text().eq(Box::new("a".to_owned())),
        p.text().eq(&stored.text),
        p.text().in_(["a", "b"]),
        p.text().nin([Box::new("b".to_owned())]),
        p.shared().eq("a"),
        p.shared().eq(&stored.shared),
        p.shared().eq(stored.shared.clone()),
        p.shared().eq(Rc::new("a".to_owned())),
        p.short().eq("a"),
        p.short().eq(&stored.short),
        p.cow().eq("a"),
        p.cow().eq(&stored.cow),
        p.number().eq(1),
        p.number().eq(&stored.number),
        p.maybe().eq(1.0),
        p.maybe().eq(Box::new(1.0)),
        p.inside().eq(1),
        p.list().eq([1, 2]),
        p.list().eq([Box::new(1), Box::new(2)]),
        p.list().eq(&stored.list),
        p.list().contains(1),
        p.list().contains(Box::new(2)),
        p.list().all([1, 2]),
        p.gaps().eq([Some(1), None]),
        p.gaps().eq(&stored.gaps),
        p.whole().eq(["a"]),
        p.whole().eq(&stored.whole),
        p.whole().contains("a"),
        p.map().key("a").eq(1),
        p.map().key("a").eq(Arc::new(1)),
        p.place().eq(place("Oslo")),
        p.place().eq(Box::new(place("Oslo"))),
        p.place().city().eq("Oslo"),
        p.deep().eq(Arc::new(place("Rome"))),
        p.deep().city().eq(Box::new("Rome".to_owned())),
    ];
    for filter in filters {
        let shown = filter.to_string();
        assert_eq!(collection.count(filter).await.unwrap(), 1, "{shown}");
    }
}

#[odm_test::test]
async fn updates(db: Database) {
    let collection: Collection<Pointers> = db.collection();
    let stored = pointers();
    collection.insert_one(&stored).await.unwrap();
    let p = Pointers::fields();
    let updates: Vec<(Update<Pointers>, Document)> = vec![
        (p.boxed().set(5), doc! { "boxed": 5_i64 }),
        (p.boxed().set(Box::new(6)), doc! { "boxed": 6_i64 }),
        (p.boxed().set(&stored.boxed), doc! { "boxed": 1_i64 }),
        (p.boxed().inc(2), doc! { "boxed": 3_i64 }),
        (p.boxed().max(9), doc! { "boxed": 9_i64 }),
        (p.boxed().min(Box::new(4)), doc! { "boxed": 4_i64 }),
        (p.text().set("b"), doc! { "text": "b" }),
        (p.text().set(Box::new("c".to_owned())), doc! { "text": "c" }),
        (p.shared().set("b"), doc! { "shared": "b" }),
        (p.shared().set(Arc::new("c".to_owned())), doc! { "shared": "c" }),
        (p.short().set("b"), doc! { "short": "b" }),
        (p.cow().set("b"), doc! { "cow": "b" }),
        (p.number().set(2), doc! { "number": 2 }),
        (p.maybe().set(2.0), doc! { "maybe": 2.0 }),
        (p.maybe().set(Box::new(3.0)), doc! { "maybe": 3.0 }),
        (p.maybe().set(Some(Box::new(4.0))), doc! { "maybe": 4.0 }),
        (p.maybe().set(&stored.maybe), doc! { "maybe": 1.0 }),
        (p.maybe().set(None::<f64>), doc! { "maybe": null }),
        (p.inside().set(2), doc! { "inside": 2 }),
        (p.list().set([3]), doc! { "list": [3] }),
        (p.list().set(vec![Box::new(4)]), doc! { "list": [4] }),
        (p.list().push(5), doc! { "list": [4, 5] }),
        (p.list().push(Box::new(6)), doc! { "list": [4, 5, 6] }),
        (p.list().pull(6), doc! { "list": [4, 5] }),
        (p.gaps().set([None, Some(2)]), doc! { "gaps": [null, 2] }),
        (p.gaps().set([3, 4]), doc! { "gaps": [3, 4] }),
        (p.whole().set(["b"]), doc! { "whole": ["b"] }),
        (p.whole().set(Arc::new(vec!["c".to_owned()])), doc! { "whole": ["c"] }),
        (p.map().key("a").set(2), doc! { "map": { "a": 2_i64 } }),
        (p.place().set(place("Bergen")), doc! { "place": { "city": "Bergen" } }),
        (p.place().set(Box::new(place("Tromsø"))), doc! { "place": { "city": "Tromsø" } }),
        (p.place().city().set("Bodø"), doc! { "place": { "city": "Bodø" } }),
        (p.deep().set(Some(Arc::new(place("Pisa")))), doc! { "deep": { "city": "Pisa" } }),
    ];
    let documents = db.driver().collection::<Document>("pointers");
    for (update, expected) in updates {
        let shown = update.to_string();
        collection.update_one(Filter::all(), update).await.unwrap();
        let document = documents.find_one(doc! {}).await.unwrap().unwrap();
        for (name, value) in expected {
            assert_eq!(document.get(&name), Some(&value), "{shown}");
        }
    }
}
