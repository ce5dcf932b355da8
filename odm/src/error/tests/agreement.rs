//! The message, kind, labels and predicates of an error agree. Every kind is tested as an error of a read, of a write
//! of one document, of a write of many documents, and of a call that the user made through the driver.

use std::{collections::BTreeSet, sync::Arc};

use mongodb::{
    bson::doc,
    error::{Error as DriverError, ErrorKind as Driver},
};

use super::*;
use crate::error::invalid::Violation;

const UPDATE_MANY: Operation<'static> = Operation {
    verb: Verb::new("update_many", "update"),
    database: "shop",
    collection: Some("orders"),
    names: &[],
    called_at: None,
};

/// The part of an error's message between the operation and the outcome.
struct Cause<'a>(&'a Error);

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.reason(f)
    }
}

/// Returns a letter for each predicate that is true: `U` for an unknown outcome, `A` for an applied write, `R` for a
/// retryable call, `N` for a call that was not sent.
fn predicates(error: &Error) -> String {
    let letters = [
        (error.is_outcome_unknown(), 'U'),
        (error.is_applied(), 'A'),
        (error.is_retryable(), 'R'),
        (error.is_not_sent(), 'N'),
    ];
    letters.iter().filter(|(is, _)| *is).map(|(_, letter)| letter).collect()
}

const TOO_LARGE: &str = "BSONObj size: 22689204 (0x15A35B4) is invalid. Size must be between 0 and 16793600(16MB) First \
     element: find: \"people\"";
const NOT_SENT: &str = "; nothing was sent";
const OPEN: &str = "; a write may have been applied";
const AGAIN: &str = "; try again";

/// Returns the end of the message that belongs to the predicates.
fn end(error: &Error) -> &'static str {
    match (predicates(error).as_str(), error.kind()) {
        // A client that cannot be configured has nothing to send.
        ("N", ErrorKind::Config(_)) => "",
        // The hook may have sent calls of its own.
        ("N", ErrorKind::Hook(_)) => "; the write was not sent",
        ("N", _) => NOT_SENT,
        ("U", _) if error.has_label("UnknownTransactionCommitResult") => {
            "; the transaction may have been committed"
        }
        ("U", _) => OPEN,
        ("A", _) => "; the write was applied",
        ("R", _) if error.has_label("TransientTransactionError") => "; run the transaction again",
        ("R", ErrorKind::Transient | ErrorKind::ConnectionLost(_) | ErrorKind::Timeout(_)) => AGAIN,
        ("UA", ErrorKind::WriteConcern(_)) | ("R" | "", _) => "",
        (other, _) => panic!("{other} contradict each other: {error}"),
    }
}

fn of_server(code: i32) -> Error {
    let answer = doc! { "code": code, "codeName": "Name", "errmsg": "SECRET" };
    Error::from_driver(Driver::Command(parsed::<CommandError>(answer)).into())
}

fn after(attempts: u32, code: i32) -> Error {
    let answer = doc! { "code": code, "codeName": "Name", "errmsg": "SECRET" };
    Error::after(Some(attempts), Driver::Command(parsed::<CommandError>(answer)).into())
}

fn io(attempts: Option<u32>, kind: std::io::ErrorKind) -> Error {
    Error::after(attempts, DriverError::from(std::io::Error::from(kind)))
}

fn of_write(code: i32) -> Error {
    let answer = doc! { "code": code, "errmsg": "E11000 duplicate key error index: a_1 dup key: { a: 1 }" };
    Error::from_driver(Driver::Write(WriteFailure::WriteError(parsed(answer))).into())
}

fn late() -> mongodb::error::WriteConcernError {
    parsed(doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "SECRET" })
}

fn violated() -> Violations {
    let mut violations = Violations::default();
    violations.push(Violation::new("age", "range", "must be at most 150"));
    violations
}

fn bad_parameters() -> BadParameters {
    let mut parameters = BadParameters::default();
    parameters.push(BadParameter::new("status", "status", "value", "must be one of `open`"));
    parameters
}

fn interrupted(error: Error) -> Error {
    let mut report = BulkWriteError::of_writes(2);
    report.take(&[0, 1], Err(error.during(&UPDATE_MANY)), true);
    report.into_result().unwrap_err()
}

/// Returns an error for every kind and every cause of it, and its predicates as an error of a read, of a write of one
/// document, of a write of many documents, and of a call without a verb.
#[allow(clippy::too_many_lines)] // a row for each kind
fn table() -> Vec<(&'static str, fn() -> Error, [&'static str; 4])> {
    vec![
        ("duplicate key", || of_write(11000), ["", "", "U", ""]),
        ("rejected", || of_write(121), ["", "", "U", ""]),
        ("invalid", || violated().into(), ["N"; 4]),
        ("bad parameters", || bad_parameters().into(), ["N"; 4]),
        ("stale version", || Error::new(ErrorKind::StaleVersion), [""; 4]),
        ("not found", || Error::new(ErrorKind::NotFound), [""; 4]),
        ("page token", || PageTokenError::Unknown.into(), ["N"; 4]),
        ("decode", || Error::decode(&[], CodecError::malformed()), ["", "A", "", ""]),
        ("encode", || CodecError::new("an int64", "a greater number").into(), ["N"; 4]),
        ("refused", || Error::refused("the update is empty"), ["N"; 4]),
        ("config", || Error::config("the URI is malformed"), ["N"; 4]),
        ("too large here", || Error::new(ErrorKind::TooLarge("too large".into())), ["N"; 4]),
        ("too large there", || of_write(17419), ["", "", "U", ""]),
        (
            "migration",
            || {
                let (migration, problem) = (String::new(), String::new());
                Error::new(ErrorKind::Migration(MigrationError::Declared { migration, problem }))
            },
            ["N"; 4],
        ),
        ("schema", || Error::new(ErrorKind::Schema(SchemaError::Declared(Vec::new()))), ["N"; 4]),
        ("unavailable", || Error::new(ErrorKind::Unavailable("no server".into())), ["R"; 4]),
        ("no connection", || io(Some(0), std::io::ErrorKind::ConnectionRefused), ["R"; 4]),
        ("connection lost", || io(Some(2), std::io::ErrorKind::UnexpectedEof), ["R", "U", "U", "U"]),
        (
            "connection lost, attempts unknown",
            || io(None, std::io::ErrorKind::BrokenPipe),
            ["R", "U", "U", "U"],
        ),
        ("connection timed out", || io(Some(1), std::io::ErrorKind::TimedOut), ["R", "U", "U", "U"]),
        ("deadline", || Error::new(ErrorKind::Timeout("the deadline passed".into())), ["", "U", "U", "U"]),
        ("max_time", || of_server(50), ["", "U", "U", "U"]),
        ("not the primary", || after(1, 10107), ["R", "R", "U", "U"]),
        ("not the primary, twice", || after(2, 10107), ["R", "U", "U", "U"]),
        (
            "not the primary, retryable",
            || of_server(10107).labelled("RetryableWriteError"),
            ["R", "U", "U", "U"],
        ),
        (
            "not the primary, nothing written",
            || of_server(10107).labelled("NoWritesPerformed"),
            ["R", "R", "R", "R"],
        ),
        ("a conflict in a transaction", || of_server(112).labelled("TransientTransactionError"), ["R"; 4]),
        (
            "a connection lost in a transaction",
            || io(Some(1), std::io::ErrorKind::UnexpectedEof).labelled("TransientTransactionError"),
            ["R"; 4],
        ),
        ("a commit", || of_server(91).labelled("UnknownTransactionCommitResult"), ["", "U", "U", "U"]),
        ("a conflict", || after(1, 112), ["R", "R", "U", "U"]),
        ("shut down", || after(1, 91), ["R", "U", "U", "U"]),
        ("a network behind the server", || after(1, 6), ["R", "U", "U", "U"]),
        ("unauthorized", || after(1, 13), ["", "", "", ""]),
        ("unauthorized, then", || after(2, 13), ["", "U", "U", "U"]),
        ("write concern", || write_reply::not_acknowledged(late()), ["", "UA", "UA", "UA"]),
        ("too large a command", || Error::answered(10334, TOO_LARGE), [""; 4]),
        ("cursor lost", || after(1, 43), ["R"; 4]),
        ("history lost", || after(1, 286), [""; 4]),
        ("resume token", || Error::new(ErrorKind::InvalidResumeToken), [""; 4]),
        ("superseded", || Error::new(ErrorKind::Superseded), [""; 4]),
        ("lagged", || Error::new(ErrorKind::Lagged), [""; 4]),
        ("a file of positions", || Error::position_store("the disk is full"), [""; 4]),
        ("invalidated", || Error::new(ErrorKind::Invalidated), [""; 4]),
        ("event too large", || Error::new(ErrorKind::EventTooLarge), [""; 4]),
        ("an aborted transaction", || Error::aborted("an earlier call failed"), [""; 4]),
        (
            "a dangling reference",
            || {
                Error::new(ErrorKind::Dangling(ReferenceError::dangling(
                    "posts",
                    "author",
                    "users",
                    5.into(),
                )))
            },
            [""; 4],
        ),
        (
            "a restricted delete",
            || {
                Error::new(ErrorKind::Restricted(ReferenceError::restricted(
                    "posts",
                    "author",
                    "users",
                    5.into(),
                )))
            },
            [""; 4],
        ),
        ("a hook before a write", || Error::before_write("before_insert", "no stock".into()), ["N"; 4]),
        ("a hook after a write", || Error::after_write("after_insert", "no mail".into()), ["A"; 4]),
        ("no image", || Error::new(ErrorKind::ImageMissing), [""; 4]),
        ("unsupported", || Error::from_driver(Driver::SessionsNotSupported.into()), ["N"; 4]),
        ("shutdown of the client", || Error::from_driver(Driver::Shutdown.into()), ["N"; 4]),
        ("refused by the server", || after(1, 2), [""; 4]),
        ("refused by the server, then", || after(2, 2), ["", "U", "U", "U"]),
        ("unknown to the server", || after(1, 8), ["", "U", "U", "U"]),
        ("a value that BSON cannot hold", || Error::from_driver(Driver::Bson(unwritable()).into()), ["N"; 4]),
        ("BSON", || Error::from_driver(Driver::Bson(bson()).into()), ["", "U", "U", "U"]),
        ("something else", || Error::from_driver(Driver::MissingResumeToken.into()), [""; 4]),
        ("custom", || Error::from_driver(DriverError::custom(Arc::new(1))), [""; 4]),
    ]
}

fn bson() -> mongodb::bson::error::Error {
    mongodb::bson::oid::ObjectId::parse_str("no").unwrap_err()
}

fn unwritable() -> mongodb::bson::error::Error {
    serde::ser::Error::custom("SECRET")
}

const MERGE: Operation<'static> = Operation {
    verb: Verb::new("aggregate", "aggregate"),
    database: "shop",
    collection: Some("orders"),
    names: &[],
    called_at: None,
};

/// A `$merge` writes one document after the other, so the code of a failure shows only whether it has started.
#[test]
fn a_failed_merge_may_have_written_a_part() {
    let reading = Operation { verb: MERGE.verb.reading(), ..MERGE };
    for (code, expected) in
        [(11000, "U"), (121, "U"), (13113, "U"), (9, ""), (13, ""), (59, ""), (72, ""), (73, ""), (40324, "")]
    {
        let error = after(1, code).during(&MERGE);
        assert_eq!(predicates(&error), expected, "{error}");
        assert_eq!(error.to_string().contains(OPEN), expected == "U", "{error}");
        let error = after(1, code).during(&reading);
        assert_eq!(predicates(&error), "", "{error}");
    }
}

/// The driver can read the reply, but the reply does not fit the declared type.
#[test]
fn a_command_whose_reply_does_not_fit_may_have_written() {
    let writing = Operation { verb: Verb::new("run_command", "runCommand"), collection: None, ..MERGE };
    let reading = Operation { verb: writing.verb.reading(), ..writing };
    for (operation, expected) in [(writing, "U"), (reading, "")] {
        let error = Error::decode(&[], CodecError::malformed()).during(&operation);
        assert_eq!(predicates(&error), expected, "{error}");
        assert_eq!(error.to_string().contains(OPEN), expected == "U", "{error}");
    }
}

#[test]
fn text_kind_labels_and_predicates_agree() {
    let mut kinds = BTreeSet::new();
    for (name, make, expected) in table() {
        let placed = [Some(&FIND), Some(&INSERT), Some(&UPDATE_MANY), None];
        for (operation, expected) in placed.into_iter().zip(expected) {
            let error = match operation {
                Some(operation) => make().during(operation),
                None => make(),
            };
            kinds.insert(error.kind().name());
            let context = format!("{name}: {error}");
            assert_eq!(predicates(&error), expected, "{context}");
            let place = operation.map(|it| format!("{} on shop.orders: ", it.verb.name)).unwrap_or_default();
            let code = match (error.code(), error.code_name()) {
                (Some(code), Some(name)) if !name.is_empty() => format!(" (code {code}, {name})"),
                (Some(code), _) => format!(" (code {code})"),
                (None, _) => String::new(),
            };
            assert_eq!(error.to_string(), format!("{place}{}{}{code}", Cause(&error), end(&error)), "{name}");
            // Labels and predicates do not contradict each other.
            assert!(!error.has_label("NoWritesPerformed") || !error.is_outcome_unknown(), "{context}");
            assert!(!error.is_retryable() || !error.is_outcome_unknown(), "{context}");
            assert_silent(&error, &["SECRET"]);
        }
    }
    kinds.insert("BulkWrite");
    let source = include_str!("../kind.rs");
    let all = source.lines().filter_map(|line| line.trim().split_once(" => \"")?.1.strip_suffix("\","));
    let all: BTreeSet<&str> = all.collect();
    assert_eq!(kinds, all, "the table has every kind");
}

/// Only the commit applies the writes of a transaction, so no error of a call in it states an outcome.
#[test]
fn an_error_in_a_transaction_has_no_outcome() {
    for (name, make, [reading, ..]) in table() {
        // The server reports a write concern only for the commit.
        if matches!(make().kind(), ErrorKind::WriteConcern(_)) {
            continue;
        }
        for operation in [&FIND, &INSERT, &UPDATE_MANY, &MERGE] {
            let error = make().during(operation).in_transaction();
            let context = format!("{name}: {error}");
            // A commit is not such a call.
            if !error.has_label("UnknownTransactionCommitResult") {
                // Nor is a hook after the write.
                assert_eq!(predicates(&error), reading.replace('A', ""), "{context}");
            }
            assert!(
                !error.is_applied() && !error.is_outcome_unknown() && !error.may_be_applied(),
                "{context}"
            );
            assert!(!context.contains(OPEN) && !context.contains("was applied"), "{context}");
            assert_eq!(
                context.contains("; run the transaction again"),
                error.is_retryable() && !error.is_not_sent(),
                "{context}"
            );
        }
        let error = interrupted(make()).during(&UPDATE_MANY).in_transaction();
        let report = error.bulk_write_error().unwrap();
        let undone = report.outcomes().all(|outcome| matches!(outcome, crate::error::WriteOutcome::NotTried));
        assert!(undone && !error.is_applied() && !error.is_outcome_unknown(), "{name}: {error}");
    }
    let error = Error::decode(&[], CodecError::malformed()).during(&INSERT).in_transaction();
    assert!(
        error.to_string().ends_with("; the write is applied only if its transaction is committed"),
        "{error}"
    );
}

/// The error that interrupts many writes has the same predicates as for one write of many documents.
#[test]
fn an_interrupted_bulk_agrees_with_its_cause() {
    for (name, make, [_, _, expected, _]) in table() {
        let cause = make().during(&UPDATE_MANY);
        if cause.has_label("UnknownTransactionCommitResult") {
            continue;
        }
        // These follow a write that was applied, so they do not interrupt the next ones.
        if matches!(cause.kind(), ErrorKind::WriteConcern(_) | ErrorKind::Decode(_)) || expected == "A" {
            continue;
        }
        let error = interrupted(make()).during(&UPDATE_MANY);
        assert_eq!(predicates(&error), expected, "{name}: {error}");
        let text = error.to_string();
        for (end, letter) in [(NOT_SENT, 'N'), (OPEN, 'U'), (AGAIN, 'R')] {
            assert!(text.matches(end).count() <= 1, "{name}: {text}");
            assert!(!text.contains(end) || expected.contains(letter), "{name}: {text}");
        }
        assert_eq!(text.contains(OPEN), expected.contains('U'), "{name}: {text}");
        assert_eq!(text.contains(NOT_SENT), expected.contains('N'), "{name}: {text}");
        for label in ["RetryableWriteError", "NoWritesPerformed"] {
            assert_eq!(error.has_label(label), cause.has_label(label), "{name}");
        }
    }
}
