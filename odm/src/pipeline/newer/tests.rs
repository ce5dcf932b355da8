use mongodb::bson::{cstr, doc};

use super::*;

#[test]
fn the_operator_that_the_message_names_is_found() {
    let found = [
        (168, "Invalid $project :: caused by :: Unrecognized expression '$bitAnd'", Some(("$bitAnd", "6.3"))),
        (15952, "unknown group operator '$median'", Some(("$median", "7.0"))),
        (31325, "Unknown expression $bitAnd", Some(("$bitAnd", "6.3"))),
        (9, "Unrecognized window function, $minMaxScaler", Some(("$minMaxScaler", "8.2"))),
        (40324, "Unrecognized pipeline stage name: '$score'", Some(("$score", "8.2"))),
        (168, "Unrecognized expression '$bitAndNot'", None),
        (168, "Unrecognized expression ''", None),
    ];
    for (code, message, operator) in found {
        assert_eq!(newer_operator(code, message), operator, "{message}");
    }
}

/// `FailedToParse` has many causes, and its messages contain parts of the command.
#[test]
fn an_operator_in_another_message_is_not_reported() {
    for message in [
        "the argument of sortBy must be an object",
        "Unknown modifier: $bitAnd. Expected a valid update modifier or pipeline-style update",
        "'$minMaxScaler' is no argument of $denseRank",
        "Unrecognized expression '$bitAnd'",
    ] {
        assert_eq!(newer_operator(9, message), None, "{message}");
    }
    assert_eq!(newer_operator(2, "Unrecognized expression '$bitAnd'"), None);
}

/// The wire version of 6.0.
fn servers() -> Servers {
    Servers::of_wire_version(17)
}

#[test]
fn an_operator_that_the_servers_do_not_have_is_refused() {
    let newer = doc! { "$bitAnd": ["$flags", 1] };
    for stage in [
        doc! { "$set": { "flags": newer.clone() } },
        doc! { "$facet": { "a": [{ "$project": { "x": { "$add": [1, newer.clone()] } } }] } },
        doc! { "$match": { "$or": [{ "n": 1 }, { "$expr": { "$eq": [newer.clone(), 1] } }] } },
        doc! { "$group": { "_id": 1, "x": { "$sum": newer.clone() } } },
    ] {
        let error = check_stages(&servers(), &[doc! { "$limit": 1 }, stage.clone()]).unwrap_err();
        assert!(error.is_not_sent(), "{error}");
        assert_eq!(
            error.to_string(),
            "the server does not know `$bitAnd`: MongoDB does since 6.3; nothing was sent"
        );
        assert!(check_stages(&Servers::of_wire_version(20), std::slice::from_ref(&stage)).is_ok(), "{stage}");
        assert!(check_stages(&Servers::default(), &[stage]).is_ok());
    }
    let error = check_stages(&servers(), &[doc! { "$querySettings": {} }]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
    assert!(check_filter(&servers(), &doc! { "$and": [{ "$expr": newer }] }).is_err());
}

/// What a document contains is not an operator.
#[test]
fn values_are_not_refused() {
    let value = doc! { "$bitAnd": ["$flags", 1] };
    for stage in [
        doc! { "$set": { "x": { "$literal": value.clone() } } },
        doc! { "$match": { "x": value.clone(), "y": { "$eq": value.clone() }, "$or": [{ "z": value.clone() }] } },
        doc! { "$set": { "x": "$bitAnd", "y": { "bitAnd": 1 } } },
    ] {
        assert!(check_stages(&servers(), std::slice::from_ref(&stage)).is_ok(), "{stage}");
    }
    assert!(check_filter(&servers(), &doc! { "x": { "$in": [value] } }).is_ok());
}

/// Returns the message about a stage, without the text around the version.
fn refused(version: i32, stage: Document) -> Option<String> {
    let error = check_stages(&Servers::of_wire_version(version), &[stage]).err()?.to_string();
    let (_, operator) = error.split_once("does not know ")?;
    Some(operator.replace(": MongoDB does since", "").replace("; nothing was sent", ""))
}

#[test]
fn a_name_has_another_version_as_an_accumulator_and_as_an_expression() {
    assert_eq!(newer_operator(168, "Unrecognized expression '$top'"), Some(("$top", "8.3")));
    assert_eq!(newer_operator(15952, "unknown group operator '$top'"), None);
    assert_eq!(newer_operator(15952, "unknown group operator '$setUnion'"), Some(("$setUnion", "8.1")));
    let union = || doc! { "$setUnion": ["$tags"] };
    let top = || doc! { "$top": { "sortBy": { "n": 1 }, "output": "$n" } };
    for (wire_version, stage, expected) in [
        (17, doc! { "$group": { "_id": null, "x": union() } }, Some("`$setUnion` 8.1")),
        (26, doc! { "$group": { "_id": null, "x": union() } }, None),
        (17, doc! { "$group": { "_id": union(), "x": top() } }, None),
        (17, doc! { "$bucket": { "groupBy": union(), "output": { "x": union() } } }, Some("`$setUnion` 8.1")),
        (
            17,
            doc! { "$setWindowFields": { "output": { "x": union(), "y": top() } } },
            Some("`$setUnion` 8.1"),
        ),
        (17, doc! { "$group": { "_id": null, "x": { "$push": union() } } }, None),
        (17, doc! { "$group": { "_id": null, "x": { "$push": top() } } }, Some("`$top` 8.3")),
        (27, doc! { "$set": { "x": top() } }, Some("`$top` 8.3")),
    ] {
        assert_eq!(refused(wire_version, stage.clone()).as_deref(), expected, "{stage}");
    }
}

#[test]
fn a_newer_use_of_an_older_operator_is_refused() {
    let regex = || mongodb::bson::Regex { pattern: cstr!("[a-z]").into(), options: cstr!("").into() };
    let convert = |to: Bson| doc! { "$convert": { "input": "$a", "to": to } };
    for (wire_version, expression, expected) in [
        (17, Bson::from("$$USER_ROLES.role"), Some("`$$USER_ROLES` 7.0")),
        (21, Bson::from("$$USER_ROLES.role"), None),
        (17, Bson::from("$$NOW"), None),
        (24, convert("binData".into()).into(), Some("`$convert` to `binData` 8.0")),
        (25, convert("binData".into()).into(), None),
        (25, convert(doc! { "type": "array" }.into()).into(), Some("`$convert` to `array` 8.3")),
        (17, convert("int".into()).into(), None),
        (17, convert(16.into()).into(), None),
        (
            17,
            doc! { "$convert": { "input": "$a", "to": "int", "base": 16 } }.into(),
            Some("`$convert` with `base` 8.3"),
        ),
        (17, doc! { "$split": ["$a", regex()] }.into(), Some("`$split` with a regular expression 8.2")),
        (17, doc! { "$split": ["$a", "b"] }.into(), None),
        (
            27,
            doc! { "$replaceOne": { "input": "$a", "find": regex(), "replacement": "" } }.into(),
            Some("`$replaceOne` with a regular expression 8.3"),
        ),
        (
            17,
            doc! { "$getField": { "field": "$a", "input": "$b" } }.into(),
            Some("`$getField` with an expression as the name 7.2"),
        ),
        (17, doc! { "$getField": { "field": { "$literal": "$a" }, "input": "$b" } }.into(), None),
        (17, doc! { "$getField": "a" }.into(), None),
        (
            17,
            doc! { "$map": { "input": "$a", "as": "b", "arrayIndexAs": "c", "in": 1 } }.into(),
            Some("`$map` with `arrayIndexAs` 8.3"),
        ),
        (17, doc! { "$map": { "input": "$a", "as": "b", "in": 1 } }.into(), None),
        (
            17,
            doc! { "$reduce": { "input": "$a", "as": "b", "in": 1 } }.into(),
            Some("`$reduce` with `as` 8.3"),
        ),
    ] {
        let found = refused(wire_version, doc! { "$set": { "x": expression.clone() } });
        assert_eq!(found.as_deref(), expected, "{expression}");
    }
    let out = doc! { "$out": { "db": "a", "coll": "b", "timeseries": { "timeField": "at" } } };
    assert_eq!(refused(20, out.clone()).as_deref(), Some("`$out` with `timeseries` 7.0.3"));
    assert_eq!(refused(21, out), None, "a 7.0 may be 7.0.3");
}
