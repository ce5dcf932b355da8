//! Views: partial models, from the server to the struct.

use std::{borrow::Cow, collections::BTreeMap};

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, View,
    bson::{Binary, Document, RawDocument, doc, spec::BinarySubtype},
};
use odm_integration::{
    commands::Commands,
    story::{Address, Line, Order, Status, line, order},
};
use odm_test::Server;

#[derive(Debug, PartialEq, View)]
#[odm(of = Order)]
struct Label {
    id: Id<Order>,
    reference: String,
    ship_to: Option<City>,
    lines: Vec<Sku>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Address)]
struct City {
    city: String,
    post_code: Option<String>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Line)]
struct Sku {
    sku: String,
}

fn label(order: &Order) -> Label {
    Label {
        id: order.id,
        reference: order.reference.clone(),
        ship_to: order
            .ship_to
            .as_ref()
            .map(|to| City { city: to.city.clone(), post_code: to.post_code.clone() }),
        lines: order.lines.iter().map(|line| Sku { sku: line.sku.clone() }).collect(),
    }
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Order)]
struct Tagged<'a> {
    tags: Vec<&'a str>,
    reference: &'a str,
    #[odm(from = note)]
    remark: Option<Cow<'a, str>>,
    status: Option<Status>,
    ship_to: Option<Street<'a>>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Address)]
struct Street<'a> {
    city: &'a str,
}

async fn three(db: &Database) -> (Collection<Order>, Vec<Order>) {
    let orders = db.collection::<Order>();
    let mut three: Vec<Order> = (1..4).map(order).collect();
    three[1].ship_to = None;
    three[1].lines = Vec::new();
    three[2].note = Some("fragile".to_owned());
    orders.insert_many(&three).await.unwrap();
    (orders, three)
}

#[odm_test::test]
async fn the_fields_of_the_struct_are_the_projection(db: Database, server: Server) {
    let (orders, three) = three(&db).await;
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let o = Order::fields();
    let labels: Vec<Label> = recorded
        .collection::<Order>()
        .find(o.tags().contains("fruit"))
        .sort(o.reference().asc())
        .view::<Label>()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(labels, three.iter().map(label).collect::<Vec<_>>());
    commands.assert([doc! {
        "find": "orders",
        "sort": { "reference": 1 },
        "projection": {
            "_id": 1,
            "reference": 1,
            "shipTo.city": 1,
            "shipTo.postCode": 1,
            "lines.sku": 1,
        },
        "filter": { "tags": { "$eq": "fruit" } },
    }]);
    drop(orders);
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Order)]
struct Total {
    status: Status,
}

#[odm_test::test]
async fn one_document_can_be_read_as_a_view(db: Database, server: Server) {
    let (_, three) = three(&db).await;
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders = recorded.collection::<Order>();
    let o = Order::fields();

    let found = orders.find_one(Filter::all()).sort(o.reference().desc()).view::<Label>().await.unwrap();
    assert_eq!(found, Some(label(&three[2])));
    commands.take();
    assert_eq!(orders.get(three[1].id).view::<Label>().await.unwrap(), Some(label(&three[1])));
    assert_eq!(orders.get(Id::new()).view::<Label>().await.unwrap(), None);
    let sent = commands.take();
    assert_eq!(sent[0].get_document("projection").unwrap().len(), 5);

    let total = orders.find_one(o.reference().eq("AB-000001")).view::<Total>().await.unwrap();
    assert_eq!(total, Some(Total { status: Status::Open }));
    commands.assert([doc! {
        "find": "orders",
        "limit": 1_i64,
        "projection": { "status": 1, "_id": 0 },
        "filter": { "reference": { "$eq": "AB-000001" } },
        "singleBatch": true,
    }]);
}

#[odm_test::test]
async fn rows_may_borrow_from_the_batch(db: Database) {
    let (orders, three) = three(&db).await;
    let o = Order::fields();
    let mut seen = 0;
    orders
        .find(Filter::all())
        .sort(o.reference().asc())
        .batch_size(2)
        .view::<Tagged<'_>>()
        .await
        .unwrap()
        .for_each(|row| {
            let order = &three[seen];
            let expected = Tagged {
                tags: order.tags.iter().map(String::as_str).collect(),
                reference: &order.reference,
                remark: order.note.as_deref().map(Cow::Borrowed),
                status: Some(order.status),
                ship_to: order.ship_to.as_ref().map(|to| Street { city: &to.city }),
            };
            assert_eq!(row, expected);
            assert!(row.remark.is_none_or(|remark| matches!(remark, Cow::Borrowed(_))));
            seen += 1;
        })
        .await
        .unwrap();
    assert_eq!(seen, 3);
}

/// Borrowed values are in the order in which the server sent them, a few bytes apart, in the batch itself.
#[odm_test::test]
async fn borrowed_strings_point_into_the_batch(db: Database) {
    let (orders, _) = three(&db).await;
    let mut places = Vec::new();
    let cursor = orders.find(Filter::all()).view::<Tagged<'_>>().await.unwrap();
    cursor
        .for_each(|row| {
            let mut texts = row.tags.clone();
            texts.push(row.reference);
            places.extend(texts.iter().map(|text| text.as_ptr().addr()));
        })
        .await
        .unwrap();
    let (first, last) = (places.iter().min().unwrap(), places.iter().max().unwrap());
    assert!(last - first < 1024, "{places:?}");
}

#[odm_test::test]
async fn for_each_ends_at_the_first_error(db: Database) {
    #[derive(Debug)]
    struct Mine(String);
    impl From<odm::Error> for Mine {
        fn from(error: odm::Error) -> Self {
            Self(error.to_string())
        }
    }

    let (orders, three) = three(&db).await;
    let find = || orders.find(Filter::all()).sort(Order::fields().reference().asc()).view::<Tagged<'_>>();
    let mut seen = 0;
    let stopped = find()
        .await
        .unwrap()
        .for_each(|row| {
            seen += 1;
            if row.ship_to.is_some() { Ok(()) } else { Err(Mine(row.reference.to_owned())) }
        })
        .await;
    assert_eq!(stopped.unwrap_err().0, "AB-000002");
    assert_eq!(seen, 2);

    orders
        .driver()
        .clone_with_type::<Document>()
        .update_one(doc! { "_id": three[0].id.key() }, doc! { "$set": { "tags.1": 5 } })
        .await
        .unwrap();
    let failed: Result<(), Mine> = find().await.unwrap().for_each(|_| async { Ok::<_, Mine>(()) }).await;
    assert!(failed.unwrap_err().0.contains("`tags.1`: expected a string, found an int32"));
}

#[odm_test::test]
async fn views_can_be_read_in_a_session(db: Database) {
    let (orders, three) = three(&db).await;
    let o = Order::fields();
    let mut session = db.start_session().await.unwrap();
    let find = || orders.find(Filter::all()).sort(o.reference().asc()).batch_size(2);

    let labels: Vec<Label> =
        find().view::<Label>().session(&mut session).await.unwrap().try_collect().await.unwrap();
    assert_eq!(labels, three.iter().map(label).collect::<Vec<_>>());
    let mut references = Vec::new();
    find()
        .session(&mut session)
        .view::<Tagged<'_>>()
        .await
        .unwrap()
        .for_each(|row| references.push(row.reference.to_owned()))
        .await
        .unwrap();
    assert_eq!(references, ["AB-000001", "AB-000002", "AB-000003"]);
    let one = orders.get(three[0].id).view::<Label>().session(&mut session).await.unwrap();
    assert_eq!(one, Some(label(&three[0])));
    let one = orders.find_one(o.reference().eq("AB-000003")).session(&mut session).view::<Label>();
    assert_eq!(one.await.unwrap(), Some(label(&three[2])));
}

/// A walk over borrowed rows can be spawned.
#[odm_test::test]
async fn for_each_can_be_spawned(db: Database) {
    let (orders, _) = three(&db).await;
    let walk = async move {
        let mut letters = 0;
        let cursor = orders.find(Filter::all()).view::<Tagged<'_>>().await?;
        cursor.for_each(|row| letters += row.reference.len()).await?;
        Ok::<_, odm::Error>(letters)
    };
    assert_eq!(tokio::spawn(walk).await.unwrap().unwrap(), 27);
}

#[odm_test::test]
async fn an_owned_view_is_a_stream(db: Database) {
    use futures_util::TryStreamExt;
    let (orders, three) = three(&db).await;
    let cursor = orders.find(Filter::all()).batch_size(1).view::<Label>().await.unwrap();
    let labels: Vec<Label> = TryStreamExt::try_collect(cursor).await.unwrap();
    assert_eq!(labels, three.iter().map(label).collect::<Vec<_>>());
}

/// Every kind of field for which a view may have another type than its parent.
#[derive(Debug, PartialEq, Model)]
#[odm(collection = "things")]
struct Thing {
    #[odm(id)]
    key: Id<Thing>,
    #[serde(alias = "title", default = "unnamed")]
    name: String,
    blob: Binary,
    #[odm(binary)]
    thumb: Vec<u8>,
    #[odm(binary)]
    icon: Option<Box<[u8]>>,
    sound: bytes::Bytes,
    #[odm(serde)]
    pair: (i32, i32),
    boxed: Box<Line>,
    matrix: Vec<Vec<Line>>,
    gaps: Vec<Option<Line>>,
    by_shelf: BTreeMap<String, Line>,
    parts: Vec<Part>,
    #[serde(default)]
    visits: i64,
    any: Document,
}

fn unnamed() -> String {
    "unnamed".to_owned()
}

#[derive(Debug, PartialEq, Embedded)]
struct Part {
    name: String,
    weight: f64,
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Thing)]
struct Inventory<'a> {
    name: Option<String>,
    blob: &'a [u8],
    thumb: &'a [u8],
    icon: Option<&'a [u8]>,
    sound: &'a [u8],
    pair: (i32, i32),
    boxed: Sku,
    matrix: Vec<Vec<Sku>>,
    gaps: Vec<Option<Sku>>,
    by_shelf: BTreeMap<String, Sku>,
    parts: Vec<Named>,
    visits: i64,
    any: &'a RawDocument,
}

/// A tree.
#[derive(Debug, PartialEq, View)]
#[odm(of = Part)]
struct Named {
    name: String,
    parts: Vec<Named>,
}

#[odm_test::test]
async fn a_view_reads_every_kind_of_field(db: Database, server: Server) {
    let sku = |sku: &str| Sku { sku: sku.to_owned() };
    let part = |name: &str, parts| Part { name: name.to_owned(), weight: 1.0, parts };
    let named = |name: &str, parts| Named { name: name.to_owned(), parts };
    let thing = Thing {
        key: Id::new(),
        name: "crate".to_owned(),
        blob: Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2, 3] },
        thumb: vec![4, 5],
        icon: Some(Box::new([6])),
        sound: bytes::Bytes::from_static(&[7]),
        pair: (4, 5),
        boxed: Box::new(line("a", 1, 1.0)),
        matrix: vec![vec![line("b", 1, 1.0), line("c", 1, 1.0)], vec![]],
        gaps: vec![None, Some(line("d", 1, 1.0)), None],
        by_shelf: BTreeMap::from([("top".to_owned(), line("e", 1, 1.0))]),
        parts: vec![part("lid", vec![part("hinge", vec![])])],
        visits: 7,
        any: doc! { "a": 1 },
    };
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let things = db.collection::<Thing>();
    things.insert_one(&thing).await.unwrap();
    commands.take();

    let cursor = things.find(Filter::all()).view::<Inventory<'_>>().await.unwrap();
    let mut seen = 0;
    cursor
        .for_each(|row| {
            seen += 1;
            assert_eq!(row.any.get_i32("a").unwrap(), 1);
            let expected = Inventory {
                name: Some("crate".to_owned()),
                blob: &[1, 2, 3],
                thumb: &[4, 5],
                icon: Some(&[6]),
                sound: &[7],
                pair: (4, 5),
                boxed: sku("a"),
                matrix: vec![vec![sku("b"), sku("c")], vec![]],
                gaps: vec![None, Some(sku("d")), None],
                by_shelf: BTreeMap::from([("top".to_owned(), sku("e"))]),
                parts: vec![named("lid", vec![named("hinge", vec![])])],
                visits: 7,
                any: row.any,
            };
            assert_eq!(row, expected);
        })
        .await
        .unwrap();
    assert_eq!(seen, 1);
    commands.assert([doc! {
        "find": "things",
        "projection": {
            "name": 1,
            "title": 1,
            "blob": 1,
            "thumb": 1,
            "icon": 1,
            "sound": 1,
            "pair": 1,
            "boxed.sku": 1,
            "matrix.sku": 1,
            "gaps": 1,
            "by_shelf": 1,
            "parts.name": 1,
            "parts.parts": 1,
            "visits": 1,
            "any": 1,
            "_id": 0,
        },
        "filter": {},
    }]);
}

/// A view can borrow bytes only if they are stored as binary data of the right subtype, not as an array of numbers.
#[odm_test::test]
async fn bytes_that_cannot_be_borrowed_are_an_error(db: Database) {
    #[derive(Debug, View)]
    #[odm(of = Thing)]
    struct Thumb<'a> {
        #[allow(dead_code)] // only decoded
        thumb: &'a [u8],
    }
    #[derive(Debug, View)]
    #[odm(of = Thing)]
    struct Kept {
        thumb: Vec<u8>,
    }
    let things = db.collection::<Thing>();
    let raw = things.driver();
    raw.insert_one(doc! { "thumb": [1, 2] }).await.unwrap();
    assert_eq!(things.find_one(Filter::all()).view::<Kept>().await.unwrap().unwrap().thumb, [1, 2]);
    let walk = || async {
        things.find(Filter::all()).view::<Thumb<'_>>().await.unwrap().for_each(|_| ()).await.unwrap_err()
    };
    let error = walk().await;
    let decode = error.decode_error().unwrap();
    assert_eq!((decode.expected(), decode.found()), ("binary data", "an array"));
    let uuid = odm::bson::Uuid::from_bytes([7; 16]);
    raw.update_one(doc! {}, doc! { "$set": { "thumb": uuid } }).await.unwrap();
    let error = walk().await;
    assert_eq!(error.decode_error().unwrap().expected(), "binary data of subtype 0");
}

/// A view reads what its parent reads, including aliases and defaults of missing fields.
#[odm_test::test]
async fn a_view_reads_aliases_and_defaults(db: Database) {
    #[derive(Debug, PartialEq, View)]
    #[odm(of = Thing)]
    struct Short {
        key: Id<Thing>,
        name: String,
        #[odm(from = visits)]
        seen: Option<i64>,
    }
    let things = db.collection::<Thing>();
    let (old, older) = (Id::<Thing>::new(), Id::<Thing>::new());
    let documents = [doc! { "_id": old.key(), "title": "box" }, doc! { "_id": older.key() }];
    things.driver().clone_with_type::<Document>().insert_many(documents).await.unwrap();
    let short = |key: Id<Thing>| things.get(key).view::<Short>();
    let expected = |key, name: &str| Short { key, name: name.to_owned(), seen: Some(0) };
    assert_eq!(short(old).await.unwrap(), Some(expected(old, "box")));
    assert_eq!(short(older).await.unwrap(), Some(expected(older, "unnamed")));
}

/// The error is the same as that of a model: it contains the path and the document.
#[odm_test::test]
async fn a_document_that_does_not_fit_a_view_is_an_error(db: Database) {
    let (orders, three) = three(&db).await;
    let raw = orders.driver().clone_with_type::<Document>();
    raw.update_many(doc! {}, doc! { "$set": { "lines.$[].sku": 5 } }).await.unwrap();
    let error = orders.get(three[0].id).view::<Label>().await.unwrap_err();
    let decode = error.decode_error().unwrap();
    assert_eq!(decode.path(), "lines.0.sku");
    assert_eq!((decode.expected(), decode.found()), ("a string", "an int32"));
    assert_eq!(decode.collection(), Some("orders"));
    assert_eq!(decode.id(), Some(&(*three[0].id.key()).into()));

    // The view does not read the id.
    let find = orders.find(Order::fields().id().eq(three[0].id));
    let mut cursor = find.view::<Skus>().await.unwrap();
    let error = cursor.next().await.unwrap().unwrap_err();
    assert_eq!(error.decode_error().unwrap().id(), None);
    assert!(cursor.next().await.is_none());

    // This document has no lines.
    raw.update_one(doc! { "_id": three[1].id.key() }, doc! { "$unset": { "reference": 1 } }).await.unwrap();
    let error = orders.get(three[1].id).view::<Label>().await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "reference");
}

#[derive(Debug, View)]
#[odm(of = Order)]
#[allow(dead_code)] // only decoded
struct Skus {
    lines: Vec<Sku>,
}

/// A generic page.
#[derive(Debug, PartialEq, Embedded)]
struct Page<T> {
    items: Vec<T>,
    total: u32,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Page<T>)]
struct Items<T: Clone> {
    items: Vec<T>,
    total: Option<u32>,
}

#[odm_test::test]
async fn a_view_may_be_generic(db: Database) {
    #[derive(Debug, PartialEq, Model)]
    #[odm(collection = "books")]
    struct Book {
        id: Id<Book>,
        page: Page<String>,
    }
    #[derive(Debug, PartialEq, View)]
    #[odm(of = Book)]
    struct Read {
        page: Items<String>,
    }
    let books = db.collection::<Book>();
    let items = vec!["a".to_owned()];
    books.insert_one(&Book { id: Id::new(), page: Page { items: items.clone(), total: 1 } }).await.unwrap();
    let read = books.find_one(Filter::all()).view::<Read>().await.unwrap();
    assert_eq!(read, Some(Read { page: Items { items, total: Some(1) } }));
}

/// A document that is flattened into several models.
#[derive(Debug, Clone, PartialEq, Embedded)]
#[serde(rename_all = "camelCase")]
struct Audit {
    created_by: String,
    #[serde(alias = "rev")]
    revision: i32,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Shelf {
    row: i32,
    bin: i32,
}

#[derive(Debug, Model)]
#[odm(collection = "articles")]
struct Article {
    id: Id<Article>,
    title: String,
    #[serde(flatten)]
    audit: Audit,
    #[serde(flatten)]
    shelf: Option<Shelf>,
    #[serde(flatten)]
    more: BTreeMap<String, i32>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Audit)]
struct Author<'a> {
    created_by: &'a str,
    revision: i32,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Shelf)]
struct Bin {
    bin: i32,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Article)]
struct Spine<'a> {
    audit: Author<'a>,
    #[odm(from = shelf)]
    place: Option<Bin>,
}

#[odm_test::test]
async fn a_view_may_read_flattened_documents(db: Database, server: Server) {
    let articles = db.collection::<Article>();
    let audit = Audit { created_by: "Ada".to_owned(), revision: 7 };
    let shelf = Some(Shelf { row: 3, bin: 9 });
    let shelved = Article { id: Id::new(), title: "A".to_owned(), audit, shelf, more: BTreeMap::new() };
    articles.insert_one(&shelved).await.unwrap();
    articles
        .driver()
        .clone_with_type::<Document>()
        .insert_one(doc! { "_id": 2, "title": "B", "createdBy": "Bob", "rev": 8 })
        .await
        .unwrap();

    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let mut rows = Vec::new();
    let find = recorded.collection::<Article>().find(Filter::all()).sort(Article::fields().title().asc());
    find.view::<Spine<'_>>()
        .await
        .unwrap()
        .for_each(|row| rows.push(format!("{} {} {:?}", row.audit.created_by, row.audit.revision, row.place)))
        .await
        .unwrap();
    assert_eq!(rows, ["Ada 7 Some(Bin { bin: 9 })", "Bob 8 None"]);
    let sent = commands.take();
    assert_eq!(
        sent[0].get_document("projection").unwrap(),
        &doc! { "createdBy": 1, "revision": 1, "rev": 1, "bin": 1, "_id": 0 }
    );

    // The error of a missing element contains its stored path.
    articles
        .driver()
        .clone_with_type::<Document>()
        .update_one(doc! { "_id": 2 }, doc! { "$unset": { "createdBy": 1 } })
        .await
        .unwrap();
    let find = articles.find(Filter::all()).view::<Spine<'_>>();
    let error = find.await.unwrap().for_each(|_| ()).await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "createdBy");
}
