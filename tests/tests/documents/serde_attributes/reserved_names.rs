//! Flattened maps contain no element under a name or an alias that is declared beside them.

use super::*;

#[allow(clippy::ref_option)] // serde requires this signature
fn is_none<T>(value: &Option<T>) -> bool {
    value.is_none()
}

fn is_false(value: &bool) -> bool {
    !value
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Stamps {
    #[serde(alias = "made")]
    created: Option<String>,
    updated: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(tag = "kind")]
enum Kind {
    Plain,
    Special {
        level: i32,
        #[serde(alias = "former")]
        past: Option<i32>,
    },
    Held(Held2),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Held2 {
    inside: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    One(i32),
    None,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
enum External {
    #[serde(alias = "well")]
    Good(i32),
    Bad(i32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Value)]
#[serde(untagged)]
enum Untagged {
    Named { first: i32, second: i32 },
    Held(Stub),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Stub {
    stub: i32,
}

/// Every kind of field that may be declared beside a map, all of them absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
#[odm(collection = "users")]
struct User {
    #[serde(rename = "_id")]
    id: i32,
    #[serde(default, skip_serializing_if = "is_false", alias = "root")]
    admin: bool,
    #[serde(default, skip_serializing_if = "is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing)]
    secret: String,
    #[serde(skip_deserializing)]
    derived: i32,
    #[serde(flatten)]
    stamps: Option<Stamps>,
    #[serde(flatten)]
    kind: Option<Kind>,
    #[serde(flatten)]
    adjacent: Option<Adjacent>,
    #[serde(flatten)]
    external: Option<External>,
    #[serde(flatten)]
    untagged: Option<Untagged>,
    #[serde(flatten)]
    nested: Nested,
    #[serde(flatten)]
    prefs: BTreeMap<String, Bson>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Nested {
    depth: i32,
    #[serde(flatten)]
    point: Option<Spot>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
struct Spot {
    spot: i32,
}

const DECLARED: &[&str] = &[
    "_id", "admin", "root", "role", "secret", "derived", "created", "made", "updated", "kind", "level",
    "past", "former", "inside", "t", "c", "Good", "well", "Bad", "first", "second", "stub", "depth", "spot",
];

fn user() -> User {
    User {
        id: 1,
        admin: false,
        role: None,
        secret: String::new(),
        derived: 0,
        stamps: None,
        kind: None,
        adjacent: None,
        external: None,
        untagged: None,
        nested: Nested { depth: 1, point: None },
        prefs: BTreeMap::from([("theme".to_owned(), Bson::from("dark"))]),
    }
}

fn refused<T: Value>(value: &T) -> String {
    value.encode(&mut Writer::new()).unwrap_err().to_string()
}

#[test]
fn a_map_entry_under_a_declared_name_is_an_error() {
    for name in DECLARED {
        let mut user = user();
        user.prefs.insert((*name).to_owned(), Bson::Boolean(true));
        assert_eq!(
            refused(&user),
            format!(
                "`{name}`: expected the declared field of this name, found an element that a flattened field writes"
            )
        );
    }
    // A key that only begins or ends like a declared name is another one.
    let mut user = user();
    user.prefs.insert("admins".to_owned(), Bson::Boolean(true));
    user.prefs.insert("Admin".to_owned(), Bson::Boolean(true));
    assert_eq!(read::<User>(&show(&written(&user))).unwrap(), user);
}

#[test]
fn a_map_key_in_a_path_is_not_a_declared_name() {
    let u = User::fields();
    for name in DECLARED {
        let said = format!(
            "<`{name}`: expected a key of the flattened map, found the name of a declared field, which has a path of \
             its own>"
        );
        let key = u.prefs().key(*name);
        assert_eq!(key.exists(true).to_string(), said);
        assert_eq!(key.set(Bson::Boolean(true)).to_string(), said);
        assert_eq!(key.asc().to_string(), said);
    }
    assert_eq!(u.prefs().key("theme").exists(true).to_string(), r#"{ "theme": { "$exists": true } }"#);
}

/// The names of the outer document are reserved in a map of a flattened document. The names of that document are
/// reserved in a map beside it.
#[test]
fn a_map_in_a_flattened_document_excludes_outer_names() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
    struct Inner {
        a: i32,
        #[serde(flatten)]
        rest: BTreeMap<String, i32>,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
    #[odm(collection = "outer")]
    struct Outer {
        #[serde(rename = "_id")]
        id: i32,
        #[serde(default, skip_serializing_if = "is_none")]
        admin: Option<bool>,
        #[serde(flatten)]
        inner: Inner,
        #[serde(flatten)]
        kind: Option<Kind>,
        place: Inner,
    }
    let outer = |key: &str| {
        let inner = Inner { a: 1, rest: BTreeMap::from([(key.to_owned(), 1)]) };
        Outer { id: 1, admin: None, inner, kind: None, place: Inner { a: 1, rest: BTreeMap::new() } }
    };
    let o = Outer::fields();
    for name in ["_id", "admin", "a", "kind", "level", "place"] {
        assert!(
            refused(&outer(name)).starts_with(&format!("`{name}`: expected the declared field")),
            "{name}"
        );
        assert!(o.inner().rest().key(name).exists(true).to_string().contains("flattened map"), "{name}");
    }
    let stored = outer("admins");
    assert_eq!(read::<Outer>(&show(&written(&stored))).unwrap(), stored);
    // Another document has its own names.
    assert_eq!(o.place().rest().key("admin").eq(1).to_string(), r#"{ "place.admin": { "$eq": 1 } }"#);
    assert!(o.place().rest().key("a").eq(1).to_string().starts_with("<`place.a`: expected a key"));
}

#[test]
fn a_map_in_a_variant_excludes_the_tag_and_the_fields_of_the_variant() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Model)]
    #[serde(tag = "type")]
    #[odm(collection = "vehicles")]
    enum Vehicle {
        Bike {
            #[serde(rename = "_id")]
            id: i32,
            gears: Option<i32>,
            #[serde(flatten)]
            rest: BTreeMap<String, i32>,
        },
        Car {
            #[serde(rename = "_id")]
            id: i32,
            doors: i32,
        },
    }
    let v = Vehicle::fields();
    for name in ["type", "_id", "gears"] {
        let rest = BTreeMap::from([(name.to_owned(), 1)]);
        let bike = Vehicle::Bike { id: 1, gears: None, rest };
        assert!(refused(&bike).starts_with(&format!("`{name}`: expected the declared field")), "{name}");
        assert!(v.bike().rest().key(name).eq(1).to_string().contains("flattened map"), "{name}");
    }
    same(Vehicle::Bike { id: 1, gears: None, rest: BTreeMap::from([("doors".to_owned(), 1)]) });
}

#[test]
fn fields_beside_a_map_round_trip() {
    let full = User {
        admin: true,
        role: Some("reader".to_owned()),
        stamps: Some(Stamps { created: None, updated: "now".to_owned() }),
        kind: Some(Kind::Special { level: 3, past: Some(2) }),
        adjacent: Some(Adjacent::One(1)),
        external: Some(External::Bad(1)),
        untagged: Some(Untagged::Named { first: 1, second: 2 }),
        nested: Nested { depth: 2, point: Some(Spot { spot: 4 }) },
        ..user()
    };
    let variants = [
        User { kind: Some(Kind::Plain), adjacent: Some(Adjacent::None), ..full.clone() },
        User { kind: Some(Kind::Held(Held2 { inside: 1 })), ..full.clone() },
        User { untagged: Some(Untagged::Held(Stub { stub: 1 })), external: None, ..full.clone() },
        user(),
        full,
    ];
    for user in variants {
        let stored = show(&written(&user));
        let read = read::<User>(&stored).unwrap();
        assert_eq!(read, user);
        assert_eq!(show(&written(&read)), stored);
    }
}

#[test]
fn aliases_beside_a_map_are_read_and_no_entry_is_lost() {
    let read = read::<User>(
        &doc! { "_id": 1, "root": true, "made": "a", "updated": "b", "depth": 1, "x": 1, "derived": 5 },
    )
    .unwrap();
    assert!(read.admin);
    assert_eq!(read.stamps, Some(Stamps { created: Some("a".to_owned()), updated: "b".to_owned() }));
    assert_eq!(read.prefs, BTreeMap::from([("x".to_owned(), Bson::Int32(1))]));
    for (stored, expected) in [
        (doc! { "root": "yes" }, "`admin`: expected a bool, found a string"),
        (doc! { "made": 1, "updated": "b" }, "`created`: expected a string, found an int32"),
        (doc! { "created": "a" }, "`updated`: expected a value, found nothing: the field is missing"),
        (doc! { "kind": 5 }, "`kind`: expected a string, found an int32"),
        (doc! { "kind": "Special", "level": "x" }, "`level`: expected an integer"),
        (doc! { "level": 1 }, "`kind`: expected a value, found nothing: the field is missing"),
        (
            doc! { "kind": "Plain", "level": 1 },
            "`level`: expected an element of the variant that the document holds, found one of another variant",
        ),
        (doc! { "Good": 1, "Bad": 1 }, "expected a document with one element, the variant, found more"),
        (doc! { "first": 1 }, "expected a value of a variant"),
        (doc! { "spot": "x" }, "`spot`: expected an integer"),
    ] {
        let mut document = doc! { "_id": 1, "depth": 1, "x": 1 };
        document.extend(stored.clone());
        let error = super::read::<User>(&document).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{stored}: {error}");
    }
}

/// Without a map, elements that no field declares are dropped, as in any document.
#[test]
fn an_element_of_another_variant_is_ignored_without_a_map() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
    struct Alone {
        #[serde(flatten)]
        kind: Kind,
    }
    let read = reads_same::<Alone>(doc! { "kind": "Plain", "level": 1, "x": 1 });
    assert_eq!(read, Some(Alone { kind: Kind::Plain }));
}

/// If the first of two maps read only a part, the second one would write the rest again.
#[test]
fn the_first_of_two_maps_reads_all_entries() {
    #[derive(Debug, Clone, PartialEq, Embedded)]
    struct Twice {
        a: i32,
        #[serde(flatten)]
        one: BTreeMap<String, i32>,
        #[serde(flatten)]
        two: Document,
    }
    let twice = Twice { a: 1, one: BTreeMap::from([("x".to_owned(), 1)]), two: doc! { "y": 2 } };
    let stored = show(&written(&twice));
    let read = read::<Twice>(&stored).unwrap();
    let one = BTreeMap::from([("x".to_owned(), 1), ("y".to_owned(), 2)]);
    assert_eq!(read, Twice { a: 1, one, two: Document::new() });
    assert_eq!(show(&written(&read)), stored);
    assert_eq!(
        refused(&Twice { two: doc! { "x": 2 }, ..twice }),
        "`*`: expected one element of this name, found two: a flattened field writes it again"
    );
}

#[test]
fn a_map_excludes_the_names_of_flattened_fields_after_it() {
    #[derive(Debug, Clone, PartialEq, Embedded)]
    struct First {
        #[serde(flatten)]
        rest: Document,
        #[serde(flatten)]
        stamps: Option<Stamps>,
        #[serde(flatten)]
        kind: Kind,
        a: i32,
    }
    let stamps = Some(Stamps { created: None, updated: "now".to_owned() });
    let first = First { rest: doc! { "x": 1 }, stamps, kind: Kind::Special { level: 1, past: None }, a: 1 };
    assert_eq!(read::<First>(&show(&written(&first))).unwrap(), first);
    for name in ["a", "updated", "made", "kind", "level"] {
        let first = First { rest: doc! { name: 1 }, stamps: None, ..first.clone() };
        assert!(refused(&first).contains("expected the declared field"), "{name}");
    }
}

#[test]
fn a_map_excludes_the_names_of_fields_stored_through_serde() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Foreign {
        #[serde(alias = "old")]
        new: i32,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "is")]
    enum Told {
        One { one: i32 },
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "foreign")]
    struct Holder {
        id: i32,
        #[odm(serde)]
        #[serde(flatten)]
        foreign: Foreign,
        #[odm(serde)]
        #[serde(flatten)]
        told: Told,
        #[serde(flatten)]
        rest: Document,
    }
    let holder =
        Holder { id: 1, foreign: Foreign { new: 1 }, told: Told::One { one: 2 }, rest: doc! { "x": 1 } };
    let stored = show(&written(&holder));
    assert_eq!(stored, doc! { "_id": 1, "new": 1, "is": "One", "one": 2, "x": 1 });
    assert_eq!(read::<Holder>(&stored).unwrap(), holder);
    for name in ["new", "old"] {
        let holder = Holder { rest: doc! { name: 1 }, ..holder.clone() };
        assert!(refused(&holder).contains("expected the declared field"), "{name}");
        assert!(
            Holder::fields().rest().key(name).exists(true).to_string().contains("flattened map"),
            "{name}"
        );
    }
}

#[test]
fn untyped_flattened_fields_have_keys() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "loose")]
    struct Loose {
        id: i32,
        field: Document,
        maybe: Option<Document>,
        #[serde(flatten)]
        rest: Option<Box<Document>>,
    }
    let l = Loose::fields();
    assert_eq!(l.rest().key("a").exists(true).to_string(), r#"{ "a": { "$exists": true } }"#);
    assert_eq!(l.rest().key("a").set(Bson::Int32(1)).to_string(), r#"{ "$set": { "a": 1 } }"#);
    assert_eq!(l.field().key("a").exists(true).to_string(), r#"{ "field.a": { "$exists": true } }"#);
    assert_eq!(l.maybe().key("id").exists(true).to_string(), r#"{ "maybe.id": { "$exists": true } }"#);
    assert!(l.rest().key("field").exists(true).to_string().contains("flattened map"));
    assert!(l.rest().key("a.b").exists(true).to_string().contains("a map key that can be part of a path"));
}

#[test]
fn a_map_excludes_the_name_of_the_version() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "versioned", schema_version(1, name = "v"))]
    struct Versioned {
        id: i32,
        #[serde(flatten)]
        rest: BTreeMap<String, i32>,
    }
    let versioned = |name: &str| Versioned { id: 1, rest: BTreeMap::from([(name.to_owned(), 2)]) };
    assert!(refused(&versioned("v")).starts_with("`v`: expected the declared field"));
    assert!(Versioned::fields().rest().key("v").eq(1).to_string().contains("flattened map"));
    let stored = show(&written(&versioned("w")));
    assert_eq!(stored, doc! { "_id": 1, "v": 1, "w": 2 });
    assert_eq!(read::<Versioned>(&stored).unwrap(), versioned("w"));
}
