//! Messages of real servers, and the errors that they are converted to.

mod agreement;
mod bulk_write;
mod decode;

use mongodb::{
    bson::{Document, doc},
    error::{CommandError, Error as DriverError, ErrorKind as Driver, WriteFailure},
};

use super::*;
use crate::operation::Verb;

const INSERT: Operation<'static> = Operation {
    verb: Verb::new("insert_one", "insert").of_one_document(),
    database: "shop",
    collection: Some("orders"),
    names: &[],
    called_at: None,
};
const FIND: Operation<'static> = Operation {
    verb: Verb::new("find", "find"),
    database: "shop",
    collection: Some("orders"),
    names: &[],
    called_at: None,
};

fn parsed<T: serde::de::DeserializeOwned>(document: Document) -> T {
    mongodb::bson::deserialize_from_document(document).unwrap()
}

fn write(document: Document) -> Error {
    Error::from_driver(Driver::Write(WriteFailure::WriteError(parsed(document))).into()).during(&INSERT)
}

fn command(document: Document) -> Error {
    Error::from_driver(Driver::Command(parsed::<CommandError>(document)).into()).during(&FIND)
}

#[test]
fn is_one_pointer_that_crosses_threads() {
    fn crosses<T: Send + Sync + std::error::Error + 'static>() {}
    crosses::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

/// The index, its fields and the key are read from the messages of 6.0, 7.0 and 8.0, which differ only in their
/// prefix.
#[test]
fn duplicate_keys() {
    for (text, index, fields, value) in [
        (
            r#"E11000 duplicate key error collection: shop.orders index: email_1 dup key: { email: "ada@example.org" }"#,
            "email_1",
            vec!["email"],
            r#"{ email: "ada@example.org" }"#,
        ),
        (
            "E11000 duplicate key error collection: shop.orders index: _id_ dup key: { _id: ObjectId('65f0a1b2c3d4e5f60718293a') }",
            "_id_",
            vec!["_id"],
            "{ _id: ObjectId('65f0a1b2c3d4e5f60718293a') }",
        ),
        (
            r#"E11000 duplicate key error collection: shop.orders index: customer_1_placed_at_-1 dup key: { customer: 7, placed_at: "ada" }"#,
            "customer_1_placed_at_-1",
            vec!["customer", "placed_at"],
            r#"{ customer: 7, placed_at: "ada" }"#,
        ),
        (
            r#"Plan executor error during update :: caused by :: E11000 duplicate key error collection: shop.orders index: byName dup key: { name.first: "ada, b: {", name.last: "}" }"#,
            "byName",
            vec!["name.first", "name.last"],
            r#"{ name.first: "ada, b: {", name.last: "}" }"#,
        ),
        (
            r#"E11000 duplicate key error collection: shop.orders index: email_1 collation: { locale: "en", caseLevel: false } dup key: { email: "0x29314b" }"#,
            "email_1",
            vec!["email"],
            r#"{ email: "0x29314b" }"#,
        ),
        (
            r#"E11000 duplicate key error collection: shop.orders index: lines.sku_1_tags_1 dup key: { lines.sku: { a: 1 }, tags: [ "ada" ] }"#,
            "lines.sku_1_tags_1",
            vec!["lines.sku", "tags"],
            r#"{ lines.sku: { a: 1 }, tags: [ "ada" ] }"#,
        ),
        // A custom index name that looks like a default name.
        (
            r#"E11000 duplicate key error collection: shop.orders index: users_email_1 dup key: { email: "ada" }"#,
            "users_email_1",
            vec!["email"],
            r#"{ email: "ada" }"#,
        ),
        // A stored string that looks like a second field.
        (
            r#"E11000 duplicate key error collection: shop.orders index: email_1 dup key: { email: "ada", role: "" }"#,
            "email_1",
            vec!["email"],
            r#"{ email: "ada", role: "" }"#,
        ),
    ] {
        for error in [
            write(doc! { "code": 11000, "errmsg": text }),
            command(doc! { "code": 11000, "codeName": "DuplicateKey", "errmsg": text }),
        ] {
            assert!(error.is_duplicate_key(), "{text}");
            let key = error.duplicate_key().unwrap();
            assert_eq!(
                (key.index(), key.fields(), key.value()),
                (index, &fields.iter().map(ToString::to_string).collect::<Vec<_>>()[..], Some(value))
            );
            assert_eq!(error.code(), Some(11000));
            assert_eq!(error.server_message(), Some(text));
            assert_silent(&error, &["ada", "65f0", "0x29"]);
        }
    }
    assert_eq!(
        write(doc! { "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.orders index: email_1 dup key: { email: 1 }" }).to_string(),
        "insert_one on shop.orders: another document already has this key in the unique index `email_1` (code 11000)"
    );
    assert_eq!(
        write(doc! { "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.orders index: _id_ dup key: { _id: 1 }" }).to_string(),
        "insert_one on shop.orders: another document already has this `_id` (code 11000)"
    );
    assert_eq!(
        write(doc! { "code": 11000, "errmsg": "something else" }).to_string(),
        "insert_one on shop.orders: another document already has this key in a unique index (code 11000)"
    );
}

/// The details of a reply of 6.0. Servers send them since 5.0; those of 7.0 and 8.0 are the same.
#[test]
fn rejected_by_the_validator() {
    let error = write(doc! {
        "code": 121,
        "errmsg": "Document failed validation",
        "errInfo": {
            "failingDocumentId": 3,
            "details": {
                "operatorName": "$jsonSchema",
                "schemaRulesNotSatisfied": [
                    {
                        "operatorName": "properties",
                        "propertiesNotSatisfied": [
                            {
                                "propertyName": "age",
                                "details": [{
                                    "operatorName": "bsonType",
                                    "specifiedAs": { "bsonType": "int" },
                                    "reason": "type did not match",
                                    "consideredValue": "SECRET",
                                    "consideredType": "string",
                                }],
                            },
                            {
                                "propertyName": "lines",
                                "details": [{
                                    "operatorName": "items",
                                    "reason": "At least one item did not match the sub-schema",
                                    "itemIndex": 0,
                                    "details": [{
                                        "operatorName": "properties",
                                        "propertiesNotSatisfied": [{
                                            "propertyName": "qty",
                                            "details": [{
                                                "operatorName": "minimum",
                                                "specifiedAs": { "minimum": 1 },
                                                "reason": "comparison failed",
                                                "consideredValue": 0,
                                            }],
                                        }],
                                    }],
                                }],
                            },
                        ],
                    },
                    { "operatorName": "required", "specifiedAs": { "required": ["name"] }, "missingProperties": ["name"] },
                ],
            },
        },
    });
    assert!(error.is_rejected());
    let rules = error.rejection().unwrap().rules();
    let names: Vec<_> = rules.iter().map(|rule| (rule.path(), rule.rule())).collect();
    assert_eq!(names, [("age", "bsonType"), ("lines.qty", "minimum"), ("name", "required")]);
    assert_eq!(
        (rules[0].expected(), rules[0].considered_value()),
        (Some(&"int".into()), Some(&"SECRET".into()))
    );
    assert_eq!(rules[0].reason(), Some("type did not match"));
    assert_eq!((rules[1].expected(), rules[1].considered_value()), (Some(&1.into()), Some(&0.into())));
    assert_eq!((rules[2].expected(), rules[2].considered_value()), (None, None));
    assert_eq!(
        format!("{:?}", rules[0]),
        "RejectedRule { path: \"age\", rule: \"bsonType\", expected: Some(String(\"int\")), .. }"
    );
    assert_eq!(error.rejection().unwrap().details().unwrap().get_i32("failingDocumentId").unwrap(), 3);
    assert_eq!(
        error.to_string(),
        "insert_one on shop.orders: the validator of the collection refused the document: `age` (bsonType), \
         `lines.qty` (minimum), `name` (required) (code 121)"
    );
    assert_silent(&error, &["SECRET"]);

    let expression = write(doc! {
        "code": 121,
        "errmsg": "Document failed validation",
        "errInfo": { "failingDocumentId": 3, "details": {
            "operatorName": "$gt", "specifiedAs": { "a": { "$gt": 5 } }, "reason": "comparison failed", "consideredValue": 1,
        } },
    });
    assert_eq!(
        expression.to_string(),
        "insert_one on shop.orders: the validator of the collection refused the document: `a` ($gt) (code 121)"
    );
    let rule = &expression.rejection().unwrap().rules()[0];
    assert_eq!((rule.expected(), rule.considered_value()), (Some(&5.into()), Some(&1.into())));
    let bare = write(doc! { "code": 121, "errmsg": "Document failed validation" });
    assert_eq!(
        bare.to_string(),
        "insert_one on shop.orders: the validator of the collection refused the document (code 121)"
    );
}

#[test]
fn codes_by_what_can_be_done() {
    type Asked = fn(&Error) -> bool;
    for (code, name, asked) in [
        (13, "Unauthorized", Error::is_unauthorized as Asked),
        (8000, "AtlasError", |error| matches!(error.kind(), ErrorKind::Server(8000))),
        (18, "AuthenticationFailed", Error::is_unauthorized),
        (43, "CursorNotFound", |error| {
            matches!(error.kind(), ErrorKind::CursorNotFound) && error.is_retryable()
        }),
        (50, "MaxTimeMSExpired", Error::is_timeout),
        (91, "ShutdownInProgress", Error::is_retryable),
        (112, "WriteConflict", Error::is_retryable),
        (189, "PrimarySteppedDown", Error::is_retryable),
        (286, "ChangeStreamHistoryLost", |error| matches!(error.kind(), ErrorKind::HistoryLost)),
        (10107, "NotWritablePrimary", Error::is_retryable),
        (17419, "Location17419", |error| matches!(error.kind(), ErrorKind::TooLarge(_))),
        (2, "BadValue", |error| matches!(error.kind(), ErrorKind::Server(2)) && !error.is_retryable()),
    ] {
        let error = command(doc! { "code": code, "codeName": name, "errmsg": "the value is SECRET" });
        assert!(asked(&error), "{code}: {error:?}");
        assert_eq!((error.code(), error.code_name()), (Some(code), Some(name)));
        assert!(error.to_string().ends_with(&format!(" (code {code}, {name})")), "{error}");
        assert_eq!(error.server_message(), Some("the value is SECRET"));
        assert_silent(&error, &["SECRET"]);
    }
    for (text, unauthorized) in [
        ("bad auth : Authentication failed.", true),
        ("user is not allowed to do action [find] on [shop.orders]", true),
        ("(CMD_NOT_ALLOWED): setParameter", false),
        ("you are over your space quota, using 513 MB of 512 MB", false),
    ] {
        let error = command(doc! { "code": 8000, "codeName": "AtlasError", "errmsg": text });
        assert_eq!(error.is_unauthorized(), unauthorized, "{text}");
    }
    assert_eq!(
        command(doc! { "code": 2, "codeName": "BadValue", "errmsg": "unknown operator: $foo" }).to_string(),
        "find on shop.orders: the filter has an operator that this server does not know; the server's message, which \
         may hold stored values, is in `server_message()` (code 2, BadValue)"
    );
    let concern: mongodb::error::WriteConcernError = parsed(
        doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out" },
    );
    let concern =
        Error::from_driver(Driver::Write(WriteFailure::WriteConcernError(concern)).into()).during(&INSERT);
    assert!(concern.is_outcome_unknown() && concern.is_applied() && !concern.is_retryable());
    assert!(concern.write_concern_error().unwrap().is_timeout());
    assert_eq!(
        concern.to_string(),
        "insert_one on shop.orders: the write was applied, but not acknowledged by as many members as its write \
         concern asks for (code 64, WriteConcernFailed)"
    );
}

#[test]
fn connections() {
    let lost = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let lost = Error::from_driver(DriverError::from(lost)).during(&INSERT);
    assert!(lost.is_unavailable() && lost.is_outcome_unknown() && !lost.is_retryable());
    assert_eq!(
        lost.to_string(),
        "insert_one on shop.orders: the connection broke before the answer came: unexpected end of file; a write \
         may have been applied"
    );
    let read = Error::from_driver(DriverError::from(std::io::Error::from(std::io::ErrorKind::UnexpectedEof)));
    assert!(!read.during(&FIND).is_outcome_unknown(), "a read changes nothing");
    let late = Error::from_driver(DriverError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)));
    assert!(late.is_timeout() && late.is_outcome_unknown());
    assert_eq!(late.to_string(), "the connection timed out; a write may have been applied");
}

fn selection(topology: &str) -> Error {
    let message = format!("Server selection timeout: No available servers. Topology: {topology}");
    Error::new(selection::unavailable(&message))
}

#[test]
fn server_selection() {
    let io = "I/O error: Connection refused (os error 111), labels: {\"SystemOverloadedError\", \"RetryableError\"}, \
              source: None, server response: None";
    let cleared =
        "Connection pool for b.example.org:27017 cleared because another operation failed with: Kind:";
    assert_eq!(
        selection(&format!(
            "{{ Type: Unknown, Servers: [ {{ Address: 127.0.0.1:27018, Type: Unknown, Error: Kind: {io} }}, {{ Address: \
             b.example.org:27017, Type: Unknown, Error: Kind: {cleared} {io}, labels: {{}}, source: None, server \
             response: None }} ] }}"
        ))
        .to_string(),
        "no server could be used in time: 127.0.0.1:27018 (I/O error: Connection refused (os error 111)), \
         b.example.org:27017 (I/O error: Connection refused (os error 111)); is MongoDB running there, and does the URI \
         name the right host?"
    );
    assert_eq!(
        selection(
            "{ Type: ReplicaSetNoPrimary, Set Name: rs0, Servers: [ { Address: a:27017, Type: RsSecondary, \
             Average RTT: 1ms, Replica Set Name: rs0 } ] }"
        )
        .to_string(),
        "no server could be used in time: a:27017 (RsSecondary); is MongoDB running there, and does the URI name \
         the right host?"
    );
    assert_eq!(
        selection("something else").to_string(),
        "no server could be used in time; is MongoDB running there, and does the URI name the right host?"
    );
}

/// The driver's description of a server contains the last error of any call, with its stored values.
#[test]
fn the_state_of_a_server_does_not_repeat_what_a_server_answered() {
    let shown = |error: &str| {
        let error = selection(&format!(
            "{{ Type: Unknown, Servers: [ {{ Address: a:27017, Type: Unknown, Error: Kind: {error}, labels: {{}}, source: \
             None, server response: None }}, {{ Address: b:27017, Type: Unknown, Error: Kind: I/O error: unexpected end of \
             file, labels: {{}}, source: None, server response: None }} ] }}"
        ));
        assert_silent(&error, &["SECRET"]);
        assert!(error.is_unavailable());
        error.to_string()
    };
    let other = "no server could be used in time: a:27017 (its last answer was an error), ..; is MongoDB running there, \
                 and does the URI name the right host?";
    for error in [
        "An error occurred when trying to execute an insert_many operation: InsertManyError { write_errors: Some([\
         IndexedWriteError { message: \"E11000 duplicate key error index: email_1 dup key: { email: \\\"SECRET\\\" }\" }]) }",
        "Command failed: Error code SECRET (Name): SECRET",
        "Command failed: Error code 11600 (SECRET { Address: SECRET, Type: SECRET",
        "The server returned an invalid reply to a database operation: SECRET",
        "SECRET failure: { Address: SECRET, Type: SECRET, Error: Kind: I/O error: SECRET",
        "Internal error: Kind: I/O error: SECRET",
        "An invalid argument was provided: SECRET",
    ] {
        let error = error.replace("SECRET failure", "secret SECRET failure");
        assert_eq!(shown(&error), other, "{error}");
    }
    assert_eq!(
        shown(
            "An invalid argument was provided: Connection string replicaSet name \"SECRET\" does not match actual name"
        ),
        "no server could be used in time: a:27017 (the server is not a member of the set that `replicaSet` names), ..; is \
         MongoDB running there, and does the URI name the right host?"
    );
    assert_eq!(
        shown("Command failed: Error code 11600 (InterruptedAtShutdown): { Address: SECRET, Type: SECRET"),
        "no server could be used in time: a:27017 (code 11600, InterruptedAtShutdown), ..; is MongoDB running there, and \
         does the URI name the right host?"
    );
}

/// The driver reports the password only in the call in which the server refused it. Later calls find a server that
/// cannot be used.
#[test]
fn a_refused_password_is_unauthorized_in_every_call() {
    for cause in [
        "SCRAM failure: Authentication failed.",
        "MONGODB-X509 failure: SECRET",
        "Command failed: Error code 18 (AuthenticationFailed): SECRET",
    ] {
        let cause = format!("Kind: {cause}, labels: {{}}, source: None, server response: None");
        let cleared =
            format!("Connection pool for a:27017 cleared because another operation failed with: {cause}");
        for error in [
            selection(&format!("{{ Servers: [ {{ Address: a:27017, Type: Unknown, Error: {cause} }} ] }}")),
            selection(&format!(
                "{{ Servers: [ {{ Address: a:27017, Type: Unknown, Error: Kind: {cleared} }} ] }}"
            )),
            Error::new(selection::pool_cleared(&cleared)),
        ] {
            assert!(error.is_unauthorized() && !error.is_unavailable() && !error.is_retryable(), "{error}");
            assert_silent(&error, &["SECRET"]);
        }
    }
    let cleared = "Connection pool for a:27017 cleared because another operation failed with: Kind: Internal error: SECRET";
    let error = Error::new(selection::pool_cleared(cleared));
    assert!(error.is_unavailable());
    assert_eq!(error.to_string(), "the connection failed: its last answer was an error");
}

#[test]
fn what_was_never_sent() {
    let refused = Error::refused("the update is empty").during(&INSERT);
    assert!(refused.is_not_sent());
    assert_eq!(refused.to_string(), "insert_one on shop.orders: the update is empty; nothing was sent");
    let encode = Error::from(CodecError::new("an int64", "a greater number").at("qty")).during(&INSERT);
    assert!(encode.is_not_sent());
    assert_eq!(
        encode.to_string(),
        "insert_one on shop.orders: cannot be sent: `qty`: expected an int64, found a greater number; nothing was sent"
    );
    assert_eq!(
        format!("{refused:?}"),
        "Error { kind: Refused, message: insert_one on shop.orders: the update is empty; nothing was sent }"
    );
}

/// Asserts that neither the strings of the error nor those of its sources contain stored values.
#[track_caller]
fn assert_silent(error: &Error, values: &[&str]) {
    let mut texts = vec![error.to_string(), format!("{error:?}"), format!("{error:#?}")];
    texts.push(format!("{} {:?}", error.kind(), error.kind()));
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        texts.push(format!("{cause} {cause:?}"));
        source = cause.source();
    }
    for (text, value) in texts.iter().flat_map(|text| values.iter().map(move |value| (text, value))) {
        assert!(!text.contains(value), "{value} in {text}");
    }
}

/// The server reports each call in an aborted transaction as one after which the transaction can be run again. That is
/// true only if the first failure passes.
#[test]
fn an_aborted_transaction_is_run_again_only_if_its_first_failure_passes() {
    let aborted = |is_transient| {
        let error = command(doc! { "code": 251, "codeName": "NoSuchTransaction", "errmsg": "gone" });
        let error = error.labelled("TransientTransactionError");
        assert!(error.is_no_such_transaction() && error.is_retryable());
        error.after_failure("insert_one on shop.orders: no", is_transient)
    };
    for (error, end) in
        [(aborted(false), ""), (aborted(true), "; run the transaction again (code 251, NoSuchTransaction)")]
    {
        assert!(error.is_transaction_aborted() && !error.is_outcome_unknown());
        assert_eq!(error.is_retryable(), !end.is_empty());
        assert_eq!(
            error.to_string(),
            format!(
                "find on shop.orders: the transaction is aborted: a call in it failed before, and its error was not \
                 returned: [insert_one on shop.orders: no]{end}"
            ),
        );
    }
}
