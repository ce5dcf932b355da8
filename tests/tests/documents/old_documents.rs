//! Documents of other schema versions, and the policy for missing and unknown fields.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use odm::{
    Embedded, Filter, Id, Model,
    bson::{Bson, Document, RawDocumentBuf, doc, oid::ObjectId},
    error::DecodeError,
    value::Versioned,
};

#[derive(Debug, Clone, PartialEq, Model)]
#[serde(deny_unknown_fields)]
#[odm(collection = "contacts", schema_version = 3, upgrade(1 = into_a_list, 2 = split_name))]
struct Contact {
    id: i32,
    first: String,
    last: String,
    phones: Vec<String>,
    home: Option<Address>,
}

/// Version 2: `phone` became `phones`.
fn into_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    // An update may already have written the new field into the old document.
    if !contact.contains_key("phones") {
        contact.insert("phones", Vec::from_iter(phone));
    }
}

/// Version 3: `name` became `first` and `last`.
fn split_name(contact: &mut Document) -> Result<(), String> {
    let Some(name) = contact.remove("name") else { return Ok(()) };
    let name = name.as_str().ok_or("the name is no text")?;
    let (first, last) = name.split_once(' ').ok_or_else(|| format!("{name} is one word"))?;
    contact.insert("first", first);
    contact.insert("last", last);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Embedded)]
#[odm(schema_version(2, name = "v"), upgrade(1 = rename_town))]
struct Address {
    city: String,
}

fn rename_town(address: &mut Document) -> Result<(), odm::bson::error::Error> {
    let town = address.get_str("town")?.to_owned();
    address.insert("city", town);
    Ok(())
}

fn ada() -> Contact {
    Contact {
        id: 7,
        first: "Ada".into(),
        last: "Lovelace".into(),
        phones: vec!["1".into()],
        home: Some(Address { city: "London".into() }),
    }
}

fn read<T: odm::Decode>(document: &Document) -> odm::Result<T> {
    odm::from_slice(&document.to_vec().unwrap())
}

#[track_caller]
fn refused(document: &Document) -> (String, odm::Error) {
    let error = read::<Contact>(document).unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.decode_error().unwrap().id(), document.get("_id"));
    (error.to_string(), error)
}

fn problem(error: &odm::Error) -> &DecodeError {
    error.decode_error().unwrap()
}

#[test]
fn the_version_is_written_first_or_after_an_id_that_is_first() {
    let written =
        Document::try_from(RawDocumentBuf::from_bytes(odm::to_vec(&ada()).unwrap()).unwrap()).unwrap();
    assert_eq!(
        written,
        doc! {
            "_id": 7, "schema_version": 3, "first": "Ada", "last": "Lovelace", "phones": ["1"],
            "home": { "v": 2, "city": "London" },
        }
    );
    let keys: Vec<_> = written.keys().map(String::as_str).collect();
    assert_eq!(keys, ["_id", "schema_version", "first", "last", "phones", "home"]);
    let keys: Vec<_> = written.get_document("home").unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["v", "city"]);
    assert_eq!(read::<Contact>(&written).unwrap(), ada());
    let schema = Contact::SCHEMA;
    assert_eq!((schema.name(), schema.version(), schema.oldest()), ("schema_version", 3, 1));
}

#[test]
fn every_older_version_goes_through_as_many_steps_as_it_needs() {
    let home = doc! { "town": "London" };
    for old in [
        doc! { "_id": 7, "name": "Ada Lovelace", "phone": "1", "home": home.clone() },
        doc! { "_id": 7, "name": "Ada Lovelace", "phone": "1", "home": home.clone(), "schema_version": 1 },
        doc! { "schema_version": 2, "_id": 7, "name": "Ada Lovelace", "phones": ["1"], "home": home.clone() },
        doc! { "_id": 7, "name": "Ada Lovelace", "schema_version": 2_i64, "phones": ["1"], "home": home.clone() },
        doc! { "_id": 7, "name": "Ada Lovelace", "schema_version": 2.0, "phones": ["1"], "home": { "v": 1, "town": "London" } },
        doc! { "_id": 7, "first": "Ada", "last": "Lovelace", "phones": ["1"], "home": home, "schema_version": 3 },
        doc! { "home": { "city": "London", "v": 2 }, "phones": ["1"], "last": "Lovelace", "first": "Ada", "schema_version": 3.0, "_id": 7 },
    ] {
        assert_eq!(read::<Contact>(&old).unwrap(), ada(), "{old}");
    }
}

#[test]
fn a_document_with_a_new_field_but_no_version_is_upgraded() {
    let old = doc! { "_id": 7, "name": "Ada Lovelace", "phone": "0", "phones": ["1"], "home": { "v": 2, "city": "London" } };
    assert_eq!(read::<Contact>(&old).unwrap(), ada());
}

#[test]
fn a_newer_document_is_a_newer_version_error() {
    let (text, error) = refused(&doc! { "_id": 7, "anything": 1, "schema_version": 4 });
    assert_eq!(
        text,
        "the document with `_id` 7 does not fit the declared type: `schema_version`: expected at most version 3 of \
         `Contact`, the newest that this program knows, found version 4"
    );
    assert!(error.is_newer_version() && problem(&error).is_newer_version());
    assert_eq!(problem(&error).schema_version(), Some(4));
    assert_eq!(problem(&error).path(), "schema_version");

    let mut new = doc! { "_id": 7, "schema_version": 3, "first": "", "last": "", "phones": [] };
    new.insert("home", doc! { "v": u32::MAX });
    let (text, error) = refused(&new);
    assert!(text.contains("`home.v`: expected at most version 2 of `Address`"), "{text}");
    assert!(error.is_newer_version());
    assert_eq!(problem(&error).schema_version(), Some(u32::MAX));
}

#[test]
fn an_invalid_version_is_an_error() {
    for (bad, found) in [
        (Bson::from("SECRET"), "expected an integer, found a string"),
        (Bson::Null, "expected an integer, found null"),
        (Bson::from(doc! { "a": 1 }), "expected an integer, found a document"),
        (Bson::from(2.5), "expected an integer, found a double with a fraction or beyond 2^53"),
        (Bson::from(f64::NAN), "expected an integer, found a double with a fraction or beyond 2^53"),
        (Bson::from(-1), "expected an integer that fits u32, found a number outside its range"),
        (Bson::from(i64::MIN), "expected an integer that fits u32, found a number outside its range"),
        (Bson::from(i64::MAX), "expected an integer that fits u32, found a number outside its range"),
        (Bson::from(0), "expected a version, 1 or more, found 0"),
    ] {
        let (text, error) =
            refused(&doc! { "_id": 7, "schema_version": bad, "name": "Ada Lovelace", "phone": "1" });
        assert_eq!(
            text,
            format!("the document with `_id` 7 does not fit the declared type: `schema_version`: {found}")
        );
        assert!(!error.is_newer_version());
        assert_eq!(problem(&error).schema_version(), None);
    }
    let whole =
        doc! { "_id": 7, "schema_version": 2, "name": "Ada Lovelace", "phones": ["1"] }.to_vec().unwrap();
    for at in 0..whole.len() {
        assert!(odm::from_slice::<Contact>(&whole[..at]).is_err());
        for bit in 0..8 {
            let mut bad = whole.clone();
            bad[at] ^= 1 << bit;
            // An error or another document, never a panic.
            let _ = odm::from_slice::<Contact>(&bad);
        }
    }
}

#[test]
fn the_message_of_a_failed_step_is_only_in_upgrade_failure() {
    let (text, error) = refused(&doc! { "_id": 7, "name": "SECRET", "phone": "1" });
    assert_eq!(
        text,
        "the document with `_id` 7 does not fit the declared type: expected a document that can be upgraded from \
         version 2 of `Contact`, found one that its upgrade refuses; why is in `upgrade_failure()`"
    );
    assert!(!format!("{error:?}").contains("SECRET"));
    assert_eq!(problem(&error).upgrade_failure(), Some("SECRET is one word"));
    assert_eq!(problem(&error).schema_version(), Some(1), "the stored version");
    assert!(!error.is_newer_version());

    let mut document = doc! { "_id": 7, "schema_version": 3, "first": "", "last": "", "phones": [] };
    document.insert("home", doc! { "town": 5 });
    let (text, error) = refused(&document);
    assert!(
        text.contains("`home`: expected a document that can be upgraded from version 1 of `Address`"),
        "{text}"
    );
    assert!(problem(&error).upgrade_failure().is_some());
}

#[test]
fn a_decode_error_after_an_upgrade_contains_the_stored_version() {
    let (text, error) = refused(&doc! { "_id": 7, "name": "Ada Lovelace", "phone": 1 });
    assert_eq!(
        text,
        "the document with `_id` 7 does not fit the declared type: `phones.0`: expected a string, found an int32, \
         after an upgrade from version 1 of `Contact`"
    );
    assert_eq!(problem(&error).schema_version(), Some(1));
    assert_eq!(problem(&error).upgrade_failure(), None);
    let (text, _) = refused(&doc! { "_id": 7, "name": "Ada Lovelace", "phone": "1", "left": 1 });
    assert!(text.contains("`*`: expected one of `_id`, `first`"), "{text}");
    // The error of a document that was not upgraded contains no version.
    let (text, error) = refused(&doc! { "_id": 7, "schema_version": 3, "first": 1 });
    assert!(text.ends_with("`first`: expected a string, found an int32"), "{text}");
    assert_eq!(problem(&error).schema_version(), None);
}

#[test]
fn versions_before_the_first_step_are_an_error() {
    #[derive(Debug, Model)]
    #[odm(collection = "a", schema_version = 3, upgrade(2 = nothing))]
    struct Some {
        id: i32,
    }
    #[derive(Debug, Model)]
    #[odm(collection = "a", schema_version = 2)]
    struct None {
        id: i32,
    }
    fn nothing(_: &mut Document) {}

    assert_eq!(read::<Some>(&doc! { "_id": 1, "schema_version": 2 }).unwrap().id, 1);
    let error = read::<Some>(&doc! { "_id": 1 }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document with `_id` 1 does not fit the declared type: `schema_version`: expected at least version 2 of \
         `Some`, the oldest that can be upgraded, found version 1"
    );
    assert!(!error.is_newer_version());
    assert_eq!(problem(&error).schema_version(), Option::Some(1));
    assert_eq!(read::<None>(&doc! { "_id": 1, "schema_version": 2 }).unwrap().id, 1);
    assert!(read::<None>(&doc! { "_id": 1 }).is_err());
}

#[test]
fn a_first_version_reads_documents_without_a_version() {
    #[derive(Debug, Model)]
    #[odm(collection = "a", schema_version = 1)]
    struct First {
        name: String,
        id: i32,
    }
    let first: First = read(&doc! { "_id": 1, "name": "a" }).unwrap();
    assert_eq!((first.id, first.name.as_str()), (1, "a"));
    let written = Document::from_reader(odm::to_vec(&first).unwrap().as_slice()).unwrap();
    assert_eq!(written.keys().collect::<Vec<_>>(), ["schema_version", "name", "_id"]);
}

#[test]
fn a_step_may_be_a_path_and_the_type_may_be_generic() {
    mod steps {
        pub(crate) fn add<const N: i32>(document: &mut odm::bson::Document) {
            document.insert("item", N);
        }
    }
    #[derive(Debug, PartialEq, Embedded)]
    #[odm(schema_version = 2, upgrade(1 = steps::add::<5>))]
    struct Page<T> {
        item: T,
    }
    assert_eq!(read::<Page<i64>>(&doc! {}).unwrap(), Page { item: 5 });
}

#[test]
fn a_step_that_nests_too_deep_is_an_error() {
    #[derive(Debug, Embedded)]
    #[odm(schema_version = 2, upgrade(1 = dig))]
    struct Deep {
        #[allow(dead_code)]
        hole: Bson,
    }
    fn dig(document: &mut Document) {
        let mut hole = doc! {};
        for _ in 0..200 {
            hole = doc! { "a": hole };
        }
        document.insert("hole", hole);
    }
    let error = read::<Deep>(&doc! {}).unwrap_err();
    assert!(error.to_string().contains("expected at most 180 nested levels, found more"), "{error}");
    assert_eq!(problem(&error).schema_version(), Some(1));
}

#[test]
fn older_documents_are_found_by_a_filter() {
    assert_eq!(
        Filter::<Contact>::outdated().to_string(),
        r#"{ "schema_version": { "$not": { "$gte": 3 } } }"#
    );
}

// -- fields that are missing or unknown

/// For each policy, decodes a document without `name` and one with the additional field `more`.
#[test]
fn missing_and_unknown_fields_are_handled_by_policy() {
    #[derive(Debug, Model)]
    #[odm(collection = "a")]
    struct Plain {
        id: ObjectId,
        name: String,
    }
    #[derive(Debug, Model)]
    #[serde(deny_unknown_fields)]
    #[odm(collection = "a")]
    struct Strict {
        id: ObjectId,
        #[serde(default)]
        name: String,
    }
    #[derive(Debug, Default, Model)]
    #[serde(default)]
    #[odm(collection = "a")]
    struct Lenient {
        id: ObjectId,
        name: String,
    }
    #[derive(Debug, Model)]
    #[odm(collection = "a")]
    struct Optional {
        id: ObjectId,
        name: Option<String>,
    }
    let id = ObjectId::new();
    let (missing, more) = (doc! { "_id": id }, doc! { "_id": id, "name": "x", "more": "SECRET" });
    let what = |error: odm::Error| {
        let error = error.decode_error().unwrap();
        assert_eq!(error.id(), Some(&Bson::from(id)));
        assert!(!error.to_string().contains("SECRET"));
        (error.path(), error.expected().to_owned(), error.found().to_owned())
    };
    let missing_name = ("name".into(), "a value".into(), "nothing: the field is missing".into());
    assert_eq!(what(read::<Plain>(&missing).unwrap_err()), missing_name, "an error, never an empty string");
    assert_eq!(read::<Plain>(&more).map(|read| (read.id, read.name)).unwrap(), (id, "x".to_owned()));

    assert_eq!(read::<Strict>(&missing).map(|read| (read.id, read.name)).unwrap(), (id, String::new()));
    let unknown = ("more".into(), "one of `_id`, `name`".into(), "a field that is not declared".into());
    assert_eq!(what(read::<Strict>(&more).unwrap_err()), unknown);

    assert_eq!(read::<Lenient>(&missing).map(|read| (read.id, read.name)).unwrap(), (id, String::new()));
    assert_eq!(read::<Lenient>(&more).map(|read| read.name).unwrap(), "x");

    assert_eq!(read::<Optional>(&missing).map(|read| (read.id, read.name)).unwrap(), (id, None));
    assert_eq!(read::<Optional>(&more).map(|read| read.name).unwrap().as_deref(), Some("x"));

    // A null is a value of the wrong type, not a missing field, so a default does not replace it. An `Option` reads
    // it.
    let null = doc! { "_id": id, "name": null };
    for found in [what(read::<Plain>(&null).unwrap_err()), what(read::<Lenient>(&null).unwrap_err())] {
        assert_eq!(found, ("name".into(), "a string".into(), "null".into()));
    }
    assert_eq!(read::<Optional>(&null).map(|read| read.name).unwrap(), None);
}

#[test]
fn an_id_is_read_as_declared() {
    #[derive(Debug, Model)]
    #[odm(collection = "a", schema_version = 2, upgrade(1 = nothing))]
    struct Owned {
        #[allow(dead_code)]
        id: Id<Owned>,
    }
    fn nothing(_: &mut Document) {}
    let error = read::<Owned>(&doc! { "_id": "ada@example.org" }).unwrap_err();
    assert!(!error.to_string().contains("ada"), "{error}");
    assert_eq!(problem(&error).id(), Some(&Bson::from("ada@example.org")));
    assert_eq!((problem(&error).path().as_str(), problem(&error).schema_version()), ("_id", Some(1)));
}
