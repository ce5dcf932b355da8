//! Which operators of a pipeline a server may not know yet. They are refused before anything is sent if the version of
//! the servers is known, and the error of a server that does not know one is explained.

use std::{collections::HashMap, sync::LazyLock};

use mongodb::bson::{Bson, Document};

use super::stages;
use crate::{
    accumulator::table::accumulators,
    error::{Error, ErrorKind, Result},
    exec::{Servers, Version},
    expr,
    expr::Operator,
};

/// The operators that MongoDB has only since a version after 6.0, with this version. A name that is older in one use,
/// as `$top` is as an accumulator, is not in it.
static NEWER: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut newest: HashMap<&str, Option<&str>> = HashMap::new();
    for Operator { name, since, .. } in expr::operators().chain(accumulators()).chain(stages()) {
        let known = newest.entry(name).or_insert(*since);
        *known = known.and(*since);
    }
    newest.into_iter().filter_map(|(name, since)| Some((name, since?))).collect()
});

/// Refuses stages with an operator that the servers are known not to have.
pub(crate) fn check_stages(servers: &Servers, stages: &[Document]) -> Result<()> {
    let Some(version) = servers.newest() else { return Ok(()) };
    stages.iter().try_for_each(|stage| in_expression(stage, version))
}

/// Refuses a filter with such an operator in an `$expr`.
pub(crate) fn check_filter(servers: &Servers, filter: &Document) -> Result<()> {
    let Some(version) = servers.newest() else { return Ok(()) };
    in_filter(filter, version)
}

/// Only `$expr` contains expressions. What a field is compared with are values.
fn in_filter(filter: &Document, version: Version) -> Result<()> {
    filter.iter().try_for_each(|(key, value)| match (key.as_str(), value) {
        ("$expr", value) => in_value(value, version),
        ("$and" | "$or" | "$nor", Bson::Array(filters)) => {
            filters.iter().filter_map(Bson::as_document).try_for_each(|filter| in_filter(filter, version))
        }
        _ => Ok(()),
    })
}

/// A stage is a document with one operator, as an expression is.
fn in_expression(document: &Document, version: Version) -> Result<()> {
    document.iter().try_for_each(|(key, value)| {
        if key.starts_with('$')
            && let Some((operator, since)) = NEWER.get_key_value(key.as_str())
            && Version::parse(since).is_some_and(|since| since > version)
        {
            return Err(Error::unsupported(unknown(operator, since)));
        }
        match (key.as_str(), value) {
            // It may contain what looks like an operator.
            ("$literal", _) => Ok(()),
            ("$match", Bson::Document(filter)) => in_filter(filter, version),
            (_, value) => in_value(value, version),
        }
    })
}

fn in_value(value: &Bson, version: Version) -> Result<()> {
    match value {
        Bson::Document(document) => in_expression(document, version),
        Bson::Array(values) => values.iter().try_for_each(|value| in_value(value, version)),
        _ => Ok(()),
    }
}

/// The codes of the errors about an unknown name, and the text before the name in their messages. A code can have other
/// causes: 9 is `FailedToParse`.
const UNKNOWN: [(i32, &str); 5] = [
    (168, "Unrecognized expression '"),
    (15952, "unknown group operator '"),
    (31325, "Unknown expression "),
    (40324, "Unrecognized pipeline stage name: '"),
    (9, "Unrecognized window function, "),
];

/// Returns the operator that MongoDB has only since a version after 6.0, with this version, if the server's error is
/// about its name: `Unrecognized expression '$bitAnd'`.
fn newer_operator(code: i32, message: &str) -> Option<(&'static str, &'static str)> {
    let (_, before) = UNKNOWN.iter().find(|(unknown, _)| *unknown == code)?;
    let (_, name) = message.split_once(before)?;
    let name = name.split(|letter: char| letter != '$' && !letter.is_ascii_alphanumeric()).next()?;
    NEWER.get_key_value(name).map(|(name, since)| (*name, *since))
}

fn unknown(operator: &str, since: &str) -> String {
    format!("the server does not know `{operator}`: MongoDB does since {since}")
}

/// Explains the error of a server that does not know an operator of a pipeline, which its message names.
pub(crate) fn unknown_operator(error: Error) -> Error {
    let found = error.code().zip(error.server_message());
    match found.and_then(|(code, message)| newer_operator(code, message)) {
        Some((operator, since)) => error.with_kind(ErrorKind::Unsupported(unknown(operator, since).into())),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn the_operator_that_the_message_names_is_found() {
        let found = [
            (
                168,
                "Invalid $project :: caused by :: Unrecognized expression '$bitAnd'",
                Some(("$bitAnd", "6.3")),
            ),
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
            assert!(
                check_stages(&Servers::of_wire_version(20), std::slice::from_ref(&stage)).is_ok(),
                "{stage}"
            );
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

    #[test]
    fn an_operator_that_is_older_in_another_use_is_not_reported() {
        assert_eq!(newer_operator(168, "Unrecognized expression '$top'"), None);
    }
}
