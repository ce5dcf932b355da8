//! Parameters of a request that are not valid.

use std::{borrow::Cow, fmt, slice, vec};

use serde::{Serialize, Serializer};

/// The number of parameters that `Display` lists. For the others it shows only their number.
const MAX_SHOWN: usize = 10;

/// The number of characters that are shown of a name from a client.
const NAME: usize = 40;

/// The parameters of a request that are unknown or not valid, in the order of the request.
///
/// [`Parameters::parse`](crate::request::Parameters::parse) returns one. For an [`Error`](crate::Error) that is made
/// of it, [`is_bad_parameters`](crate::Error::is_bad_parameters) is `true`. `Display` is one line that counts and
/// lists the parameters. `Serialize` writes an array of `{parameter, reason, message}`, for example for the body of a
/// 400 response.
///
/// `Display` and `Debug` contain no text of the request: they show a `*` for a name that is not declared. `Serialize`
/// writes the names from the request, shortened, and with a `?` for each character that is not a letter, a digit or
/// one of `_-.[]`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BadParameters(Vec<BadParameter>);

impl BadParameters {
    pub(crate) fn push(&mut self, parameter: BadParameter) {
        self.0.push(parameter);
    }

    /// Returns the number of parameters.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an iterator over the parameters, in the order of the request.
    pub fn iter(&self) -> slice::Iter<'_, BadParameter> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a BadParameters {
    type Item = &'a BadParameter;
    type IntoIter = slice::Iter<'a, BadParameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for BadParameters {
    type Item = BadParameter;
    type IntoIter = vec::IntoIter<BadParameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for BadParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => return f.write_str("no bad parameters"),
            1 => f.write_str("1 bad parameter: ")?,
            many => write!(f, "{many} bad parameters: ")?,
        }
        for (index, parameter) in self.0.iter().take(MAX_SHOWN).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{parameter}")?;
        }
        match self.0.len().saturating_sub(MAX_SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl fmt::Debug for BadParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl std::error::Error for BadParameters {}

/// Serializes the parameters as an array.
impl Serialize for BadParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// One parameter that is unknown or not valid: its name, the reason, and what it must be.
///
/// Iterate over [`BadParameters`] to get them.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct BadParameter {
    parameter: String,
    /// The declared part of the name.
    #[serde(skip)]
    shown: Cow<'static, str>,
    reason: &'static str,
    message: Cow<'static, str>,
}

impl BadParameter {
    pub(crate) fn new(
        name: &str,
        shown: impl Into<Cow<'static, str>>,
        reason: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { parameter: harmless(name), shown: shown.into(), reason, message: message.into() }
    }

    /// Returns the name from the request, such as `qty[gte]`, shortened and with a `?` for special characters. It is
    /// empty if the problem is about the whole request.
    pub fn name(&self) -> &str {
        &self.parameter
    }

    /// Returns the reason: `unknown` (no parameter has this name), `operator` (the parameter does not support it),
    /// `value` (not of the parameter's type), `repeated` (the request contains it twice), `limit` (too long, or too
    /// many).
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// Returns the problem, as text that follows the parameter's name, such as `must be an integer from 0 to 255`.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parameter.is_empty() {
            write!(f, "the request {}", self.message)
        } else {
            write!(f, "`{}` {}", self.shown, self.message)
        }
    }
}

impl fmt::Debug for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BadParameter")
            .field("parameter", &self.shown)
            .field("reason", &self.reason)
            .field("message", &self.message)
            .finish()
    }
}

/// Makes a name from a client safe for a log and a web page: it is short and has no markup, no line breaks and no
/// control characters.
fn harmless(name: &str) -> String {
    let plain = |it: char| if it.is_alphanumeric() || "_-.[]".contains(it) { it } else { '?' };
    let mut harmless: String = name.chars().take(NAME).map(plain).collect();
    if name.chars().nth(NAME).is_some() {
        harmless.push_str("..");
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_counts_and_names() {
        let mut bad = BadParameters::default();
        assert_eq!(bad.to_string(), "no bad parameters");
        bad.push(BadParameter::new("qty[gte]", "qty[gte]", "value", "must be a number"));
        assert_eq!(bad.to_string(), "1 bad parameter: `qty[gte]` must be a number");
        bad.push(BadParameter::new("", "", "limit", "has more than 50 parameters"));
        assert_eq!(
            bad.to_string(),
            "2 bad parameters: `qty[gte]` must be a number; the request has more than 50 parameters"
        );
        for _ in 0..13 {
            bad.push(BadParameter::new("a", "*", "unknown", "is no parameter"));
        }
        assert!(bad.to_string().ends_with("`*` is no parameter; and 5 more"), "{bad}");
    }

    #[test]
    fn names_of_a_client_are_shown_as_far_as_they_are_harmless() {
        for (name, shown) in [
            ("$where", "?where"),
            ("<script>\n", "?script??"),
            ("størrelse[gte]", "størrelse[gte]"),
            ("\u{202e}x`", "?x?"),
        ] {
            assert_eq!(BadParameter::new(name, "*", "unknown", "").name(), shown);
        }
        let long = "x".repeat(10_000);
        assert_eq!(BadParameter::new(&long, "*", "unknown", "").name().len(), NAME + 2);
    }

    #[test]
    fn serialises_as_an_array() {
        let mut bad = BadParameters::default();
        bad.push(BadParameter::new("qty", "qty", "value", "must be a number"));
        let bson = mongodb::bson::serialize_to_bson(&bad).unwrap();
        assert_eq!(
            bson.to_string(),
            r#"[{ "parameter": "qty", "reason": "value", "message": "must be a number" }]"#
        );
    }
}
