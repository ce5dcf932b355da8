//! What became of each document.

use mongodb::{
    bson::{Bson, doc},
    error::{Error as DriverError, ErrorKind as Driver, InsertManyError as Many},
};

use super::*;

/// The driver's own error has no constructor; its serde form is how it reads the server's answer.
fn many(write_errors: Bson, write_concern_error: Bson) -> Error {
    let many: Many = parsed(doc! { "writeErrors": write_errors, "writeConcernError": write_concern_error });
    Error::from_driver(Driver::InsertMany(many).into())
}

fn outcomes(error: &Error) -> String {
    let letter = |outcome| match outcome {
        InsertOutcome::Written => 'w',
        InsertOutcome::Failed(_) => 'f',
        InsertOutcome::NotTried => '-',
        InsertOutcome::Unknown => '?',
    };
    error.insert_many_error().unwrap().outcomes().map(letter).collect()
}

#[test]
fn insert_many_per_document() {
    let duplicate = |index: i32| {
        doc! { "index": index, "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.orders index: _id_ dup key: { _id: \"SECRET\" }" }
    };
    let invalid = doc! { "index": 3, "code": 121, "errmsg": "Document failed validation" };

    let mut ordered = InsertManyError::new(6);
    ordered.written(0..2);
    assert!(!ordered.absorb(2..6, many(vec![duplicate(1)].into(), Bson::Null), true));
    let ordered = ordered.into_result().unwrap_err().during(&INSERT);
    assert_eq!(outcomes(&ordered), "wwwf--");
    assert!(ordered.is_duplicate_key() && !ordered.is_not_sent() && !ordered.is_retryable());
    assert_eq!(ordered.code(), Some(11000));
    assert_eq!(ordered.insert_many_error().unwrap().failures()[0].position(), 3);
    assert_eq!(
        ordered.to_string(),
        "insert_one on shop.orders: 3 of 6 documents were written; the one at position 3: another document already \
         has this `_id` (code 11000)"
    );
    assert_silent(&ordered, &["SECRET"]);

    let mut unordered = InsertManyError::new(6);
    assert!(unordered.absorb(0..5, many(vec![duplicate(1), invalid].into(), Bson::Null), false));
    unordered.written(5..6);
    let unordered = unordered.into_result().unwrap_err();
    assert_eq!(outcomes(&unordered), "wfwfww");
    assert!(!unordered.is_duplicate_key() && !unordered.is_rejected());
    assert_eq!(
        unordered.to_string(),
        "4 of 6 documents were written; the one at position 1: another document already has this `_id`; 1 more \
         failed, see `insert_many_error()` (code 11000)"
    );

    let mut lost = InsertManyError::new(4);
    lost.written(0..2);
    let error =
        Error::from_driver(DriverError::from(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)));
    assert!(!lost.absorb(2..3, error, false));
    let lost = lost.into_result().unwrap_err();
    assert_eq!(outcomes(&lost), "ww?-");
    assert!(lost.is_unavailable() && lost.is_outcome_unknown() && !lost.is_retryable());
    assert_eq!(
        lost.to_string(),
        "2 of 4 documents were written, of 1 it is not known; the connection broke before the answer came: \
         unexpected end of file; a write may have been applied"
    );

    let mut concern = InsertManyError::new(2);
    let late = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "timed out" };
    concern.absorb(0..2, many(Bson::Null, late.into()), true);
    let concern = concern.into_result().unwrap_err();
    assert_eq!(outcomes(&concern), "ww");
    assert!(matches!(
        concern.insert_many_error().unwrap().interruption().unwrap().kind(),
        ErrorKind::WriteConcern
    ));
    assert!(concern.is_outcome_unknown());

    assert!(InsertManyError::new(0).into_result().is_ok());
}

/// What ended the call answers for the whole: its code, its kind, the driver's error.
#[test]
fn an_interruption_is_not_hidden() {
    let interrupted = |code: i32, name: &str| {
        let answer: CommandError = parsed(doc! { "code": code, "codeName": name, "errmsg": "SECRET" });
        let mut report = InsertManyError::new(4);
        report.written(0..1);
        assert!(!report.absorb(1..3, Error::from_driver(Driver::Command(answer).into()), false));
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
        "1 of 4 documents were written, of 2 it is not known; a conflict or an election got in the way; try again \
         (code 189, PrimarySteppedDown)"
    );

    let unauthorized = interrupted(13, "Unauthorized");
    assert!(unauthorized.is_unauthorized());
    assert_eq!(outcomes(&unauthorized), "w---");
}
