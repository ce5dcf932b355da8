//! The messages of violations: the same whether the client or the server found them. They follow the name of a field
//! and never contain the value.

use std::fmt::Display;

/// What a length counts, in the singular and in the plural.
pub(crate) type Nouns = [&'static str; 2];

pub(crate) const CHARACTERS: Nouns = ["character", "characters"];
pub(crate) const ITEMS: Nouns = ["item", "items"];
pub(crate) const ENTRIES: Nouns = ["entry", "entries"];
pub(crate) const BYTES: Nouns = ["byte", "bytes"];

/// The message for two equal items.
pub(crate) const EQUAL_ITEMS: &str = "must not have two equal items";

fn count(count: impl Display, [one, many]: Nouns) -> String {
    let count = count.to_string();
    format!("{count} {}", if count == "1" { one } else { many })
}

/// Returns the message for a length below `min`.
pub(crate) fn shorter(min: impl Display, nouns: Nouns) -> String {
    format!("must have at least {}", count(min, nouns))
}

/// Returns the message for a length above `max`.
pub(crate) fn longer(max: impl Display, nouns: Nouns) -> String {
    format!("must have at most {}", count(max, nouns))
}

/// Returns the message for a length that is not this one.
pub(crate) fn other_length(length: impl Display, nouns: Nouns) -> String {
    format!("must have exactly {}", count(length, nouns))
}

/// Returns the message for a number below `min`.
pub(crate) fn below(min: impl Display) -> String {
    format!("must be at least {min}")
}

/// Returns the message for a number above `max`.
pub(crate) fn above(max: impl Display) -> String {
    format!("must be at most {max}")
}

/// Returns the message for a date before `min`.
pub(crate) fn before(min: impl Display) -> String {
    format!("must not be before {min}")
}

/// Returns the message for a date after `max`.
pub(crate) fn after(max: impl Display) -> String {
    format!("must not be after {max}")
}

/// Returns the message for a string in which the pattern has no match.
pub(crate) fn unmatched(pattern: &str) -> String {
    format!("must match the pattern {pattern}")
}

/// Returns the message for a value that is not in the list.
pub(crate) fn not_listed(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [only] => format!("must be {only}"),
        _ => format!("must be one of {}", items.join(", ")),
    }
}

/// Returns the message for an integer that the divisor does not divide.
pub(crate) fn undivided(divisor: impl Display) -> String {
    format!("must be a multiple of {divisor}")
}

/// Returns the message for a field that does not compare so with `other`. `operator` is one of an aggregation
/// expression.
pub(crate) fn compared(operator: &str, other: &str) -> String {
    let relation = match operator {
        "$lt" => "less than",
        "$lte" => "at most",
        "$gt" => "greater than",
        _ => "at least",
    };
    format!("must be {relation} `{other}`")
}
