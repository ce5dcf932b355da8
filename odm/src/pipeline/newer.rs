//! Which operators of a pipeline a server may not know yet.

use std::{collections::HashMap, sync::LazyLock};

use super::stages;
use crate::{
    accumulator::table::accumulators,
    error::{Error, ErrorKind},
    expr,
    expr::Operator,
};

/// The operators that MongoDB has only since a version after 6.0, with this version. A name that is older in one use, as
/// `$top` is as an accumulator, is not in it.
static NEWER: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut newest: HashMap<&str, Option<&str>> = HashMap::new();
    for Operator { name, since, .. } in expr::operators().chain(accumulators()).chain(stages()) {
        let known = newest.entry(name).or_insert(*since);
        *known = known.and(*since);
    }
    newest.into_iter().filter_map(|(name, since)| Some((name, since?))).collect()
});

/// Returns the operator that MongoDB has only since a version after 6.0, with this version, if the server's message about
/// an unknown name is about one: `Unrecognized expression '$bitAnd'`.
fn newer_operator(message: &str) -> Option<(&'static str, &'static str)> {
    let mut names = message.split(|letter: char| letter != '$' && !letter.is_ascii_alphanumeric());
    names.find_map(|name| NEWER.get_key_value(name)).map(|(name, since)| (*name, *since))
}

/// Explains the error of a server that does not know an operator of a pipeline, which its message names.
pub(crate) fn unknown_operator(error: Error) -> Error {
    // Unknown names of expressions, of accumulators, in a projection, of stages; of a window function, among others.
    const UNKNOWN: [i32; 5] = [168, 15952, 31325, 40324, 9];
    if !error.code().is_some_and(|code| UNKNOWN.contains(&code)) {
        return error;
    }
    match error.server_message().and_then(newer_operator) {
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
            ("Unrecognized expression '$bitAnd'", Some(("$bitAnd", "6.3"))),
            ("unknown group operator '$median'", Some(("$median", "7.0"))),
            ("Unrecognized window function, $minMaxScaler", Some(("$minMaxScaler", "8.2"))),
            ("Unrecognized pipeline stage name: '$score'", Some(("$score", "8.2"))),
            ("Unrecognized expression '$bitAndNot'", None),
            ("the argument of sortBy must be an object", None),
        ];
        for (message, operator) in found {
            assert_eq!(newer_operator(message), operator, "{message}");
        }
    }

    #[test]
    fn an_operator_that_is_older_in_another_use_is_not_reported() {
        assert_eq!(newer_operator("Unrecognized expression '$top'"), None);
    }
}
