//! The outcome of each document of a bulk write.

use mongodb::{
    bson::doc,
    error::{Error as DriverError, ErrorKind as Driver},
};

use super::*;

fn reply(command: Command, reply: Document) -> Result<WriteReply> {
    WriteReply::read_document(command, reply)
}

fn inserts(n: i32, write_errors: Vec<Document>) -> Result<WriteReply> {
    reply(Command::Insert, doc! { "ok": 1.0, "n": n, "writeErrors": write_errors })
}

fn outcomes(error: &Error) -> String {
    let letter = |outcome| match outcome {
        WriteOutcome::Written => 'w',
        WriteOutcome::Failed(_) => 'f',
        WriteOutcome::NotTried => '-',
        WriteOutcome::Unknown => '?',
    };
    error.bulk_write_error().unwrap().outcomes().map(letter).collect()
}

#[test]
fn insert_many_per_document() {
    let duplicate = |index: i32| {
        doc! { "index": index, "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.orders index: _id_ dup key: { _id: \"SECRET\" }" }
    };
    let invalid = doc! { "index": 3, "code": 121, "errmsg": "Document failed validation" };

    let mut ordered = BulkWriteError::of_documents(6);
    assert!(ordered.take(&[0, 1], inserts(2, vec![]), true));
    assert!(!ordered.take(&[2, 3, 4, 5], inserts(1, vec![duplicate(1)]), true));
    let ordered = ordered.into_result().unwrap_err().during(&INSERT);
    assert_eq!(outcomes(&ordered), "wwwf--");
    assert!(ordered.is_duplicate_key() && !ordered.is_not_sent() && !ordered.is_retryable());
    assert_eq!(ordered.code(), Some(11000));
    assert_eq!(ordered.bulk_write_error().unwrap().failures()[0].position(), 3);
    assert_eq!(
        ordered.to_string(),
        "insert_one on shop.orders: 3 of 6 documents were written; the one at position 3: another document already \
         has this `_id` (code 11000)"
    );
    assert_silent(&ordered, &["SECRET"]);

    let mut unordered = BulkWriteError::of_documents(6);
    assert!(unordered.take(&[0, 1, 2, 3, 4], inserts(3, vec![duplicate(1), invalid]), false));
    assert!(unordered.take(&[5], inserts(1, vec![]), false));
    let unordered = unordered.into_result().unwrap_err();
    assert_eq!(outcomes(&unordered), "wfwfww");
    assert!(!unordered.is_duplicate_key() && !unordered.is_rejected());
    assert_eq!(
        unordered.to_string(),
        "4 of 6 documents were written; the one at position 1: another document already has this `_id`; 1 more \
         failed, see `bulk_write_error()` (code 11000)"
    );

    let mut lost = BulkWriteError::of_documents(4);
    assert!(lost.take(&[0, 1], inserts(2, vec![]), false));
    let error =
        Error::from_driver(DriverError::from(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)));
    assert!(!lost.take(&[2], Err(error), false));
    let lost = lost.into_result().unwrap_err();
    assert_eq!(outcomes(&lost), "ww?-");
    assert!(lost.is_unavailable() && lost.is_outcome_unknown() && !lost.is_retryable());
    assert_eq!(
        lost.to_string(),
        "2 of 4 documents were written, the outcome of 1 is unknown; the connection broke before the answer came: \
         unexpected end of file; a write may have been applied"
    );

    let mut concern = BulkWriteError::of_documents(2);
    let late = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "timed out" };
    // The next batch is sent, because the write is applied.
    assert!(concern.take(
        &[0, 1],
        reply(Command::Insert, doc! { "ok": 1, "n": 2, "writeConcernError": late }),
        true
    ));
    let concern = concern.into_result().unwrap_err();
    assert_eq!(outcomes(&concern), "ww");
    let report = concern.bulk_write_error().unwrap();
    assert!(report.interruption().is_none());
    assert!(report.write_concern_errors()[0].write_concern_error().unwrap().is_timeout());
    assert!(concern.is_outcome_unknown() && concern.is_applied());
    assert_eq!(
        concern.to_string(),
        "2 of 2 documents were written; the write was applied, but not acknowledged by as many members as its write \
         concern asks for (code 64, WriteConcernFailed)"
    );

    assert!(BulkWriteError::of_documents(0).into_result().is_ok());
}

/// The interruption determines the code, the predicates and the driver's error of the whole call.
#[test]
fn an_interruption_is_not_hidden() {
    let interrupted = |code: i32, name: &str| {
        let answer: CommandError = parsed(doc! { "code": code, "codeName": name, "errmsg": "SECRET" });
        let mut report = BulkWriteError::of_documents(4);
        assert!(report.take(&[0], inserts(1, vec![]), false));
        assert!(!report.take(&[1, 2], Err(Error::from_driver(Driver::Command(answer).into())), false));
        let error = report.into_result().unwrap_err();
        assert_eq!((error.code(), error.code_name()), (Some(code), Some(name)));
        assert_eq!(error.server_message(), Some("SECRET"));
        assert!(error.driver().is_some() && !error.is_not_sent() && !error.is_retryable());
        assert_silent(&error, &["SECRET"]);
        error
    };

    let stepped_down = interrupted(189, "PrimarySteppedDown");
    assert_eq!(outcomes(&stepped_down), "w??-");
    assert_eq!(
        stepped_down.to_string(),
        "1 of 4 documents were written, the outcome of 2 is unknown; a conflict or an election interrupted the \
         operation; a write may have been applied (code 189, PrimarySteppedDown)"
    );

    let unauthorized = interrupted(13, "Unauthorized");
    assert!(unauthorized.is_unauthorized());
    assert_eq!(outcomes(&unauthorized), "w---");
}

/// A failure aborts the transaction, and so undoes the other writes. What was not sent aborts nothing.
#[test]
fn a_failure_in_a_transaction_undoes_the_other_writes() {
    let failed = || {
        let mut report = BulkWriteError::of_documents(3);
        let duplicate = doc! { "index": 1, "code": 11000, "errmsg": "E11000 duplicate key" };
        report.take(&[0, 1, 2], inserts(2, vec![duplicate]), false);
        report.into_result().unwrap_err().during(&INSERT)
    };
    assert_eq!(outcomes(&failed()), "wfw");
    let error = failed().in_transaction();
    assert!(error.may_abort_transaction() && error.is_duplicate_key());
    assert_eq!(outcomes(&error), "-f-");
    let report = error.bulk_write_error().unwrap();
    assert_eq!((report.counts(), report.written_count()), (WriteCounts::default(), 0));
    assert!(
        error.to_string().starts_with("insert_one on shop.orders: 0 of 3 documents were written"),
        "{error}"
    );

    let mut report = BulkWriteError::of_documents(2);
    report.take(&[0], inserts(1, vec![]), true);
    report.take(&[1], Err(Error::refused("the client has been shut down")), true);
    let error = report.into_result().unwrap_err().in_transaction();
    assert!(!error.may_abort_transaction() && !error.is_applied());
    assert_eq!(outcomes(&error), "w-");
}

/// Positions are those of the writes in the call, not in a batch. The counts and ids of all batches are kept.
#[test]
fn bulk_write_per_write() {
    let mut report = BulkWriteError::of_writes(6);
    assert!(report.take(&[4, 0], inserts(2, vec![]), false));
    let updates = doc! {
        "ok": 1.0, "n": 3, "nModified": 1, "upserted": [{ "index": 1, "_id": "new" }],
        "writeErrors": [{
            "index": 2, "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.orders index: byName \
             dup key: { name: \"SECRET\" }", "keyPattern": { "name": 1 }, "keyValue": { "name": "SECRET" },
        }],
    };
    assert!(report.take(&[1, 5, 3], reply(Command::Update, updates), false));
    assert!(report.take(&[2], reply(Command::Delete, doc! { "ok": 1.0, "n": 7 }), false));
    let error = report.into_result().unwrap_err();
    assert_eq!(outcomes(&error), "wwwfww");
    let report = error.bulk_write_error().unwrap();
    assert_eq!(
        report.counts(),
        WriteCounts { inserted: 2, matched: 2, modified: 1, upserted: 1, deleted: 7 }
    );
    assert_eq!(report.upserted_id(5), Some(&"new".into()));
    assert_eq!(report.upserted_id(1), None);
    let key = report.failures()[0].error().duplicate_key().unwrap();
    assert_eq!((key.index(), key.fields()), ("byName", &["name".to_owned()][..]));
    assert_eq!(key.value_of("name"), Some(&"SECRET".into()));
    assert_eq!(
        error.to_string(),
        "5 of 6 writes were applied; the one at position 3: another document already has this key in the unique index \
         `byName` (code 11000)"
    );
    assert_silent(&error, &["SECRET"]);
}

/// The report of a bulk write across collections contains single failures, the interruption and the known results.
#[test]
fn bulk_write_across_collections() {
    let mut across = mongodb::error::BulkWriteError::default();
    across.write_errors.insert(
        2,
        parsed(doc! { "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.orders index: _id_ dup key: { _id: \"SECRET\" }" }),
    );
    let mut known = mongodb::results::VerboseBulkWriteResult::default();
    (known.summary.inserted_count, known.summary.upserted_count) = (1, 1);
    // The driver's results of single writes have no constructor.
    known.delete_results.insert(0, mongodb::results::DeleteResult::default());
    across.partial_result = Some(mongodb::error::PartialBulkWriteResult::Verbose(known));
    across
        .write_concern_errors
        .push(parsed(doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "late" }));
    let error = Error::from_driver(Driver::BulkWrite(across).into());
    let error = BulkWriteError::of_driver(&[false; 4], error).into_result().unwrap_err();
    assert_eq!(outcomes(&error), "w-f-");
    let report = error.bulk_write_error().unwrap();
    assert_eq!(report.counts(), WriteCounts { inserted: 1, upserted: 1, ..WriteCounts::default() });
    assert_eq!(report.write_concern_errors().len(), 1);
    assert!(!error.is_duplicate_key() && error.is_outcome_unknown() && !error.is_applied());
    assert_silent(&error, &["SECRET"]);

    // A failure without a cause is reported as a failure.
    let silent = Driver::BulkWrite(mongodb::error::BulkWriteError::default());
    let error =
        BulkWriteError::of_driver(&[false; 2], Error::from_driver(silent.into())).into_result().unwrap_err();
    assert_eq!(outcomes(&error), "??");

    let lost = DriverError::from(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
    let error = BulkWriteError::of_driver(&[false; 2], Error::from_driver(lost)).into_result().unwrap_err();
    assert_eq!(outcomes(&error), "??");
    assert!(error.is_outcome_unknown());
}
