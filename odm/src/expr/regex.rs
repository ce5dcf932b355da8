//! Regular expressions: `$regexFind $regexFindAll $regexMatch`.

use mongodb::bson::Regex;

use super::{
    Expr,
    operators::{operators, options},
    rendered::Rendered,
};
use crate::{
    row::document,
    value::{StringValue, Value, regex_literal},
};

document! {
    /// A match of a regular expression, as [`regex_find`] returns it.
    RegexMatch, RegexMatchFields in regex_match {
        /// The part of the string that matches.
        text "match": String,
        /// The position of the match, in code points.
        index "idx": i32,
        /// The part of the string that each group of the expression matches; null for a group that did not match.
        captures "captures": Vec<Option<String>>,
    }
}

/// Returns a regular expression with its options, as a constant: `o.name().regex_match(regex("^a", "i"))`.
///
/// Other options than those of [`Path::regex`](crate::path::Path::regex) are an error for which
/// [`is_not_sent`](crate::Error::is_not_sent) is true.
pub fn regex<R>(pattern: &str, options: &str) -> Expr<R, Regex> {
    Expr::computed(regex_literal(pattern, options).and_then(Rendered::constant))
}

/// A regular expression: [`regex()`], a `bson::Regex`, or a string with its pattern.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a regular expression",
    label = "expected `regex(pattern, options)`, a `bson::Regex` or a string"
)]
pub trait RegexValue: Value {}

impl RegexValue for Regex {}
#[diagnostic::do_not_recommend]
impl<T: StringValue> RegexValue for T {}

options! {
    /// The optional argument of [`regex_find`], [`regex_find_all`] and [`regex_match`].
    RegexOptions {
        /// Sets the options of the regular expression, such as `"i"` to ignore the case of letters.
        options "options" [StringValue];
    }
}

operators! {
    /// Returns the first match of a regular expression; null if there is none.
    regex_find = "$regexFind" named("input" text: T [StringValue], "regex" regex: B [RegexValue]) with RegexOptions -> Option<RegexMatch>;
    /// Returns all matches of a regular expression.
    regex_find_all = "$regexFindAll" named("input" text: T [StringValue], "regex" regex: B [RegexValue]) with RegexOptions -> Vec<RegexMatch>;
    /// Returns whether a string matches a regular expression: false for null.
    regex_match = "$regexMatch" named("input" text: T [StringValue], "regex" regex: B [RegexValue]) with RegexOptions -> bool;
}
