//! Which operators of a pipeline a server may not know yet. They are refused before anything is sent if the version of
//! the servers is known, and the error of a server that does not know one is explained.

#[cfg(test)]
mod tests;
mod uses;

use std::{collections::HashMap, sync::LazyLock};

use mongodb::bson::{Bson, Document};

use self::uses::{VARIABLES, newer_uses};
use super::stages;
use crate::{
    accumulator::table::accumulators,
    error::{Error, ErrorKind, Result},
    exec::{Servers, Version},
    expr,
    expr::Operator,
};

/// Operators that MongoDB has only since a version after 6.0, with this version.
type Newer = HashMap<&'static str, &'static str>;

/// The newer stages and expressions. No stage has the name of an expression.
static EXPRESSIONS: LazyLock<Newer> = LazyLock::new(|| newer(expr::operators().chain(stages())));

/// The newer accumulators and window functions. `$setUnion` is an older expression, and `$top` a newer one.
static ACCUMULATORS: LazyLock<Newer> = LazyLock::new(|| newer(accumulators()));

/// Returns the operators of which each function needs a newer version. A function for a newer argument of an older operator
/// does, too.
fn newer(operators: impl Iterator<Item = &'static Operator>) -> Newer {
    let mut newest: HashMap<&str, Option<&str>> = HashMap::new();
    for Operator { name, since, .. } in operators {
        let known = newest.entry(name).or_insert(*since);
        *known = known.and(*since);
    }
    newest.into_iter().filter_map(|(name, since)| Some((name, since?))).collect()
}

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
        if key.starts_with('$') {
            check_operator(&EXPRESSIONS, key, value, version)?;
        }
        match (key.as_str(), value) {
            // They may contain what looks like an operator.
            ("$literal" | "$search" | "$searchMeta" | "$vectorSearch" | "$rerank", _) => Ok(()),
            ("$match", Bson::Document(filter)) => in_filter(filter, version),
            ("$group", Bson::Document(fields)) => in_accumulators(fields, version),
            ("$bucket" | "$bucketAuto" | "$setWindowFields", Bson::Document(arguments)) => {
                arguments.iter().try_for_each(|(name, argument)| match (name.as_str(), argument) {
                    ("output", Bson::Document(fields)) => in_accumulators(fields, version),
                    (_, argument) => in_value(argument, version),
                })
            }
            (_, value) => in_value(value, version),
        }
    })
}

/// The key of a group is an expression, each of its other fields an accumulator.
fn in_accumulators(fields: &Document, version: Version) -> Result<()> {
    fields.iter().try_for_each(|(field, value)| match value {
        Bson::Document(accumulator) if field != "_id" => {
            accumulator.iter().try_for_each(|(name, operand)| {
                check_operator(&ACCUMULATORS, name, operand, version)?;
                in_value(operand, version)
            })
        }
        value => in_value(value, version),
    })
}

fn in_value(value: &Bson, version: Version) -> Result<()> {
    match value {
        Bson::Document(document) => in_expression(document, version),
        Bson::Array(values) => values.iter().try_for_each(|value| in_value(value, version)),
        Bson::String(text) if text.starts_with("$$") => {
            let name = text.split('.').next().unwrap_or_default();
            match VARIABLES.iter().find(|(variable, _)| *variable == name) {
                Some((variable, since)) => refuse_older(version, variable, "", since),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Refuses an operator, or a newer use of it.
fn check_operator(newer: &Newer, name: &str, operand: &Bson, version: Version) -> Result<()> {
    if let Some((operator, since)) = newer.get_key_value(name) {
        refuse_older(version, operator, "", since)?;
    }
    newer_uses(name, operand).try_for_each(|it| refuse_older(version, name, it.text, it.since))
}

/// Refuses an operator that is only since a later version. The known version has no number of the patch, so `7.0.3` is not
/// later than `7.0`.
fn refuse_older(version: Version, operator: &str, newer_use: &str, since: &str) -> Result<()> {
    match Version::parse(since) {
        Some(parsed) if parsed > version => Err(Error::unsupported(unknown(operator, newer_use, since))),
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

/// Those of the codes that are about accumulators and window functions.
const OF_ACCUMULATORS: [i32; 2] = [15952, 9];

/// Returns the operator that MongoDB has only since a version after 6.0, with this version, if the server's error is
/// about its name: `Unrecognized expression '$bitAnd'`.
fn newer_operator(code: i32, message: &str) -> Option<(&'static str, &'static str)> {
    let (_, before) = UNKNOWN.iter().find(|(unknown, _)| *unknown == code)?;
    let (_, name) = message.split_once(before)?;
    let name = name.split(|letter: char| letter != '$' && !letter.is_ascii_alphanumeric()).next()?;
    let newer = if OF_ACCUMULATORS.contains(&code) { &ACCUMULATORS } else { &EXPRESSIONS };
    newer.get_key_value(name).map(|(name, since)| (*name, *since))
}

fn unknown(operator: &str, newer_use: &str, since: &str) -> String {
    let space = if newer_use.is_empty() { "" } else { " " };
    format!("the server does not know `{operator}`{space}{newer_use}: MongoDB does since {since}")
}

/// Explains the error of a server that does not know an operator of a pipeline, which its message names.
pub(crate) fn unknown_operator(error: Error) -> Error {
    let found = error.code().zip(error.server_message());
    match found.and_then(|(code, message)| newer_operator(code, message)) {
        Some((operator, since)) => {
            error.with_kind(ErrorKind::Unsupported(unknown(operator, "", since).into()))
        }
        None => error,
    }
}
