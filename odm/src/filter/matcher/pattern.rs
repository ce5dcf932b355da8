//! `$regex`: regular expressions by PCRE, which the server uses, too.

use mongodb::bson::spec::ElementType;
use pcre2::bytes::{Regex, RegexBuilder};

use super::compare::text;
use crate::{
    error::codec::{CodecError, CodecResult},
    value::Raw,
};

#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// The pattern and the options as a stored regular expression has them, each ended by a zero.
    stored: Vec<u8>,
}

impl Pattern {
    /// Compiles a pattern. The error says why that is not possible.
    pub(super) fn new(pattern: &[u8], options: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(pattern).map_err(|_| "the pattern is not UTF-8 text".to_owned())?;
        if text.contains('\0') {
            return Err("the pattern contains a zero character".to_owned());
        }
        let mut builder = RegexBuilder::new();
        builder.utf(true).jit_if_available(true);
        for option in options {
            match option {
                b'i' => builder.caseless(true),
                b'm' => builder.multi_line(true),
                b's' => builder.dotall(true),
                b'x' => builder.extended(true),
                b'u' => &mut builder,
                other => {
                    let option = char::from(*other);
                    return Err(format!("`{option}` is not one of the options `i`, `m`, `s`, `x` and `u`"));
                }
            };
        }
        let compile = |text: &str| builder.build(text).map_err(|error| error.to_string());
        let regex = compile(text)?;
        // The server also compiles the pattern in parentheses, and refuses one that is not closed.
        let (verbs, rest) = text.split_at(verbs(text));
        compile(&format!("{verbs}(?:{rest})"))?;
        Ok(Self { regex, stored: [pattern, &[0], options, &[0]].concat() })
    }

    /// Returns whether a text contains a match, or is a stored regular expression that is the same.
    pub(super) fn matches(&self, value: Raw<'_>) -> CodecResult<bool> {
        match value.element_type() {
            Some(ElementType::String | ElementType::Symbol) => {
                self.regex.is_match(text(value)?).map_err(|_| {
                    CodecError::new(
                        "text that the pattern can be tested on",
                        "text that exceeds the limits of PCRE",
                    )
                })
            }
            Some(ElementType::RegularExpression) => Ok(value.bytes() == self.stored),
            _ => Ok(false),
        }
    }
}

/// Returns the length of the verbs that a pattern begins with, such as `(*UCP)`.
fn verbs(pattern: &str) -> usize {
    let mut length = 0;
    while let Some(rest) = pattern.get(length..).filter(|rest| rest.starts_with("(*")) {
        match rest.find(')') {
            Some(end) => length += end + 1,
            None => break,
        }
    }
    length
}
