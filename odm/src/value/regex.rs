//! Regular expressions of a caller, as BSON.

use mongodb::bson::{Bson, Regex};

use crate::error::codec::{CodecError, CodecResult};

/// Returns a regular expression as a BSON value. The server requires its options in alphabetical order.
pub(crate) fn regex_literal(pattern: &str, options: &str) -> CodecResult<Bson> {
    check_regex(pattern, options)?;
    let mut sorted: Vec<char> = options.chars().collect();
    sorted.sort_unstable();
    let cstring = |text: String| text.try_into().map_err(|_| CodecError::malformed());
    Ok(Regex { pattern: cstring(pattern.to_owned())?, options: cstring(sorted.into_iter().collect())? }
        .into())
}

/// Returns an error for options that a regular expression does not have, and for a pattern that BSON cannot contain.
pub(crate) fn check_regex(pattern: &str, options: &str) -> CodecResult<()> {
    if options.chars().any(|option| !"imsx".contains(option)) {
        let problem = CodecError::new("the options `i`, `m`, `s`, `x` of a regular expression", "another");
        return Err(problem.with_value(options).in_value());
    }
    if pattern.contains('\0') {
        return Err(CodecError::new("a regular expression without NUL", "one with NUL").in_value());
    }
    Ok(())
}
