//! Validation: the rules a document must satisfy before it is written.

use std::fmt::Display;

use super::{Inner, Length, Matched, MultipleOf, OneOf, Range, TypedRule, UniqueItems};
use crate::{
    error::invalid::{Violation, Violations},
    stack::{self, MAX_DEPTH},
};

/// A type with rules to check.
///
/// Deriving `Model` or `Embedded` implements it from `#[odm(validate(..))]`. `Option`, `Box`, `Vec` and maps of a
/// type with rules check the values inside; `None` passes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules to check",
    label = "`nested` needs a document type with rules",
    note = "derive `odm::Embedded` for it, or implement `odm::model::Validate` by hand"
)]
pub trait Validate {
    /// Checks every rule and reports every violation to `check`.
    fn check(&self, check: &mut Check);

    /// Checks every rule, without storing anything. Inserts and replaces do this first.
    ///
    /// # Errors
    ///
    /// Returns every violation with its path.
    fn validate(&self) -> Result<(), Violations> {
        let mut check = Check::new();
        self.check(&mut check);
        check.finish()
    }
}

/// Collects the violations of a document.
///
/// Create one with [`Check::new`], call the rules, and then call [`finish`](Check::finish). A rule takes the *stored*
/// name of its field; `nested` prepends the name of the field to the paths of the violations below it. Every rule
/// checks the value inside an `Option` or a `Box`; `None` passes.
///
/// ```
/// use odm::model::{Check, Validate};
///
/// struct Line { sku: String, qty: u32 }
///
/// impl Validate for Line {
///     fn check(&self, check: &mut Check) {
///         check.pattern("sku", &self.sku, "^[A-Z]{3}$");
///         check.range("qty", &self.qty, Some(1), Some(100));
///     }
/// }
///
/// let mut check = Check::new();
/// check.nested("lines", &vec![Line { sku: "abc".into(), qty: 101 }]);
/// let violations = check.finish().unwrap_err();
/// let found: Vec<_> = violations.iter().map(|v| (v.path(), v.message())).collect();
/// assert_eq!(
///     found,
///     [("lines.0.sku", "must match the pattern ^[A-Z]{3}$"), ("lines.0.qty", "must be at most 100")],
/// );
/// ```
#[derive(Debug, Default)]
pub struct Check {
    violations: Violations,
    depth: u16,
}

impl Check {
    /// Returns a `Check` without violations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns `Ok` if no rule is violated.
    ///
    /// # Errors
    ///
    /// Returns every violation.
    pub fn finish(self) -> Result<(), Violations> {
        if self.violations.is_empty() { Ok(()) } else { Err(self.violations) }
    }

    /// Refuses a value that is shorter than `min` or longer than `max`.
    ///
    /// The length of a string is its number of characters (Unicode scalar values, not bytes). The length of a `Vec` is
    /// its number of elements, that of a map its number of entries, and that of binary data its number of bytes.
    pub fn length<T: Length + ?Sized>(
        &mut self,
        field: &'static str,
        value: &T,
        min: Option<usize>,
        max: Option<usize>,
    ) {
        TypedRule::length(min, max).check(field, value, self);
    }

    /// Refuses a number or date below `min` or above `max`; both bounds are allowed values.
    ///
    /// The bounds have the type of the value, so that rustc infers literals. NaN is outside every range.
    pub fn range<T: Range + ?Sized>(
        &mut self,
        field: &'static str,
        value: &T,
        min: Option<T::Bound>,
        max: Option<T::Bound>,
    ) {
        self.rule(field, "range", value.outside(min, max));
    }

    /// Refuses a string in which the regular expression has no match.
    ///
    /// The match may be anywhere in the text, as in MongoDB's `$regex`: anchor it with `^` and `$` to match the whole
    /// text. The syntax is that of the [`regex`](https://docs.rs/regex) crate, which has neither look-around nor
    /// back-references and matches in linear time. A pattern is compiled once per process; one
    /// that does not compile is reported as a violation.
    pub fn pattern<T: Matched + ?Sized>(&mut self, field: &'static str, value: &T, pattern: &'static str) {
        TypedRule::pattern(pattern).check(field, value, self);
    }

    /// Refuses a string that is not an email address by the definition of HTML's `<input type=email>`. Letters outside
    /// ASCII are allowed too.
    pub fn email<T: Matched + ?Sized>(&mut self, field: &'static str, value: &T) {
        TypedRule::email().check(field, value, self);
    }

    /// Refuses a string that is not an absolute URL, as the crate [`url`](https://docs.rs/url) parses it: with a scheme, and
    /// with a host if the scheme needs one. This needs the feature `url`.
    #[cfg(feature = "url")]
    pub fn url<T: Matched + ?Sized>(&mut self, field: &'static str, value: &T) {
        TypedRule::url().check(field, value, self);
    }

    /// Refuses a string or an integer that is not in the list.
    pub fn one_of<T: OneOf + ?Sized>(&mut self, field: &'static str, value: &T, items: &[T::Item]) {
        self.rule(field, "one_of", value.outside_list(items));
    }

    /// Refuses an integer that the divisor does not divide.
    pub fn multiple_of<T: MultipleOf + ?Sized>(&mut self, field: &'static str, value: &T, divisor: u32) {
        TypedRule::multiple_of(divisor).check(field, value, self);
    }

    /// Refuses an array with two equal elements.
    ///
    /// Elements are compared in pairs. For arrays of many thousands of elements, use a `BTreeSet`.
    pub fn unique_items<T: UniqueItems + ?Sized>(&mut self, field: &'static str, value: &T) {
        TypedRule::unique_items().check(field, value, self);
    }

    /// Checks the rules of the value itself. The paths of its violations begin with `field`, followed by the index of
    /// an element of a `Vec` or the key of an entry of a map.
    pub fn nested<T: Validate + ?Sized>(&mut self, field: &'static str, value: &T) {
        TypedRule::nested().check(field, value, self);
    }

    /// Refuses a value for which `check` returns an error; the error's text is the message.
    ///
    /// `field` is empty for a rule about the document itself. The argument of the function selects the value that it
    /// receives: the `T` of an `Option<T>` (`None` passes) or of a `Box<T>`, a `String` also as `&str`, a `Vec<T>`
    /// also as `&[T]`. A function that takes `&Option<T>` receives `None` too.
    ///
    /// The message is part of the violation, which may be shown to others, so it should not contain the value.
    pub fn custom<T, U, E>(
        &mut self,
        field: &'static str,
        value: &T,
        rule: &'static str,
        check: impl FnOnce(&U) -> Result<(), E>,
    ) where
        T: Inner<U> + ?Sized,
        U: ?Sized,
        E: Display,
    {
        self.rule(field, rule, custom(value, check));
    }

    pub(super) fn rule(&mut self, field: &'static str, rule: &'static str, broken: Option<String>) {
        if let Some(message) = broken {
            self.violations.push(Violation::new(field, rule, message));
        }
    }

    /// Checks each element of an array, with its index in the path.
    pub(crate) fn items<'v, T: 'v>(
        &mut self,
        items: impl IntoIterator<Item = &'v T>,
        check: impl Fn(&T, &mut Self),
    ) {
        for (index, item) in items.into_iter().enumerate() {
            self.below(|| index.to_string(), |this| check(item, this));
        }
    }

    /// Checks each entry of a map, with its key in the path.
    pub(crate) fn entries<'v, K: 'v, V: 'v>(
        &mut self,
        entries: impl IntoIterator<Item = (&'v K, &'v V)>,
        name: impl Fn(&K) -> String,
        check: impl Fn(&V, &mut Self),
    ) {
        for (key, value) in entries {
            self.below_key(|| name(key), |this| check(value, this));
        }
    }

    /// Checks each entry of a map without an order. The violations are sorted by key, so that they are the same on
    /// every run.
    pub(crate) fn unordered<'v, K: 'v, V: 'v>(
        &mut self,
        entries: impl IntoIterator<Item = (&'v K, &'v V)>,
        name: impl Fn(&K) -> String,
        check: impl Fn(&V, &mut Self),
    ) {
        let from = self.violations.len();
        let mut found = Vec::new();
        for (key, value) in entries {
            self.below_key(|| name(key), |this| check(value, this));
            if self.violations.len() > from {
                found.push((name(key), self.violations.split_off(from)));
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (_, violations) in found {
            self.violations.extend(violations);
        }
    }

    /// Runs `check` and prepends `field` to the paths of its violations.
    pub fn within(&mut self, field: &'static str, check: impl FnOnce(&mut Self)) {
        self.below(|| field, check);
    }

    /// Runs `check` one level deeper. `key` is called only if there are violations.
    pub(super) fn below<K: AsRef<str>>(&mut self, key: impl FnOnce() -> K, check: impl FnOnce(&mut Self)) {
        let from = self.deeper(check);
        if self.violations.len() > from {
            self.violations.nest(from, key().as_ref());
        }
    }

    /// Runs `check` one level deeper, below the key of a map.
    fn below_key(&mut self, key: impl FnOnce() -> String, check: impl FnOnce(&mut Self)) {
        let from = self.deeper(check);
        if self.violations.len() > from {
            self.violations.nest_key(from, &key());
        }
    }

    /// Runs `check` one level deeper, and returns the index of its first violation.
    fn deeper(&mut self, check: impl FnOnce(&mut Self)) -> usize {
        let from = self.violations.len();
        if self.depth == MAX_DEPTH {
            let message = format!("must not nest deeper than {MAX_DEPTH} levels");
            self.violations.push(Violation::new("", "nested", message));
        } else {
            self.depth += 1;
            stack::with_space::<(), _>(self.depth, || check(self));
            self.depth -= 1;
        }
        from
    }
}

/// What the function of a custom rule returns.
#[diagnostic::on_unimplemented(
    message = "the function of a rule returns `Result<(), E>`, not `{Self}`",
    label = "expected a function `fn(&T) -> Result<(), E>`, whose error is `Display`",
    note = "a rule is not async, because it sees one document: if a value must be unique, declare a unique index, \
            `#[odm(index(unique))]`"
)]
pub trait RuleResult {
    /// Returns the message, if the rule is violated.
    fn message(self) -> Option<String>;
}

impl<E: Display> RuleResult for Result<(), E> {
    fn message(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// Returns the message of a custom rule, if the value violates it.
///
/// The lifetime is explicit, so that the future of an async function is a type, which is no `RuleResult`.
pub fn custom<'v, T, U, R>(value: &'v T, check: impl FnOnce(&'v U) -> R) -> Option<String>
where
    T: Inner<U> + ?Sized,
    U: ?Sized + 'v,
    R: RuleResult,
{
    value.inner().and_then(|value| check(value).message())
}

impl<T: Validate> Validate for Option<T> {
    fn check(&self, check: &mut Check) {
        if let Some(value) = self {
            value.check(check);
        }
    }
}

impl<T: Validate + ?Sized> Validate for Box<T> {
    fn check(&self, check: &mut Check) {
        T::check(self, check);
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, check: &mut Check) {
        check.items(self, T::check);
    }
}

#[cfg(test)]
mod tests;
