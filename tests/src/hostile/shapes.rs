//! Models in every form for which a derive generates code: enums in every representation, flattened documents, typed
//! keys and ids, schema versions, and views.

#![allow(clippy::zero_sized_map_values, clippy::large_enum_variant)] // the tests decode such types, too

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, LinkedList, VecDeque},
    sync::Arc,
    time::Duration,
};

use odm::{
    Embedded, Id, Model, Value, View,
    bson::{
        Binary, Bson, Decimal128, Document, RawArrayBuf, RawDocument, RawDocumentBuf, Timestamp, Uuid, doc,
        oid::ObjectId, rawdoc, spec::BinarySubtype,
    },
};

use super::{Cents, Mood, Part, Wide};

/// A model whose fields are all stored under their own names.
#[derive(Debug, Clone, Model)]
#[odm(collection = "forms", key = Uuid, schema_version = 3, upgrade(1 = mark, 2 = rename))]
pub struct Forms {
    pub id: Id<Forms>,
    pub owner: Id<Wide>,
    pub word: Id<Worded>,
    pub number: Id<Numbered>,
    pub external: Vec<External>,
    pub internal: Vec<Internal>,
    pub adjacent: Vec<Adjacent>,
    pub untagged: Vec<Untagged>,
    pub mixed: Vec<Mixed>,
    pub moods: BTreeMap<Mood, Cents>,
    pub flags: BTreeMap<bool, ()>,
    pub people: BTreeMap<Id<Numbered>, Decimal128>,
    pub raw: RawDocumentBuf,
    pub raws: RawArrayBuf,
    pub pair: Pair,
    pub three: [Option<u8>; 3],
    pub triple: (i32, f32, Bson),
    pub queue: VecDeque<Cow<'static, str>>,
    pub list: LinkedList<Arc<[i32]>>,
    pub set: BTreeSet<char>,
    #[odm(binary)]
    pub bytes: Vec<u8>,
    #[odm(unit = "ms")]
    pub took: Option<Duration>,
    #[serde(default)]
    pub since: Option<Timestamp>,
}

fn mark(forms: &mut Document) {
    forms.insert("since", Bson::Null);
}

fn rename(forms: &mut Document) -> Result<(), &'static str> {
    let set = forms.remove("letters").ok_or("there are no letters")?;
    forms.insert("set", set);
    Ok(())
}

/// A model with a string id.
#[derive(Debug, Clone, Model)]
#[odm(collection = "worded", key = String)]
pub struct Worded {
    pub id: Id<Worded>,
}

/// A model with a numeric id.
#[derive(Debug, Clone, Model)]
#[odm(collection = "numbered", key = i64)]
pub struct Numbered {
    pub id: Id<Numbered>,
}

/// Flattened documents, and a map that takes the remaining elements.
#[derive(Debug, Clone, Embedded)]
pub struct Flat {
    pub own: i32,
    #[serde(flatten)]
    pub part: Part,
    #[serde(flatten)]
    pub adjacent: Option<Adjacent>,
    #[serde(flatten)]
    pub external: Box<External>,
    #[serde(flatten)]
    pub rest: BTreeMap<String, Bson>,
}

/// Flattened enums without a map that takes the remaining elements.
#[derive(Debug, Clone, Embedded)]
pub struct Beside {
    #[serde(flatten)]
    pub internal: Internal,
    #[serde(flatten)]
    pub mixed: Option<Mixed>,
}

#[derive(Debug, Clone, Value)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum External {
    Nothing,
    Text(String),
    Pair(i32, Option<f64>),
    Named { left: Vec<External>, right: Option<Box<External>> },
}

#[derive(Debug, Clone, Value)]
#[serde(tag = "kind")]
pub enum Internal {
    Nothing,
    Held(Part),
    Named {
        number: u64,
        #[serde(default)]
        inner: Option<Box<Internal>>,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Value)]
#[serde(tag = "type", content = "value", deny_unknown_fields)]
pub enum Adjacent {
    Nothing,
    Text(String),
    Pair(bool, Bson),
    Named { inner: Option<Box<Adjacent>> },
}

#[derive(Debug, Clone, Value)]
#[serde(untagged)]
pub enum Untagged {
    Whole(i64),
    Exact(f64),
    Versioned(Versioned),
    Named { inner: Box<Untagged> },
    Many(Vec<Untagged>),
    Nothing,
}

#[derive(Debug, Clone, Value)]
#[serde(tag = "how")]
pub enum Mixed {
    Counted {
        count: i64,
    },
    #[serde(untagged)]
    Measured {
        measure: f64,
    },
}

/// An embedded document with a schema version.
#[derive(Debug, Clone, Embedded)]
#[odm(schema_version(2, name = "v"), upgrade(1 = whole))]
#[serde(deny_unknown_fields)]
pub struct Versioned {
    pub count: i32,
}

fn whole(versioned: &mut Document) -> Result<(), String> {
    let Some(Bson::String(text)) = versioned.get("count") else { return Ok(()) };
    let count: i32 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    versioned.insert("count", count);
    Ok(())
}

#[derive(Debug, Clone, Value)]
pub struct Pair(pub i32, #[serde(default)] pub Option<Cents>);

/// A view that owns its values.
#[derive(Debug, View)]
#[odm(of = Forms)]
pub struct Owned {
    pub id: Id<Forms>,
    pub internal: Vec<Internal>,
    pub moods: BTreeMap<Mood, Cents>,
    pub raw: RawDocumentBuf,
}

/// A view that borrows.
#[derive(Debug, View)]
#[odm(of = Wide)]
pub struct Lent<'a> {
    pub text: &'a str,
    pub data: &'a [u8],
    pub anything: &'a RawDocument,
    pub part: LentPart<'a>,
    pub parts: Vec<LentPart<'a>>,
    pub maybe: Option<LentPart<'a>>,
}

/// A view in a view.
#[derive(Debug, View)]
#[odm(of = Part)]
pub struct LentPart<'a> {
    pub text: Option<Cow<'a, str>>,
    pub data: Option<&'a [u8]>,
    pub named: BTreeMap<String, LentPart<'a>>,
}

pub(super) fn forms() -> Forms {
    let named = External::Named {
        left: vec![External::Nothing, External::Text("x".into())],
        right: Some(Box::new(External::Pair(1, None))),
    };
    let inner = Internal::Named { number: 7, inner: None };
    Forms {
        id: Id::from_key(Uuid::from_bytes([1; 16])),
        owner: Id::from_key(ObjectId::from_bytes([2; 12])),
        word: Id::from_key("word".to_owned()),
        number: Id::from_key(7),
        external: vec![named],
        internal: vec![
            Internal::Nothing,
            Internal::Held(Part::default()),
            Internal::Named { number: 1 << 40, inner: Some(Box::new(inner)) },
            Internal::Unknown,
        ],
        adjacent: vec![
            Adjacent::Nothing,
            Adjacent::Text("x".into()),
            Adjacent::Pair(true, Bson::Null),
            Adjacent::Named { inner: Some(Box::new(Adjacent::Nothing)) },
        ],
        untagged: vec![
            Untagged::Whole(5),
            Untagged::Exact(5.0),
            Untagged::Versioned(Versioned { count: 1 }),
            Untagged::Named { inner: Box::new(Untagged::Nothing) },
            Untagged::Many(vec![Untagged::Whole(1)]),
        ],
        mixed: vec![Mixed::Counted { count: 1 }, Mixed::Measured { measure: 1.5 }],
        moods: BTreeMap::from([(Mood::Good, Cents(1))]),
        flags: BTreeMap::from([(true, ())]),
        people: BTreeMap::from([(Id::from_key(-1), Decimal128::from_bytes([0x30; 16]))]),
        raw: rawdoc! { "a": { "b": [1, "x"] } },
        raws: [1, 2].into_iter().collect(),
        pair: Pair(1, Some(Cents(2))),
        three: [None, Some(1), Some(255)],
        triple: (1, 1.5, Bson::Undefined),
        queue: VecDeque::from([Cow::Borrowed("a")]),
        list: LinkedList::from([Arc::from([1, 2])]),
        set: BTreeSet::from(['a', 'ø']),
        bytes: vec![1, 2, 3],
        took: Some(Duration::from_millis(1_500)),
        since: None,
    }
}

/// Returns the document as it was before the second upgrade step existed.
pub(super) fn old_forms() -> Document {
    let old = odm::to_vec(&forms()).unwrap();
    let mut old = Document::from_reader(old.as_slice()).unwrap();
    old.insert("schema_version", 2);
    let letters = old.remove("set").unwrap();
    old.insert("letters", letters);
    old.insert("untagged", vec![doc! { "v": 1, "count": "7" }]);
    old
}

pub(super) fn flat() -> Flat {
    Flat {
        own: 1,
        part: Part {
            data: Some(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] }),
            ..Part::default()
        },
        adjacent: Some(Adjacent::Text("x".into())),
        external: Box::new(External::Pair(1, Some(0.5))),
        rest: BTreeMap::from([("more".to_owned(), Bson::Int32(1))]),
    }
}

pub(super) fn beside() -> Beside {
    Beside {
        internal: Internal::Named { number: 1, inner: None },
        mixed: Some(Mixed::Measured { measure: 2.5 }),
    }
}
