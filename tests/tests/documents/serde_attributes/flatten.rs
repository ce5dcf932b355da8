//! `#[serde(flatten)]`.

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
#[serde(rename_all = "camelCase")]
struct Audit {
    created_by: String,
    #[serde(alias = "changedBy")]
    edited_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(tag = "kind")]
enum Kind {
    Plain,
    Special { level: i32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
#[odm(collection = "pages", index(audit.created_by, kind.special.level))]
struct Page {
    #[serde(rename = "_id")]
    id: i32,
    #[serde(flatten)]
    audit: Audit,
    title: String,
    #[serde(flatten)]
    kind: Kind,
    #[serde(flatten)]
    extra: BTreeMap<String, i64>,
}

fn page() -> Page {
    Page {
        id: 1,
        audit: Audit { created_by: "ada".into(), edited_by: None },
        title: "t".into(),
        kind: Kind::Plain,
        extra: BTreeMap::new(),
    }
}

/// A map beside a struct and a tagged enum reads the remaining elements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Caught {
    a: i32,
    #[serde(flatten)]
    audit: Audit,
    #[serde(flatten)]
    rest: Document,
}

#[test]
fn flattened_elements_are_stored_in_the_parent_document() {
    let stored = show(&written(&page()));
    assert_eq!(
        stored,
        doc! { "_id": 1, "createdBy": "ada", "editedBy": null, "title": "t", "kind": "Plain" }
    );
    let caught = Caught { a: 1, audit: page().audit, rest: doc! { "more": [1], "and": { "more": 2 } } };
    same(caught);
}

#[test]
fn flattened_elements_are_read_in_any_order() {
    let read = reads_same::<Caught>(doc! { "z": 1, "changedBy": "bob", "a": 2, "createdBy": "ada", "y": 3 });
    let read = read.unwrap();
    assert_eq!(read.audit, Audit { created_by: "ada".into(), edited_by: Some("bob".into()) });
    assert_eq!(read.rest, doc! { "z": 1, "y": 3 });
    assert!(reads_same::<Caught>(doc! { "a": 2 }).is_none());
    assert_eq!(
        error::<Caught>(doc! { "a": 2 }),
        "`v.createdBy`: expected a value, found nothing: the field is missing"
    );
    assert_eq!(
        error::<Caught>(doc! { "a": 2, "createdBy": 7 }),
        "`v.createdBy`: expected a string, found an int32"
    );
}

#[test]
fn a_flattened_option_is_some_if_its_elements_exist() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Maybe {
        a: i32,
        #[serde(flatten)]
        audit: Option<Audit>,
    }
    same(Maybe { a: 1, audit: None });
    same(Maybe { a: 1, audit: Some(page().audit) });
    assert_eq!(reads_same::<Maybe>(doc! { "a": 1 }).unwrap().audit, None);
    // serde reads `None` here and would lose the element when the value is written back.
    assert_eq!(
        error::<Maybe>(doc! { "a": 1, "createdBy": 5 }),
        "`v.createdBy`: expected a string, found an int32"
    );
}

#[test]
fn flattened_enums_are_stored_in_their_representation() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Holder<E> {
        a: i32,
        #[serde(flatten)]
        e: E,
        b: i32,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    enum External {
        New(i32),
        Doc { x: i32 },
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        New(i32),
        Unit,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    #[serde(untagged)]
    enum Untagged {
        Doc { x: i32 },
        Audit(Audit),
    }
    assert_eq!(same(Holder1 { a: 1, e: External::New(5), b: 2 }), doc! { "a": 1, "New": 5, "b": 2 }.into());
    same(Holder1 { a: 1, e: External::Doc { x: 1 }, b: 2 });
    same(Holder2 { a: 1, e: Adjacent::New(1), b: 2 });
    same(Holder2 { a: 1, e: Adjacent::Unit, b: 2 });
    same(Holder3 { a: 1, e: Untagged::Doc { x: 1 }, b: 2 });
    same(Holder3 { a: 1, e: Untagged::Audit(page().audit), b: 2 });
    same(Holder4 { a: 1, e: Kind::Special { level: 3 }, b: 2 });

    macro_rules! holder {
        ($name:ident, $e:ty) => {
            #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
            struct $name {
                a: i32,
                #[serde(flatten)]
                e: $e,
                b: i32,
            }
        };
    }
    holder!(Holder1, External);
    holder!(Holder2, Adjacent);
    holder!(Holder3, Untagged);
    holder!(Holder4, Kind);
}

#[test]
fn each_of_two_flattened_enums_takes_one_element() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
    enum Mark {
        Good(i32),
        Bad(i32),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Marks {
        #[serde(flatten)]
        first: Mark,
        #[serde(flatten)]
        second: Option<Mark>,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Marked {
        #[serde(flatten)]
        mark: Mark,
        #[serde(flatten)]
        rest: BTreeMap<String, i32>,
    }
    same(Marks { first: Mark::Bad(1), second: Some(Mark::Good(2)) });
    same(Marks { first: Mark::Bad(1), second: None });
    same(Marked { mark: Mark::Good(1), rest: BTreeMap::from([("other".to_owned(), 2)]) });
    // The second element is not an entry of a map either.
    assert_eq!(
        error::<Marked>(doc! { "Good": 1, "Bad": 2 }),
        "`v`: expected a document with one element, the variant, found more"
    );
    // serde ignores the third element.
    #[derive(Debug, PartialEq, Deserialize, Embedded)]
    struct One {
        #[serde(flatten)]
        mark: Mark,
    }
    assert_eq!(
        error::<One>(doc! { "Good": 1, "Bad": 2 }),
        "`v`: expected a document with one element, the variant, found more"
    );
}

/// serde writes `{ Free: null }`, which odm reads. Inside an untagged variant, odm does not know that the enum is
/// flattened.
#[test]
fn a_unit_variant_in_an_untagged_variant_is_read_but_not_flattened() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    enum Plan {
        Free,
        Paid(i32),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(untagged)]
    enum Either {
        Plan(Plan),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Account {
        #[serde(flatten)]
        either: Either,
    }
    same(Account { either: Either::Plan(Plan::Paid(1)) });
    let free = Account { either: Either::Plan(Plan::Free) };
    let stored = doc! { "Free": null };
    assert_eq!(serialize_to_vec(&free).unwrap(), stored.to_vec().unwrap());
    assert_eq!(
        free.encode(&mut Writer::new()).unwrap_err().to_string(),
        "expected a document, to be flattened into another, found a string"
    );
    assert_eq!(reads_same(stored), Some(free));
}

#[test]
fn flattened_documents_nest() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Outer {
        o: i32,
        #[serde(flatten)]
        caught: Caught,
    }
    let caught = Caught { a: 1, audit: page().audit, rest: doc! { "z": true } };
    same(Outer { o: 1, caught });
}

#[test]
fn two_elements_of_one_name_are_not_written() {
    let twice = Caught { a: 1, audit: page().audit, rest: doc! { "a": 2 } };
    let refused = twice.encode(&mut Writer::new()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`a`: expected the declared field of this name, found an element that a flattened field writes"
    );
}

#[test]
fn unknown_fields_are_denied_if_no_flattened_field_reads_them() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: i32,
        #[serde(flatten)]
        audit: Audit,
    }
    assert!(reads_same::<Strict>(doc! { "a": 1, "createdBy": "x" }).is_some());
    assert!(reads_same::<Strict>(doc! { "a": 1, "createdBy": "x", "z": 1 }).is_none());
}

#[test]
fn a_skipped_field_is_no_map_entry_if_unknown_fields_are_denied() {
    #[derive(Debug, PartialEq, Embedded)]
    #[serde(deny_unknown_fields)]
    struct User {
        name: String,
        #[serde(default, skip_deserializing)]
        admin: bool,
        #[serde(flatten)]
        prefs: BTreeMap<String, Bson>,
    }
    let prefs = BTreeMap::from([("theme".to_owned(), Bson::from("dark"))]);
    let user = User { name: "ada".into(), admin: false, prefs };
    assert_eq!(read::<User>(&doc! { "name": "ada", "theme": "dark" }).unwrap(), user);
    let refused = read::<User>(&doc! { "name": "ada", "admin": true, "theme": "dark" }).unwrap_err();
    assert!(refused.to_string().ends_with("found a field that is not declared"), "{refused}");
}

#[test]
fn a_flattened_document_with_from_reads_the_names_of_the_other_type() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    #[serde(from = "Wire")]
    struct Name {
        full: String,
    }
    #[derive(Deserialize)]
    struct Wire {
        full: Option<String>,
        first: Option<String>,
    }
    impl From<Wire> for Name {
        fn from(wire: Wire) -> Self {
            Self { full: wire.full.or(wire.first).unwrap_or_default() }
        }
    }
    #[derive(Debug, PartialEq, Embedded)]
    struct Person {
        #[serde(flatten)]
        name: Name,
        #[serde(flatten)]
        rest: BTreeMap<String, String>,
    }
    let person = |key: &str| Person {
        name: Name { full: "Ada".into() },
        rest: BTreeMap::from([(key.to_owned(), "y".to_owned())]),
    };
    assert_eq!(read::<Person>(&doc! { "full": "Ada", "x": "y" }).unwrap(), person("x"));
    assert_eq!(read::<Person>(&doc! { "first": "Ada", "x": "y" }).unwrap(), person("x"));
    assert_eq!(
        person("first").encode(&mut Writer::new()).unwrap_err().to_string(),
        "`first`: expected the declared field of this name, found an element that a flattened field writes"
    );
}

#[test]
fn paths_omit_the_name_of_a_flattened_field() {
    let p = Page::fields();
    assert_eq!(p.audit().created_by().eq("ada").to_string(), r#"{ "createdBy": { "$eq": "ada" } }"#);
    assert_eq!(p.extra().key("views").gt(5).to_string(), r#"{ "views": { "$gt": 5 } }"#);
    assert_eq!(
        p.kind().special().level().gt(2).to_string(),
        r#"{ "kind": { "$eq": "Special" }, "level": { "$gt": 2 } }"#
    );
    let names: Vec<_> = Page::indexes().iter().map(odm::index::Index::name).collect();
    assert_eq!(names, ["createdBy_1_level_1"]);
}

#[test]
fn decoding_a_recursive_flattened_document_ends() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Node {
        name: String,
        #[serde(flatten)]
        next: Option<Box<Node>>,
    }
    assert_eq!(reads_same::<Node>(doc! { "name": "a" }), Some(Node { name: "a".into(), next: None }));

    #[derive(Debug, PartialEq, Value)]
    #[serde(tag = "k")]
    enum Not {
        Not(Box<Not>),
        Leaf { x: i32 },
    }
    // 100 nested tags.
    let mut bytes = Vec::new();
    for _ in 0..100 {
        bytes.extend_from_slice(&[2, b'k', 0, 4, 0, 0, 0, b'N', b'o', b't', 0]);
    }
    let mut document = i32::try_from(bytes.len() + 5).unwrap().to_le_bytes().to_vec();
    document.extend_from_slice(&bytes);
    document.push(0);
    assert!(Not::decode(Raw::document(&document)).is_err());
    assert_eq!(read::<Not>(&doc! { "k": "Leaf", "x": 1 }).unwrap(), Not::Leaf { x: 1 });
}

#[test]
fn a_flattened_document_cannot_write_the_tag_again() {
    #[derive(Debug, PartialEq, Value)]
    #[serde(tag = "kind")]
    enum Tagged {
        Card {
            #[serde(flatten)]
            rest: BTreeMap<String, String>,
        },
        Held(BTreeMap<String, String>),
    }
    let rest = || BTreeMap::from([("kind".to_owned(), "x".to_owned())]);
    for tagged in [Tagged::Card { rest: rest() }, Tagged::Held(rest())] {
        let refused = tagged.encode(&mut Writer::new()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`kind`: expected the declared field of this name, found an element that a flattened field writes"
        );
    }
}

#[test]
fn the_document_of_a_variant_denies_unknown_fields_in_any_order() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    #[serde(deny_unknown_fields)]
    struct Card {
        last4: i32,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(tag = "kind")]
    enum Payment {
        Card(Card),
    }
    assert!(reads_same::<Payment>(doc! { "last4": 1, "kind": "Card" }).is_some());
    assert!(reads_same::<Payment>(doc! { "kind": "Card", "last4": 1, "x": 1 }).is_none());
    assert!(reads_same::<Payment>(doc! { "last4": 1, "x": 1, "kind": "Card" }).is_none());
}

#[test]
fn flattened_fields_of_an_untagged_enum_are_read_without_conversion() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Whole {
        n: i64,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize, Value)]
    #[serde(untagged)]
    enum Number {
        Whole {
            #[serde(flatten)]
            whole: Whole,
        },
        Exact {
            n: f64,
        },
    }
    same(Number::Exact { n: 5.0 });
    same(Number::Whole { whole: Whole { n: 5 } });
}

#[test]
fn an_upgraded_document_of_an_untagged_enum_is_read_without_conversion() {
    fn nothing(_: &mut Document) {}
    #[derive(Debug, PartialEq, Embedded)]
    #[odm(schema_version = 2, upgrade(1 = nothing))]
    struct Whole {
        n: i64,
    }
    #[derive(Debug, PartialEq, Value)]
    #[serde(untagged)]
    enum Number {
        Whole(Whole),
        Flat {
            #[serde(flatten)]
            whole: Whole,
            flat: bool,
        },
        Exact {
            n: f64,
        },
    }
    let number = |document: Document| read::<Held<Number>>(&doc! { "v": document }).unwrap().v;
    assert_eq!(number(doc! { "n": 5_i64 }), Number::Whole(Whole { n: 5 }));
    assert_eq!(number(doc! { "n": 5.0 }), Number::Exact { n: 5.0 });
    assert_eq!(number(doc! { "flat": true, "n": 5.0 }), Number::Exact { n: 5.0 });
    let current = doc! { "schema_version": 2, "n": 5.0 };
    assert_eq!(number(current), Number::Exact { n: 5.0 });
}
