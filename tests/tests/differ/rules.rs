//! Compares the rules of generated models with their validators: for each document, the server accepts what the model
//! reads and whose rules hold, and refuses all others. The exceptions are listed.

use std::collections::BTreeMap;

use odm::{
    Database, Decode, Model,
    bson::{Binary, Bson, Document, RawDocumentBuf, doc, spec::BinarySubtype},
    error::invalid::Violations,
    model::Validate,
    mongodb::error::ErrorKind,
    schema::{Models, RustOnly},
};

use self::generated::RULED;

/// A generated model with rules.
pub(crate) struct Ruled {
    name: &'static str,
    models: fn() -> Models,
    read: fn(&[u8]) -> Verdict,
    rust_only: fn() -> Vec<RustOnly>,
    /// The fields, each with values. The model accepts the first value of each.
    fields: fn() -> Vec<(&'static str, Vec<Bson>)>,
}

/// What odm says about a document.
enum Verdict {
    Valid,
    Unreadable(String),
    Invalid(Violations),
}

/// The models that `build.rs` generates.
#[allow(dead_code, unused_imports, clippy::pedantic, clippy::all)] // other seeds use other types
mod generated {
    use std::collections::BTreeMap;

    use odm::{
        Embedded, Model, Value,
        bson::{Bson, DateTime, Timestamp, bson, doc, spec::BinarySubtype},
        models,
        schema::ModelValidator,
    };

    use super::{Ruled, bytes, read, text};

    include!(concat!(env!("OUT_DIR"), "/ruled.rs"));
}

fn read<M: Model + Decode + Validate>(bytes: &[u8]) -> Verdict {
    match odm::from_slice::<M>(bytes) {
        Err(error) => Verdict::Unreadable(error.to_string()),
        Ok(read) => read.validate().map_or_else(Verdict::Invalid, |()| Verdict::Valid),
    }
}

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

fn bytes(subtype: BinarySubtype, length: usize) -> Bson {
    Bson::Binary(Binary { subtype, bytes: vec![7; length] })
}

/// Returns a document with the first value of each field, and one for each other value of a field, and for a missing one.
fn documents(ruled: &Ruled) -> Vec<Document> {
    let fields = (ruled.fields)();
    let base: Document =
        fields.iter().map(|(name, values)| ((*name).to_owned(), values[0].clone())).collect();
    let mut documents = vec![base.clone()];
    for (name, values) in &fields {
        for value in values {
            let mut changed = base.clone();
            changed.insert(*name, value.clone());
            documents.push(changed);
        }
        let mut changed = base.clone();
        changed.remove(name);
        documents.push(changed);
    }
    // Two fields at once, for the rules between fields.
    for (index, (name, values)) in fields.iter().enumerate() {
        for (other, others) in &fields[index + 1..] {
            for (value, other_value) in
                values.iter().zip(others.iter().rev()).chain(values.iter().rev().zip(others))
            {
                let mut changed = base.clone();
                changed.insert(*name, value.clone());
                changed.insert(*other, other_value.clone());
                documents.push(changed);
            }
        }
    }
    for (id, document) in (0_i32..).zip(&mut documents) {
        document.insert("_id", id);
    }
    documents
}

/// Returns whether the server accepts each document in the collection of the model.
async fn accepted(db: &Database, name: &str, documents: &[Document]) -> Vec<bool> {
    let mut accepted = vec![true; documents.len()];
    let inserted = db.driver().collection::<Document>(name).insert_many(documents).ordered(false).await;
    if let Err(error) = inserted {
        let ErrorKind::InsertMany(failed) = error.kind.as_ref() else { panic!("{name}: {error}") };
        for failed in failed.write_errors.iter().flatten() {
            assert_eq!(failed.code, 121, "{name}: {failed:?}: {}", documents[failed.index]);
            accepted[failed.index] = false;
        }
    }
    accepted
}

/// What the server accepts and odm does not, with the reason. Each occurs in the test.
const EXCEPTIONS: [(&str, fn(&Verdict, &[RustOnly]) -> bool); 4] = [
    ("a rule that the plan lists as checked in Rust only", |ours, rust_only| {
        matches!(ours, Verdict::Invalid(violations) if violations.iter().all(|violation| {
            let names = violation.shown_path().split('.').filter(|name| name.parse::<usize>().is_err());
            let path = names.collect::<Vec<_>>().join(".");
            rust_only.iter().any(|listed| listed.rule() == violation.rule() && listed.path() == path)
        }))
    }),
    (
        "a whole double beyond 2^53 in an integer",
        |ours, _| matches!(ours, Verdict::Unreadable(error) if error.contains("at most 2^53")),
    ),
    (
        "an integer beyond 2^53 in a double",
        |ours, _| matches!(ours, Verdict::Unreadable(error) if error.contains("beyond 2^53")),
    ),
    (
        "binary data of another subtype",
        |ours, _| matches!(ours, Verdict::Unreadable(error) if error.contains("binary data of another subtype")),
    ),
];

#[odm_test::test]
async fn the_server_accepts_the_documents_whose_rules_hold(db: Database) {
    let mut failures = Vec::new();
    let (mut valid, mut unreadable, mut invalid) = (0, 0, 0);
    let mut excepted = BTreeMap::new();
    for ruled in RULED {
        let plan = db
            .schema((ruled.models)())
            .plan()
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", ruled.name));
        plan.apply().await.unwrap_or_else(|error| panic!("{}: {error}", ruled.name));
        let again = db.schema((ruled.models)()).plan().await.unwrap();
        assert!(again.is_empty(), "{}: {again}", ruled.name);
        let documents = documents(ruled);
        let rust_only = (ruled.rust_only)();
        let verdicts = accepted(&db, ruled.name, &documents).await;
        assert!(verdicts[0], "{}: the server refuses the first values: {}", ruled.name, documents[0]);
        for (document, accepted) in documents.iter().zip(verdicts) {
            let bytes = RawDocumentBuf::try_from(document).unwrap();
            let ours = (ruled.read)(bytes.as_bytes());
            if matches!(ours, Verdict::Valid) == accepted {
                match ours {
                    Verdict::Valid => valid += 1,
                    Verdict::Unreadable(_) => unreadable += 1,
                    Verdict::Invalid(_) => invalid += 1,
                }
                continue;
            }
            let exception = EXCEPTIONS.iter().find(|(_, holds)| accepted && holds(&ours, &rust_only));
            match exception {
                Some((reason, _)) => *excepted.entry(*reason).or_insert(0) += 1,
                None => {
                    let ours = match ours {
                        Verdict::Valid => "valid".to_owned(),
                        Verdict::Unreadable(error) => error,
                        Verdict::Invalid(violations) => violations.to_string(),
                    };
                    failures.push(format!("{}: {document}\n  odm: {ours}\n  server: {accepted}", ruled.name));
                }
            }
        }
        db.driver().run_command(doc! { "drop": ruled.name }).await.unwrap();
    }
    println!("valid: {valid}, unreadable: {unreadable}, invalid: {invalid}, exceptions: {excepted:?}");
    failures.truncate(20);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(valid > 2_000 && unreadable > 2_000 && invalid > 1_000, "{valid} {unreadable} {invalid}");
    let missing: Vec<_> = EXCEPTIONS.iter().filter(|(reason, _)| !excepted.contains_key(reason)).collect();
    assert!(
        missing.is_empty(),
        "not met: {:?}",
        missing.iter().map(|(reason, _)| reason).collect::<Vec<_>>()
    );
}
