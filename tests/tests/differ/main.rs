//! Compares odm with serde and `bson`, using random types, random values and random changes of stored documents. Both
//! must write the same bytes, and read the same value or refuse the same bytes.
//!
//! `build.rs` generates the types. `ODM_DIFFER_SEED` selects other types, and `ODM_DIFFER_CASES` sets the number of
//! values of each type.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

mod changes;
mod coverage;
mod erased_type;
mod exceptions;
mod forms;
mod generate_values;
mod rules;
mod validator;

use std::{env, fmt::Write};

use odm::bson::Document;
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use self::{
    changes::change,
    coverage::{Report, Seen},
    erased_type::{Read, Subject},
    generate_values::Choices,
};

/// The types that `build.rs` generates.
#[allow(
    non_camel_case_types,
    non_snake_case,
    unreachable_pub,
    dead_code, // only serde and odm use some variants and fields
    missing_docs,
    unused_imports, // other seeds use them
    clippy::pedantic,
    clippy::all
)]
mod types {
    use std::{
        borrow::Cow,
        collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
        marker::PhantomData,
        num::{NonZeroI64, NonZeroU32, Saturating, Wrapping},
        path::PathBuf,
        rc::Rc,
        sync::Arc,
    };

    use odm::{
        Embedded, Value,
        bson::{
            Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp,
            oid::ObjectId,
        },
    };
    use serde::{Deserialize, Serialize};

    use super::{
        erased_type::{Subject, subject},
        generate_values::{Choices, InOrder, Make, MakeKey, hex, length, made, refused, sometimes},
    };

    include!(concat!(env!("OUT_DIR"), "/differ.rs"));
}

fn show(bytes: &[u8]) -> String {
    Document::from_reader(bytes).map_or_else(|error| error.to_string(), |document| document.to_string())
}

/// Checks that both sides read the same from these bytes. Returns whether they read a value.
fn read_the_same(subject: &Subject, bytes: &[u8], seen: &mut Seen) -> Result<bool, TestCaseError> {
    let Read { ours, theirs } = (subject.read)(bytes);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) if ours == theirs => Ok(true),
        (Err(_), Err(_)) => Ok(false),
        _ => match exceptions::of(subject, bytes, &ours, &theirs) {
            Some(exception) => {
                seen.except(exception);
                Ok(false)
            }
            None => Err(TestCaseError::fail(format!(
                "read differently: {}\n  odm:  {ours:?}\n  bson: {theirs:?}",
                show(bytes)
            ))),
        },
    }
}

/// Checks everything that must hold for the value that these choices make.
fn hold(subject: &Subject, choices: &[u8], seen: &mut Seen) -> Result<(), TestCaseError> {
    let (of_the_value, of_the_changes) = choices.split_at(choices.len() * 2 / 3);
    let mut choices = Choices::new(of_the_value);
    let (value, ours, theirs) = (subject.write)(&mut choices);
    seen.values += 1;
    let bytes = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            if ours != theirs {
                let (ours, theirs) = (show(&ours), show(&theirs));
                let message = format!("written differently: {value}\n  odm:  {ours}\n  bson: {theirs}");
                return Err(TestCaseError::fail(message));
            }
            ours
        }
        (Err(_), Err(_)) => {
            seen.refused_by_both += 1;
            return Ok(());
        }
        // serde writes one name twice, so the bytes are not a valid document.
        (Err(_), Ok(theirs)) if exceptions::has_a_name_twice(&theirs) => {
            seen.twice += 1;
            return Ok(());
        }
        (ours, theirs) => {
            let Some(exception) = exceptions::of_writing(&ours, &theirs) else {
                let (ours, theirs) = (ours.map(|bytes| show(&bytes)), theirs.map(|bytes| show(&bytes)));
                let message = format!("written by one: {value}\n  odm:  {ours:?}\n  bson: {theirs:?}");
                return Err(TestCaseError::fail(message));
            };
            seen.except(exception);
            // Both sides must still read what serde has written.
            if let Ok(theirs) = theirs {
                read_the_same(subject, &theirs, seen)?;
            }
            return Ok(());
        }
    };
    seen.written += 1;
    read_the_same(subject, &bytes, seen)?;
    seen.read_back += usize::from((subject.read)(&bytes).theirs.is_ok_and(|theirs| theirs == value));
    let mut choices = Choices::new(of_the_changes);
    for _ in 0..4 {
        let Some(changed) = change(&bytes, types::ALIASES, &mut choices) else { break };
        seen.changed += 1;
        seen.changed_and_read += usize::from(read_the_same(subject, &changed, seen)?);
    }
    Ok(())
}

#[test]
fn odm_stores_and_reads_random_values_as_serde_does() {
    let cases = env::var("ODM_DIFFER_CASES").map_or(24, |cases| cases.parse().unwrap());
    let (mut report, mut failures, mut failed) = (Report::default(), String::new(), 0);
    for subject in types::SUBJECTS {
        let config =
            Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
        let seen = std::cell::RefCell::new(Seen::of(subject));
        let outcome =
            runner.run(&vec(any::<u8>(), 0..160), |choices| hold(subject, &choices, &mut seen.borrow_mut()));
        report.add(seen.into_inner());
        if let Err(error) = outcome {
            failed += 1;
            let reason = match error {
                TestError::Fail(reason, choices) => format!("{reason}\n  choices: {choices:?}"),
                other @ TestError::Abort(_) => other.to_string(),
            };
            let _ = writeln!(failures, "{}: {reason}", subject.name);
        }
    }
    println!("{report}");
    assert!(failures.is_empty(), "{failed} of {} types:\n{failures}", types::SUBJECTS.len());
    report.both_were_asked();
}
