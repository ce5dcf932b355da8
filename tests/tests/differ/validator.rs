//! Compares odm with the validator that the server gets for the same type: for random values and random changes of
//! stored documents, the server accepts what odm reads, and refuses what odm refuses.

use std::collections::BTreeSet;

use odm::{
    Database,
    bson::{Document, RawDocumentBuf, doc},
    meta::{ContentMeta, TypeMeta},
    model::Validator,
    mongodb::error::ErrorKind,
    schema::{Difference, Schema, SchemaChange, value_schema},
};
use proptest::{
    collection::vec,
    prelude::any,
    strategy::{Strategy, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{changes::change, erased_type::Subject, generate_values::Choices, show, types};

/// The number of values of each type.
const VALUES: usize = 30;

/// Returns random documents with a value of the type, and changed ones.
fn documents(subject: &Subject, runner: &mut TestRunner) -> Vec<Vec<u8>> {
    let mut documents = Vec::new();
    for _ in 0..VALUES {
        let bytes = vec(any::<u8>(), 0..160).new_tree(runner).unwrap().current();
        let (of_the_value, of_the_changes) = bytes.split_at(bytes.len() * 2 / 3);
        let (_, Ok(written), _) = (subject.write)(&mut Choices::new(of_the_value)) else { continue };
        let mut choices = Choices::new(of_the_changes);
        for _ in 0..4 {
            documents.extend(change(&written, types::ALIASES, &mut choices));
        }
        documents.push(written);
    }
    // A change that is encoded differently is another document for the server.
    documents.retain(|bytes| Document::from_reader(bytes.as_slice()).is_ok());
    documents
}

/// Returns whether the server accepts each document.
async fn accepted(
    db: &Database,
    name: &str,
    schema: Document,
    documents: &[Vec<u8>],
) -> Result<Vec<bool>, String> {
    let validator = doc! { "$jsonSchema": { "bsonType": "object", "properties": { "v": schema } } };
    let created = db.driver().create_collection(name).validator(validator.clone()).await;
    created.map_err(|error| format!("{name}: {error}: {validator}"))?;
    let collection = db.driver().collection::<RawDocumentBuf>(name);
    let raw = documents.iter().map(|bytes| RawDocumentBuf::from_bytes(bytes.clone()).unwrap());
    let mut accepted = vec![true; documents.len()];
    if let Err(error) = collection.insert_many(raw).ordered(false).await {
        let ErrorKind::InsertMany(failed) = error.kind.as_ref() else { panic!("{error}") };
        for failed in failed.write_errors.iter().flatten() {
            assert_eq!(failed.code, 121, "{failed:?}");
            accepted[failed.index] = false;
        }
    }
    db.driver().run_command(doc! { "drop": name }).await.unwrap();
    Ok(accepted)
}

#[odm_test::test]
async fn the_server_accepts_what_odm_reads(db: Database) {
    let mut failures = Vec::new();
    let (mut read, mut refused, mut excepted) = (0, 0, 0);
    for subject in types::SUBJECTS {
        let mut runner =
            TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[3; 32]));
        let documents = documents(subject, &mut runner);
        if documents.is_empty() {
            continue;
        }
        let schema = value_schema(subject.stored_as, Validator::new());
        let accepted = match accepted(&db, subject.name, schema.clone(), &documents).await {
            Ok(accepted) => accepted,
            Err(error) => {
                failures.push(error);
                continue;
            }
        };
        let mut shown = false;
        for (bytes, accepted) in documents.iter().zip(accepted) {
            let ours = (subject.read)(bytes).ours;
            if ours.is_ok() == accepted {
                read += usize::from(accepted);
                refused += usize::from(!accepted);
            } else if is_exception(subject, ours.as_ref().err().map(ToString::to_string).as_deref()) {
                excepted += 1;
            } else if !shown {
                shown = true;
                let ours = ours.map_err(|error| error.to_string());
                failures.push(format!(
                    "{}: {}\n  odm: {ours:?}\n  server: {accepted}\n  schema: {schema}",
                    subject.name,
                    show(bytes)
                ));
            }
        }
    }
    println!("read by both: {read}, refused by both: {refused}, exceptions: {excepted}");
    assert!(failures.is_empty(), "{} types:\n{}", failures.len(), failures.join("\n"));
    assert!(read > 5_000 && refused > 1_000, "{read} {refused}");
}

/// For each type in turn: the validator is the only difference from that of the type before, and once it is applied the
/// plan is empty. The way back has the same differences in the other direction, and those of the options are exactly the
/// options that differ.
#[odm_test::test]
async fn generated_declarations_are_found_again_and_changed(db: Database) {
    let all = [
        Validator::new(),
        Validator::new().moderate(),
        Validator::new().deny_unknown_fields(),
        Validator::new().exact_types().warn(),
    ];
    let (mut created, mut modified) = (0, 0);
    let mut before: Option<(Schema, Validator)> = None;
    for (subject, options) in types::SUBJECTS.iter().zip(all.iter().cycle()) {
        let schema = db.schema((subject.models)(*options));
        let mut forth = None;
        let plan = schema.plan().await.unwrap_or_else(|error| panic!("{}: {error}", subject.name));
        let changes: Vec<_> = plan.iter().collect();
        match changes[..] {
            [] => continue,
            [SchemaChange::CreateCollection { validator: Some(_), .. }] => created += 1,
            [SchemaChange::ModifyValidator { differences, .. }] => {
                modified += 1;
                forth = Some(differences.clone());
            }
            _ => panic!("{}: {plan}", subject.name),
        }
        let applied = plan.apply().allow_narrowing().await;
        let applied = applied.unwrap_or_else(|error| panic!("{}: {error}", subject.name));
        assert!(applied.left().is_empty(), "{}: {applied}", subject.name);
        let again = schema.plan().await.unwrap();
        assert!(again.is_empty(), "{}: {again}", subject.name);
        schema.verify().await.unwrap();
        if let (Some(forth), Some((before, options_before))) = (forth, before.replace((schema, *options))) {
            let back = before.plan().await.unwrap();
            let changes: Vec<_> = back.iter().collect();
            let [SchemaChange::ModifyValidator { differences: back, .. }] = changes[..] else {
                panic!("{}: {back}", subject.name)
            };
            let set = |differences: &[Difference], is_back: bool| -> BTreeSet<[String; 3]> {
                let texts = differences.iter().map(|one| {
                    let [from, to] = [one.live().to_owned(), one.declared().to_owned()];
                    let [from, to] = if is_back { [to, from] } else { [from, to] };
                    [one.what().to_owned(), from, to]
                });
                texts.collect()
            };
            let forth = set(&forth, false);
            assert_eq!(forth, set(back, true), "{}", subject.name);
            for (what, from, to) in [
                ("level", options_before.level(), options.level()),
                ("action", options_before.action(), options.action()),
            ] {
                let found: Vec<_> = forth.iter().filter(|[name, ..]| name == what).collect();
                let expected = [what.to_owned(), from.to_owned(), to.to_owned()];
                let expected: Vec<_> = [&expected].into_iter().filter(|_| from != to).collect();
                assert_eq!(found, expected, "{}", subject.name);
            }
        }
    }
    assert!(created == 1 && modified > 50, "{created} {modified}");
}

/// Returns whether the two may differ: by the error of odm, if it refuses what the server accepts, or by the type.
fn is_exception(subject: &Subject, refused: Option<&str>) -> bool {
    let Some(error) = refused else {
        // An element with a name of two flattened values belongs to one of them.
        return subject.flat_option;
    };
    let reasons = [
        "a string of one character",
        "at most 2^53",
        "beyond 2^53",
        "a number that is not zero",
        "as key",
        "a path in UTF-8",
    ];
    reasons.iter().any(|reason| error.contains(reason)) || is_partly_known(subject.stored_as, &mut Vec::new())
}

/// Returns whether the server knows only a part of a type: serde stores some of it, or it contains itself.
fn is_partly_known(meta: &'static TypeMeta, open: &mut Vec<*const ()>) -> bool {
    let mut within = |address: *const (), inside: &mut dyn FnMut(&mut Vec<*const ()>) -> bool| {
        if open.contains(&address) {
            return true;
        }
        open.push(address);
        let found = inside(open);
        open.pop();
        found
    };
    match meta {
        TypeMeta::Any | TypeMeta::Recursive(_) => true,
        TypeMeta::Nullable(inside) => is_partly_known(inside, open),
        TypeMeta::Array { items, .. } => is_partly_known(items, open),
        TypeMeta::Map { values } => is_partly_known(values, open),
        TypeMeta::Tuple(items) => items.iter().any(|item| is_partly_known(item, open)),
        TypeMeta::Document(document) => within(std::ptr::from_ref(document.get()).cast(), &mut |open| {
            document.fields().iter().any(|field| is_partly_known(field.stored_as(), open))
        }),
        TypeMeta::Enum(enumeration) => within(std::ptr::from_ref(enumeration.get()).cast(), &mut |open| {
            enumeration.variants().iter().any(|variant| match variant.content() {
                ContentMeta::Single(value) => is_partly_known(value, open),
                ContentMeta::Tuple(items) => items.iter().any(|item| is_partly_known(item, open)),
                ContentMeta::Document(fields) => {
                    fields.iter().any(|field| is_partly_known(field.stored_as(), open))
                }
                _ => false,
            })
        }),
        _ => false,
    }
}
