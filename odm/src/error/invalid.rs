//! Violations of the rules that a model declares.

pub(crate) mod message;

use std::{borrow::Cow, fmt, slice, vec};

use serde::{Serialize, Serializer};

use super::redact;

/// The number of violations that `Display` lists. For the others it shows only their number.
const MAX_SHOWN: usize = 10;

/// The rules that one document violates, in declared order.
///
/// [`Check::finish`](crate::model::Check::finish) returns one, the error of a write that was refused before it was sent
/// contains one, and so does the error of a write that the validator of the collection refused. `Display` is one line that counts and lists the violations. `Serialize` writes an array of
/// `{path, rule, message}`, for example for the body of a 422 response. Neither contains the invalid values, because
/// a violation does not keep them.
///
/// ```
/// use odm::model::Check;
///
/// let mut check = Check::new();
/// check.length("lines", &Vec::<u8>::new(), Some(1), None);
/// check.range("qty", &0, Some(1), Some(100));
/// let violations = check.finish().unwrap_err();
/// assert_eq!(violations.to_string(), "2 violations: `lines` must have at least 1 item; `qty` must be at least 1");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    pub(crate) fn split_off(&mut self, at: usize) -> Vec<Violation> {
        self.0.split_off(at)
    }

    pub(crate) fn extend(&mut self, violations: Vec<Violation>) {
        self.0.extend(violations);
    }

    pub(crate) fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Prepends `key` to the paths of the violations from index `from` on.
    pub(crate) fn nest(&mut self, from: usize, key: &str) {
        for violation in self.0.iter_mut().skip(from) {
            violation.nest(key, key);
        }
    }

    /// Prepends the key of a map to the paths of the violations from index `from` on. Messages do not show the key.
    pub(crate) fn nest_key(&mut self, from: usize, key: &str) {
        for violation in self.0.iter_mut().skip(from) {
            violation.nest(key, redact::KEY);
        }
    }

    /// Returns the number of violations.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are no violations.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an iterator over the violations, in declared order.
    pub fn iter(&self) -> slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => return f.write_str("no violations"),
            1 => f.write_str("1 violation: ")?,
            many => write!(f, "{many} violations: ")?,
        }
        for (index, violation) in self.0.iter().take(MAX_SHOWN).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{violation}")?;
        }
        match self.0.len().saturating_sub(MAX_SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl fmt::Debug for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl std::error::Error for Violations {}

/// Serializes the violations as an array.
impl Serialize for Violations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// One violated rule: its path, its name, and what the value must be.
///
/// Iterate over [`Violations`] to get them.
///
/// The keys of maps are stored data: `Display` and `Debug` show a `*` instead, as in `prefs.*.qty`.
/// [`path`](Self::path) and `Serialize` contain the keys.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    path: String,
    /// The path as messages show it, if it differs.
    #[serde(skip)]
    shown: Option<String>,
    rule: &'static str,
    message: Cow<'static, str>,
}

impl Violation {
    pub(crate) fn new(path: &str, rule: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { path: path.to_owned(), shown: None, rule, message: message.into() }
    }

    /// Records how messages show the path.
    pub(crate) fn shown_as(self, shown: &str) -> Self {
        let shown = (shown != self.path).then(|| shown.to_owned());
        Self { shown, ..self }
    }

    fn nest(&mut self, key: &str, shown: &str) {
        let above = |path: &mut String, key: &str| {
            if !path.is_empty() {
                path.insert(0, '.');
            }
            path.insert_str(0, key);
        };
        if shown.is_empty() {
            return;
        }
        if key != shown || self.shown.is_some() {
            above(self.shown.get_or_insert_with(|| self.path.clone()), shown);
        }
        above(&mut self.path, key);
    }

    /// Returns the path as the message shows it, with a `*` for the key of a map.
    pub fn shown_path(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.path)
    }

    /// Returns the dotted stored path, such as `lines.3.qty`, with the indexes of array elements and the keys of
    /// maps. It is empty for a rule about the whole document. The keys of maps are stored data. Log them only
    /// if stored values may be logged.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the name of the rule: `length`, `range`, `pattern`, `email`, `one_of`, `multiple_of`, `unique_items`,
    /// `compare`, `required_together`, `nested`, or the name of a custom rule. A violation that the server reports can
    /// also be of `type`, `required`, `unknown_field` or `validator`.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Returns what the value must be, as text that follows the field's name, such as `must be at most 100`. The
    /// message of a custom rule is the text of its error.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shown_path() {
            "" => write!(f, "the document {}", self.message),
            path => write!(f, "`{}` {}", redact::name(path), self.message),
        }
    }
}

impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Violation")
            .field("path", &self.shown_path())
            .field("rule", &self.rule)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_counts_and_names() {
        let mut violations = Violations::default();
        assert_eq!(violations.to_string(), "no violations");
        violations.push(Violation::new("qty", "range", "must be at most 100"));
        assert_eq!(violations.to_string(), "1 violation: `qty` must be at most 100");
        violations.push(Violation::new("", "dates", "must end after it starts"));
        assert_eq!(
            violations.to_string(),
            "2 violations: `qty` must be at most 100; the document must end after it starts"
        );
    }

    #[test]
    fn a_long_list_is_cut() {
        let mut violations = Violations::default();
        for _ in 0..13 {
            violations.push(Violation::new("a", "custom", "is bad"));
        }
        let line = violations.to_string();
        assert!(line.starts_with("13 violations: `a` is bad; `a` is bad; "), "{line}");
        assert!(line.ends_with("`a` is bad; and 3 more"), "{line}");
    }

    #[test]
    fn nesting_adds_the_key_in_front() {
        let mut violations = Violations::default();
        violations.push(Violation::new("before", "r", "m"));
        violations.push(Violation::new("qty", "r", "m"));
        violations.push(Violation::new("", "r", "m"));
        violations.nest(1, "3");
        violations.nest(1, "lines");
        let paths: Vec<_> = violations.iter().map(Violation::path).collect();
        assert_eq!(paths, ["before", "lines.3.qty", "lines.3"]);
    }

    #[test]
    fn serialises_as_an_array() {
        let mut violations = Violations::default();
        violations.push(Violation::new("qty", "range", "must be at most 100"));
        let bson = mongodb::bson::serialize_to_bson(&violations).unwrap();
        assert_eq!(
            bson.to_string(),
            r#"[{ "path": "qty", "rule": "range", "message": "must be at most 100" }]"#
        );
    }
}
