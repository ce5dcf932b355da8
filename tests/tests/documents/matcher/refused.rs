//! The messages of filters that cannot be evaluated in this process.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use odm::{
    Filter, Id, Model,
    bson::{Bson, Document, Regex, doc},
};

#[derive(Model)]
#[odm(collection = "things")]
struct Thing {
    id: Id<Thing>,
    name: String,
}

fn message(filter: Document) -> String {
    let error = Filter::<Thing>::raw(filter).matcher().unwrap_err();
    assert!(error.is_not_sent());
    error.to_string()
}

fn only_server(operator: &str) -> String {
    format!(
        "`{operator}` is evaluated only by the server, so the filter cannot be evaluated here: remove this condition, \
         or select the documents with `find`; nothing was sent"
    )
}

fn invalid(operator: &str, expected: &str) -> String {
    format!("`{operator}` expects {expected}; the server refuses this filter, too; nothing was sent")
}

#[test]
fn operators_of_the_server_are_named() {
    for (filter, operator) in [
        (doc! { "$where": "true" }, "$where"),
        (doc! { "$text": { "$search": "x" } }, "$text"),
        (doc! { "$jsonSchema": {} }, "$jsonSchema"),
        (doc! { "$sampleRate": 0.5 }, "$sampleRate"),
        (doc! { "a": { "$near": [0, 0] } }, "$near"),
        (doc! { "a": { "$geoWithin": { "$centerSphere": [[0, 0], 1] } } }, "$geoWithin` with `$centerSphere"),
        (doc! { "a": { "$not": { "$geoIntersects": {} } } }, "$geoIntersects"),
        (doc! { "$expr": { "$add": ["$a", 1] } }, "$add` in `$expr"),
        (doc! { "$expr": { "$gt": ["$$NOW", "$a"] } }, "$$NOW"),
        (doc! { "$expr": { "x": 1 } }, "$expr` with a document of expressions such as `{ x: \"$a\" }"),
    ] {
        assert_eq!(message(filter), only_server(operator));
    }
}

#[test]
fn operands_that_the_server_refuses_are_described() {
    let stored = || Bson::RegularExpression(regex("a", "i"));
    let mask = "an integral number of at least 0, an array of positions, or binary data";
    let divisor = "an array of a divisor that is not zero and a remainder, which fit 64 bits";
    for (filter, operator, expected) in [
        (doc! { "$and": [] }, "$and", "an array of at least one filter"),
        (doc! { "$or": [1] }, "$or", "an array of at least one filter"),
        (doc! { "$nor": {} }, "$nor", "an array of at least one filter"),
        (doc! { "a": Bson::Undefined }, "$eq", "a value other than `undefined`"),
        (doc! { "a": { "$gt": stored() } }, "$gt", "a value that is no regular expression"),
        (
            doc! { "a": { "$ne": stored() } },
            "$ne",
            "a value that is no regular expression: use `$not` with a regular expression",
        ),
        (doc! { "a": { "$in": 1 } }, "$in", "an array"),
        (doc! { "a": { "$nin": [{ "$gt": 1 }] } }, "$nin", "values, not operators"),
        (doc! { "a": { "$not": 1 } }, "$not", "operators or a regular expression"),
        (
            doc! { "a": { "$gt": 1, "b": 1 } },
            "b",
            "no operators beside it: write each condition in a document of its own",
        ),
        (doc! { "a": { "$type": "text" } }, "$type", "a name or number of a BSON type, or an array of them"),
        (doc! { "a": { "$size": 1.5 } }, "$size", "an integral number of at least 0, below 2^31"),
        (
            doc! { "a": { "$all": [1, { "$elemMatch": {} }] } },
            "$all",
            "values, or only `$elemMatch` operators",
        ),
        (doc! { "a": { "$elemMatch": 1 } }, "$elemMatch", "a filter, or operators"),
        (
            doc! { "a": { "$elemMatch": { "$expr": true } } },
            "$expr",
            "no place in `$elemMatch`: it belongs at the top of the filter",
        ),
        (
            doc! { "a": { "$geoWithin": { "$box": [[0, 0], [1, 1]] }, "$gt": 1 } },
            "$geoWithin",
            "no operators beside it: join the conditions with `$and`",
        ),
        (doc! { "a": { "$geoWithin": 1 } }, "$geoWithin", "a document with an area"),
        (doc! { "a": { "$geoWithin": { "$box": [[0, 0]] } } }, "$box", "two points"),
        (
            doc! { "a": { "$geoWithin": { "$polygon": [[0, 0], [1, 1]] } } },
            "$polygon",
            "at least three points",
        ),
        (doc! { "a": { "$geoWithin": { "$center": [[0, 0], "x"] } } }, "$center", "a point and a distance"),
        (doc! { "a": { "$mod": [0, 1] } }, "$mod", divisor),
        (doc! { "a": { "$bitsAllSet": -1 } }, "$bitsAllSet", mask),
        (doc! { "a": { "$options": "i" } }, "$options", "a `$regex` beside it"),
        (doc! { "a": { "$regex": "a", "$options": 1 } }, "$options", "a string"),
        (
            doc! { "a": { "$regex": stored(), "$options": "" } },
            "$options",
            "a regular expression without options of its own",
        ),
        (doc! { "a": { "$regex": 1 } }, "$regex", "a string or a regular expression"),
        (
            doc! { "a": { "$regex": "a", "$options": "g" } },
            "$regex",
            "a pattern of PCRE, but `g` is not one of the options `i`, `m`, `s`, `x` and `u`",
        ),
        (
            doc! { "a": { "$regex": "a\0" } },
            "$regex",
            "a pattern of PCRE, but the pattern contains a zero character",
        ),
        (doc! { "$expr": { "$eq": [1] } }, "$eq", "two operands"),
        (doc! { "$expr": { "$not": [1, 2] } }, "$not", "one operand"),
        (doc! { "$expr": { "$type": [1, 2] } }, "$type", "one operand"),
        (doc! { "$expr": { "$ifNull": [1] } }, "$ifNull", "at least two operands"),
        (doc! { "$expr": { "$eq": [1, 1], "$ne": [1, 1] } }, "$expr", "one operator in each document"),
        (doc! { "$expr": "$a..b" }, "$expr", "paths whose names are not empty and do not begin with `$`"),
    ] {
        assert_eq!(message(filter), invalid(operator, expected));
    }
    assert_eq!(
        message(doc! { "a": { "$regex": "(" } }),
        invalid(
            "$regex",
            "a pattern of PCRE, but PCRE2: error compiling pattern at offset 1: missing closing parenthesis"
        )
    );
}

#[test]
fn models_and_stored_documents_are_matched() {
    let filter = Thing::fields().name().regex("^A.c$", "");
    let matcher = filter.matcher().unwrap();
    let thing = |name: &str| Thing { id: Id::new(), name: name.to_owned() };
    assert!(matcher.matches(&thing("Abc")).unwrap());
    assert!(!matcher.clone().matches(&thing("abc")).unwrap());
    let stored = odm::bson::rawdoc! { "name": ["x", "Axc"] };
    assert!(matcher.matches_raw(&stored).unwrap());
    assert_eq!(format!("{matcher:?}"), "Matcher { .. }");
}

#[test]
fn malformed_documents_are_errors() {
    let matcher = Filter::<Thing>::raw(doc! { "a.b": 1 }).matcher().unwrap();
    // The length of the inner document is too large.
    let mut bytes = odm::bson::rawdoc! { "a": { "b": 2 } }.into_bytes();
    bytes[7] = 99;
    let document = odm::bson::RawDocumentBuf::from_bytes(bytes).unwrap();
    assert!(matcher.matches_raw(&document).unwrap_err().is_decode());
}

/// A regular expression. BSON cannot store a zero in it.
fn regex(pattern: &str, options: &str) -> Regex {
    Regex { pattern: pattern.try_into().unwrap(), options: options.try_into().unwrap() }
}
