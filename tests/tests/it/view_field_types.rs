//! Views of the values inside the parent's pointers, newtypes, arrays and binary data.
#![allow(clippy::linkedlist, clippy::struct_field_names)] // every kind of array; field names are arbitrary

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashSet, LinkedList, VecDeque},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use odm::{
    Database, Embedded, Filter, Id, Model, Value, View,
    bson::{Document, RawDocumentBuf, doc},
};
use odm_integration::commands::Commands;
use odm_test::Server;

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Line {
    sku: String,
    qty: i32,
}

fn line(sku: &str) -> Line {
    Line { sku: sku.to_owned(), qty: 1 }
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Line)]
struct Sku {
    sku: String,
}

fn sku(sku: &str) -> Sku {
    Sku { sku: sku.to_owned() }
}

#[derive(Debug, Clone, PartialEq, Value)]
struct Email(String);

#[derive(Debug, Clone, PartialEq, Value)]
struct Single(Line);

#[derive(Debug, Clone, PartialEq, Value)]
struct Lines(Vec<Line>);

#[derive(Debug, Clone, PartialEq, Value)]
struct Secret(#[odm(binary)] Vec<u8>);

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "crates")]
struct Crate {
    id: i32,
    boxed: Box<Line>,
    shared: Arc<Line>,
    counted: Option<Rc<Line>>,
    owned: Cow<'static, Line>,
    single: Single,
    many: Lines,
    email: Email,
    secret: Option<Secret>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Crate)]
struct Inside<'a> {
    boxed: Option<Sku>,
    shared: Sku,
    counted: Option<Rc<Sku>>,
    owned: Sku,
    single: Sku,
    many: Vec<Sku>,
    email: &'a str,
    secret: Option<&'a [u8]>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Crate)]
struct Same {
    boxed: Box<Line>,
    shared: Arc<Sku>,
    single: Option<Single>,
    email: Option<String>,
    secret: Option<Secret>,
}

#[odm_test::test]
async fn a_view_reads_values_inside_pointers_and_newtypes(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let crates = db.collection::<Crate>();
    let stored = Crate {
        id: 1,
        boxed: Box::new(line("a")),
        shared: Arc::new(line("b")),
        counted: Some(Rc::new(line("c"))),
        owned: Cow::Owned(line("d")),
        single: Single(line("e")),
        many: Lines(vec![line("f"), line("g")]),
        email: Email("a@b.no".into()),
        secret: Some(Secret(vec![1, 2])),
    };
    crates.insert_one(&stored).await.unwrap();
    commands.take();
    let mut seen = 0;
    let cursor = crates.find(Filter::all()).view::<Inside<'_>>().await.unwrap();
    cursor
        .for_each(|row| {
            seen += 1;
            let expected = Inside {
                boxed: Some(sku("a")),
                shared: sku("b"),
                counted: Some(Rc::new(sku("c"))),
                owned: sku("d"),
                single: sku("e"),
                many: vec![sku("f"), sku("g")],
                email: "a@b.no",
                secret: Some(&[1, 2]),
            };
            assert_eq!(row, expected);
        })
        .await
        .unwrap();
    assert_eq!(seen, 1);
    let sent = commands.take();
    assert_eq!(
        sent[0].get_document("projection").unwrap(),
        &doc! {
            "boxed.sku": 1, "shared.sku": 1, "counted.sku": 1, "owned.sku": 1, "single.sku": 1, "many.sku": 1,
            "email": 1, "secret": 1, "_id": 0,
        }
    );
    let same = crates.get(1).view::<Same>().await.unwrap();
    let expected = Same {
        boxed: stored.boxed,
        shared: Arc::new(sku("b")),
        single: Some(stored.single),
        email: Some("a@b.no".into()),
        secret: stored.secret,
    };
    assert_eq!(same, Some(expected));
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "shelves")]
struct Shelf {
    id: i32,
    deque: VecDeque<Line>,
    list: LinkedList<Line>,
    slice: Box<[Line]>,
    shared: Arc<[Line]>,
    array: [Line; 2],
    names: HashSet<String>,
    sorted: BTreeSet<String>,
    by_name: BTreeMap<String, VecDeque<Line>>,
    maybe: Option<VecDeque<Line>>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Shelf)]
struct Arrays<'a> {
    deque: VecDeque<Sku>,
    list: LinkedList<Sku>,
    slice: Box<[Sku]>,
    shared: Arc<[Sku]>,
    array: [Sku; 2],
    names: HashSet<&'a str>,
    sorted: BTreeSet<&'a str>,
    by_name: BTreeMap<String, VecDeque<Sku>>,
    maybe: Option<VecDeque<Sku>>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Shelf)]
struct Vecs<'a> {
    deque: Vec<Sku>,
    list: Vec<Sku>,
    slice: Vec<Sku>,
    shared: Option<Vec<Sku>>,
    array: Vec<Sku>,
    names: Vec<&'a str>,
    sorted: Vec<&'a str>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Shelf)]
struct SameItems {
    deque: Vec<Line>,
    array: Vec<Line>,
    sorted: Vec<String>,
}

fn shelf() -> Shelf {
    let two = || [line("a"), line("b")];
    let names = || ["x".to_owned(), "y".to_owned()];
    Shelf {
        id: 1,
        deque: two().into(),
        list: two().into(),
        slice: two().into(),
        shared: two().into(),
        array: two(),
        names: names().into(),
        sorted: names().into(),
        by_name: [("k".to_owned(), two().into())].into(),
        maybe: None,
    }
}

#[odm_test::test]
async fn a_view_reads_every_kind_of_array(db: Database) {
    let shelves = db.collection::<Shelf>();
    shelves.insert_one(&shelf()).await.unwrap();
    let two = || [sku("a"), sku("b")];
    let cursor = shelves.find(Filter::all()).view::<Arrays<'_>>().await.unwrap();
    cursor
        .for_each(|row| {
            let expected = Arrays {
                deque: two().into(),
                list: two().into(),
                slice: two().into(),
                shared: two().into(),
                array: two(),
                names: ["x", "y"].into(),
                sorted: ["x", "y"].into(),
                by_name: [("k".to_owned(), two().into())].into(),
                maybe: None,
            };
            assert_eq!(row, expected);
        })
        .await
        .unwrap();
    let cursor = shelves.find(Filter::all()).view::<Vecs<'_>>().await.unwrap();
    cursor
        .for_each(|mut row| {
            row.names.sort_unstable();
            let expected = Vecs {
                deque: two().into(),
                list: two().into(),
                slice: two().into(),
                shared: Some(two().into()),
                array: two().into(),
                names: vec!["x", "y"],
                sorted: vec!["x", "y"],
            };
            assert_eq!(row, expected);
        })
        .await
        .unwrap();
    let same = shelves.get(1).view::<SameItems>().await.unwrap();
    let lines = || vec![line("a"), line("b")];
    let expected = SameItems { deque: lines(), array: lines(), sorted: vec!["x".into(), "y".into()] };
    assert_eq!(same, Some(expected));

    let raw = shelves.driver().clone_with_type::<Document>();
    raw.update_one(doc! {}, doc! { "$pop": { "array": 1 } }).await.unwrap();
    let find = shelves.find(Filter::all()).view::<Arrays<'_>>().await.unwrap();
    let error = find.for_each(|_| ()).await.unwrap_err();
    let decode = error.decode_error().unwrap();
    assert_eq!((decode.path().as_str(), decode.found()), ("array", "an array of 1"));
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "files")]
struct File {
    id: i32,
    place: PathBuf,
    link: url::Url,
    #[odm(binary)]
    head: Vec<u8>,
    #[odm(binary)]
    tail: Option<Box<[u8]>>,
    body: bytes::Bytes,
    #[odm(binary)]
    magic: [u8; 2],
    kind: Arc<str>,
    owner: Option<Rc<str>>,
    meta: RawDocumentBuf,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = File)]
struct Borrowed<'a> {
    place: &'a Path,
    link: &'a str,
    head: &'a [u8],
    tail: Option<&'a [u8]>,
    body: &'a [u8],
    magic: &'a [u8],
    kind: &'a str,
    owner: Option<Cow<'a, str>>,
}

#[odm_test::test]
async fn a_view_borrows_every_kind_of_value(db: Database) {
    let files = db.collection::<File>();
    let file = File {
        id: 1,
        place: "/a".into(),
        link: url::Url::parse("http://b/").unwrap(),
        head: vec![1],
        tail: Some([2].into()),
        body: bytes::Bytes::from_static(&[3]),
        magic: [4, 5],
        kind: "c".into(),
        owner: Some("d".into()),
        meta: RawDocumentBuf::new(),
    };
    files.insert_one(&file).await.unwrap();
    let cursor = files.find(Filter::all()).view::<Borrowed<'_>>().await.unwrap();
    cursor
        .for_each(|row| {
            let expected = Borrowed {
                place: Path::new("/a"),
                link: "http://b/",
                head: &[1],
                tail: Some(&[2]),
                body: &[3],
                magic: &[4, 5],
                kind: "c",
                owner: Some(Cow::Borrowed("d")),
            };
            assert_eq!(row, expected);
            assert!(matches!(row.owner, Some(Cow::Borrowed(_))));
        })
        .await
        .unwrap();

    // The parent also reads an array of numbers. Its bytes are not contiguous, so a view cannot borrow them.
    let raw = files.driver().clone_with_type::<Document>();
    raw.update_one(doc! {}, doc! { "$set": { "head": [1, 2] } }).await.unwrap();
    assert_eq!(files.get(1).await.unwrap().unwrap().head, [1, 2]);
    let find = files.find(Filter::all()).view::<Borrowed<'_>>().await.unwrap();
    let error = find.for_each(|_| ()).await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().found(), "an array");
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "settings")]
struct Setting {
    id: Id<Setting>,
    #[serde(default = "nobody")]
    owner: Email,
    #[serde(default = "both")]
    shared: Arc<[Line]>,
    #[serde(default = "one")]
    line: Arc<Line>,
}

fn nobody() -> Email {
    Email("nobody".into())
}

fn both() -> Arc<[Line]> {
    [line("a"), line("b")].into()
}

fn one() -> Arc<Line> {
    Arc::new(line("c"))
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Setting)]
struct Owner {
    owner: String,
    shared: Arc<[Line]>,
    line: Option<Line>,
}

#[odm_test::test]
async fn a_view_uses_the_defaults_of_its_parent(db: Database) {
    let settings = db.collection::<Setting>();
    settings.driver().clone_with_type::<Document>().insert_one(doc! {}).await.unwrap();
    let read = settings.find_one(Filter::all()).view::<Owner>().await.unwrap();
    let expected = Owner { owner: "nobody".into(), shared: both(), line: Some(line("c")) };
    assert_eq!(read, Some(expected));
}

#[derive(Debug, View)]
#[odm(of = Setting)]
#[allow(dead_code)] // only decoded
struct Lent<'a> {
    owner: Option<&'a str>,
}

/// The default cannot be borrowed from the document, and `None` would differ from the value of the parent.
#[odm_test::test]
async fn a_default_that_cannot_be_borrowed_is_an_error(db: Database) {
    let settings = db.collection::<Setting>();
    settings.driver().clone_with_type::<Document>().insert_one(doc! {}).await.unwrap();
    let cursor = settings.find(Filter::all()).view::<Lent<'_>>().await.unwrap();
    let error = cursor.for_each(|_| ()).await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "owner");
}

#[derive(Debug, Clone, PartialEq, Embedded)]
#[odm(schema_version(2, name = "v"), upgrade(1 = nothing))]
struct Stamp {
    by: String,
    at: i32,
}

fn nothing(_: &mut Document) {}

#[derive(Debug, Clone, PartialEq, Embedded)]
struct Place {
    row: i32,
    bin: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "letters")]
struct Letter {
    id: i32,
    #[serde(flatten)]
    stamp: Option<Stamp>,
    #[serde(flatten)]
    place: Box<Place>,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Letter)]
struct Cover {
    stamp: Option<By>,
    place: Bin,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Stamp)]
struct By {
    by: String,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Place)]
struct Bin {
    bin: i32,
}

/// An optional part is `None` if none of its elements exists. Elements that exist must fit.
#[odm_test::test]
async fn a_view_reads_parts_in_pointers_and_options(db: Database) {
    let letters = db.collection::<Letter>();
    let place = Box::new(Place { row: 1, bin: 2 });
    let stamp = Some(Stamp { by: "Ada".into(), at: 3 });
    letters.insert_one(&Letter { id: 1, stamp, place: place.clone() }).await.unwrap();
    letters.insert_one(&Letter { id: 2, stamp: None, place }).await.unwrap();
    let place = || Bin { bin: 2 };
    let cover = letters.get(1).view::<Cover>().await.unwrap();
    assert_eq!(cover, Some(Cover { stamp: Some(By { by: "Ada".into() }), place: place() }));
    assert_eq!(letters.get(2).view::<Cover>().await.unwrap(), Some(Cover { stamp: None, place: place() }));

    let raw = letters.driver().clone_with_type::<Document>();
    for (change, path) in [
        (doc! { "$set": { "v": 1 } }, "v"),
        (doc! { "$set": { "v": 3 } }, "v"),
        (doc! { "$set": { "v": 2, "by": 7 } }, "by"),
        (doc! { "$unset": { "by": "" } }, "by"),
    ] {
        raw.update_one(doc! { "_id": 1 }, change.clone()).await.unwrap();
        let error = letters.get(1).view::<Cover>().await.unwrap_err();
        assert_eq!(error.decode_error().unwrap().path(), path, "{change}");
    }
}
