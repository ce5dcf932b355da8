//! Parameters of a request that cannot be asked with.

use std::{borrow::Cow, fmt, slice, vec};

use serde::{Serialize, Serializer};

/// How many parameters the one line of `Display` names before it only counts.
const SHOWN: usize = 10;

/// How much of a name that the client made up is shown.
const NAME: usize = 40;

/// Every parameter of a request that is not understood, in the order of the request.
///
/// You get one from [`Parameters::parse`](crate::request::Parameters::parse); as an [`Error`](crate::Error) it is one that
/// [`is_bad_parameters`](crate::Error::is_bad_parameters). `Display` is one line that counts and names them; `Serialize`
/// gives an array of `{parameter, reason, message}`, which is what a web handler answers a 400 with. No text of the
/// request is in `Display` and `Debug`: a name that is not declared is a `*` there. `Serialize` has the names that the client
/// wrote, cut and without what is no letter, digit or sign of a name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BadParameters(Vec<BadParameter>);

impl BadParameters {
    pub(crate) fn push(&mut self, parameter: BadParameter) {
        self.0.push(parameter);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parameters, in the order of the request.
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
        for (index, parameter) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{parameter}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
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

/// An array of parameters.
impl Serialize for BadParameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// One parameter that is not understood: which, why, and what it must be instead.
///
/// You get them by iterating over [`BadParameters`].
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct BadParameter {
    parameter: String,
    /// The name as far as it is declared.
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

    /// The name as the client wrote it, `qty[gte]`, as far as it can be shown; empty where it is about the request as a
    /// whole.
    pub fn name(&self) -> &str {
        &self.parameter
    }

    /// Why: `unknown` (no parameter of this name), `operator` (not one that it takes), `value` (not of its type),
    /// `repeated` (it is there twice), `limit` (too long, or too many).
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// What is wrong, to be read after the parameter's name: `must be an integer from 0 to 255`.
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

/// A client's name, fit for a log and a page: not long, no markup, no line breaks, no control characters.
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
