//! All pages, forwards and backwards, are the server's own sort: for values of every BSON type, with and without an
//! index, with collations, and by all forms of the filter.

use std::ops::Range;

use odm::{
    Database, Filter, Id, Model, Sort,
    action::Find,
    bson::{
        Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, cstr, doc,
        oid::ObjectId, spec::BinarySubtype,
    },
    mongodb::{
        IndexModel,
        options::{Collation, IndexOptions},
    },
    page::Page,
};

use super::{key, walk};

/// A document with fields of any type.
#[derive(Debug, Model)]
#[odm(collection = "mixed")]
struct Mixed {
    id: Id<Mixed>,
    a: Bson,
}

/// Random numbers from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, range: Range<usize>) -> usize {
        range.start + usize::try_from(self.next() % (range.end - range.start) as u64).unwrap()
    }

    fn yes(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(0..items.len())]
    }
}

/// The values of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Profile {
    Integers,
    Numbers,
    Nullable,
    Text,
    Everything,
}

const PROFILES: [Profile; 5] =
    [Profile::Integers, Profile::Numbers, Profile::Nullable, Profile::Text, Profile::Everything];

const TEXTS: [&str; 14] =
    ["", "a", "A", "b", "B", "é", "e", "É", "10", "9", "2", "\u{fffd}", "\u{1f600}", "a b"];

fn number(random: &mut Random) -> Bson {
    match random.below(0..9) {
        0 => Bson::Int32(i32::try_from(random.below(0..7)).unwrap() - 3),
        1 => Bson::Int64(i64::try_from(random.below(0..7)).unwrap() - 3),
        2 => Bson::Double(*random.pick(&[-2.5, -0.0, 0.0, 1.0, 2.5, f64::MAX, f64::MIN])),
        3 => Bson::Double(*random.pick(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY])),
        4 => decimal(random.pick::<&str>(&["1", "-2.5", "0.1", "1E+6000", "-0"])),
        5 => decimal(random.pick::<&str>(&["NaN", "Infinity", "-Infinity"])),
        6 => Bson::Int64(*random.pick(&[i64::MAX, i64::MIN, (1 << 53) + 1])),
        7 => Bson::Double(9_007_199_254_740_992.0),
        _ => Bson::Int32(1),
    }
}

fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.parse::<Decimal128>().unwrap())
}

fn text(random: &mut Random) -> String {
    format!("{}{}", random.pick(&TEXTS), random.pick(&["", "", "b"]))
}

/// Returns a value of any type except for those that pages refuse. `None` is a missing field.
fn anything(random: &mut Random, symbols: bool) -> Option<Bson> {
    let pattern = |random: &mut Random| (*random.pick(&[cstr!("a"), cstr!("b")])).into();
    Some(match random.below(0..21) {
        0 => return None,
        1 => Bson::Null,
        2..5 => number(random),
        6 if symbols => Bson::Symbol(text(random)),
        5 | 6 => Bson::String(text(random)),
        7 => Bson::Document(doc! {}),
        8 => Bson::Document(doc! { "x": number(random) }),
        9 => Bson::Document(doc! { "x": text(random), "z": [1, null] }),
        10 => Bson::Binary(Binary {
            subtype: *random.pick(&[BinarySubtype::Generic, BinarySubtype::Uuid]),
            bytes: vec![u8::try_from(random.below(0..3)).unwrap(); random.below(0..3)],
        }),
        11 => Bson::ObjectId(ObjectId::from_bytes([u8::try_from(random.below(0..4)).unwrap(); 12])),
        12 => Bson::Boolean(random.yes()),
        13 => Bson::DateTime(DateTime::from_millis(*random.pick(&[-1, 0, 1, 5]))),
        14 => Bson::Timestamp(Timestamp {
            time: *random.pick(&[0, 1, u32::MAX]),
            increment: *random.pick(&[0, 1]),
        }),
        15 => Bson::RegularExpression(Regex {
            pattern: pattern(random),
            options: (*random.pick(&[cstr!(""), cstr!("i")])).into(),
        }),
        16 => Bson::JavaScriptCode(text(random)),
        17 => Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
            code: text(random),
            scope: doc! { "n": number(random) },
        }),
        18 => Bson::MinKey,
        19 => Bson::MaxKey,
        _ => Bson::Int32(0),
    })
}

fn value(random: &mut Random, profile: Profile, symbols: bool) -> Option<Bson> {
    match profile {
        Profile::Integers => Some(Bson::Int32(i32::try_from(random.below(0..6)).unwrap())),
        Profile::Numbers => Some(number(random)),
        Profile::Nullable => match random.below(0..6) {
            0 => None,
            1 => Some(Bson::Null),
            other => Some(Bson::Int32(i32::try_from(other).unwrap())),
        },
        Profile::Text => Some(Bson::String(text(random))),
        Profile::Everything => anything(random, symbols),
    }
}

/// A collection, an order, and how it is paged over.
#[derive(Debug)]
struct Case {
    documents: Vec<Document>,
    sort: Document,
    collation: Option<Collation>,
    size: u64,
    indexed: bool,
    hinted: bool,
}

fn case(seed: u64) -> Case {
    let random = &mut Random(seed);
    let profile = *random.pick(&PROFILES);
    let collations = [
        doc! { "locale": "en", "strength": 2 },
        doc! { "locale": "en", "numericOrdering": true },
        doc! { "locale": "fr", "strength": 1 },
    ];
    let collation = random.yes().then(|| random.pick(&collations).clone());
    let indexed = random.yes();
    // Pages refuse symbols with a collation.
    let symbols = collation.is_none();
    let mut sort = Document::new();
    for _ in 0..random.below(1..4) {
        let direction = if random.yes() { 1 } else { -1 };
        sort.insert(*random.pick(&["a", "b", "n.x", "n.y", "m.p.q"]), direction);
    }
    let directed = random.yes();
    if directed {
        sort.insert("_id", if random.yes() { 1 } else { -1 });
    }
    let documents = (0..120).map(|number| {
        let id = match random.below(0..6) {
            0 if profile == Profile::Everything => Bson::Int32(number),
            1 if profile == Profile::Everything => Bson::DateTime(DateTime::from_millis(i64::from(number))),
            2 if profile == Profile::Everything => Bson::Document(doc! { "n": number }),
            3 if profile == Profile::Everything => Bson::Double(f64::from(number) + 0.5),
            _ => Bson::ObjectId(ObjectId::new()),
        };
        let mut document = doc! { "_id": id };
        for name in ["a", "b"] {
            document.extend(value(random, profile, symbols).map(|value| (name.to_owned(), value)));
        }
        match random.below(0..8) {
            0 => {}
            1 => drop(document.insert("n", value(random, profile, symbols))),
            _ => {
                let mut inside = Document::new();
                for name in ["x", "y"] {
                    inside.extend(value(random, profile, symbols).map(|value| (name.to_owned(), value)));
                }
                document.insert("n", inside);
            }
        }
        let leaf = value(random, profile, symbols).map_or_else(|| doc! {}, |value| doc! { "q": value });
        document.insert("m", doc! { "p": leaf });
        document
    });
    let documents = documents.collect();
    let collation = collation.map(|collation| odm::bson::deserialize_from_document(collation).unwrap());
    let hinted = indexed && random.yes();
    Case { documents, sort, collation, size: u64::try_from(random.below(1..9)).unwrap(), indexed, hinted }
}

/// Returns the sort with the `_id`, which the pages add.
fn total(sort: &Document) -> Document {
    let mut total = sort.clone();
    if !total.contains_key("_id") {
        total.insert("_id", sort.iter().last().map_or(1, |(_, direction)| direction.as_i32().unwrap()));
    }
    total
}

fn id(document: &Document) -> Bson {
    document.get("_id").unwrap().clone()
}

async fn check(db: &Database, seed: u64) {
    let Case { documents, sort, collation, size, indexed, hinted } = case(seed);
    let mixed = db.collection::<Mixed>();
    mixed.driver().drop().await.unwrap();
    mixed.driver().insert_many(&documents).await.unwrap();
    if indexed {
        let options = IndexOptions::builder().collation(collation.clone()).build();
        let index = IndexModel::builder().keys(total(&sort)).options(options).build();
        mixed.driver().create_index(index).await.unwrap();
    }
    let with = |mut find: Find<Mixed>, sort: &Document| {
        if let Some(collation) = &collation {
            find = find.collation(collation.clone());
        }
        find.sort(Sort::raw(sort.clone()))
    };
    let sorted = with(mixed.find(Filter::all()), &total(&sort)).hint(doc! { "$natural": 1 }).as_documents();
    let sorted: Vec<Document> = sorted.await.unwrap().try_collect().await.unwrap();
    let expected: Vec<Bson> = sorted.iter().map(id).collect();
    let page = || {
        let mut find = with(mixed.find(Filter::all()), &sort);
        if hinted {
            find = find.hint(total(&sort));
        }
        find.as_documents().page(size, &key())
    };
    let label = format!("seed {seed}: {sort} by {size}, indexed {indexed}, hinted {hinted}, {collation:?}");
    let forward =
        walk(page, None, |page| page.next.clone()).await.unwrap_or_else(|error| panic!("{label}: {error}"));
    let ids = |pages: &[Page<Document>]| -> Vec<Bson> {
        pages.iter().flat_map(|page| &page.items).map(id).collect()
    };
    let read = ids(&forward);
    if let Some(index) = (0..expected.len()).find(|index| read.get(*index) != expected.get(*index)) {
        let around = |id: Option<&Bson>| documents.iter().find(|document| document.get("_id") == id).cloned();
        panic!(
            "{label}: {} of {} read; after {:?} comes {:?}, not {:?}",
            read.len(),
            expected.len(),
            around(index.checked_sub(1).map(|index| &expected[index])),
            around(expected.get(index)),
            around(read.get(index)),
        );
    }
    assert_eq!(read.len(), expected.len(), "{label}");
    assert!(forward[0].is_first() && forward.last().unwrap().is_last(), "{label}");
    if let Some(token) = forward.last().unwrap().previous.clone() {
        let mut backward = walk(page, Some(token), |page| page.previous.clone())
            .await
            .unwrap_or_else(|error| panic!("{label}: {error}"));
        backward.reverse();
        backward.push(forward.last().unwrap().clone());
        assert_eq!(ids(&backward), expected, "{label}, backward");
    }
}

#[odm_test::test]
async fn pages_are_in_the_order_of_the_server(db: Database) {
    for seed in 0..40 {
        check(&db, seed).await;
    }
}
