//! Which operators of a pipeline a server may not know yet.

use std::{collections::HashMap, sync::LazyLock};

use super::stages;
use crate::{
    accumulator::table::accumulators,
    error::{Error, ErrorKind},
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

/// Explains the error of a server that does not know an operator of a pipeline, which its message names.
pub(crate) fn unknown_operator(error: Error) -> Error {
    let found = error.code().zip(error.server_message());
    match found.and_then(|(code, message)| newer_operator(code, message)) {
        Some((operator, version)) => error.with_kind(ErrorKind::Unsupported(
            format!("the server does not know `{operator}`: MongoDB does since {version}").into(),
        )),
        None => error,
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn an_operator_that_is_older_in_another_use_is_not_reported() {
        assert_eq!(newer_operator(168, "Unrecognized expression '$top'"), None);
    }
}
