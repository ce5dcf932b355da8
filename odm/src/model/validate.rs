//! Validation: the rules a document must satisfy before it is written.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Display,
    hash::BuildHasher,
};

use super::rule::{self, Inner, Length, Matched, Range};
use crate::{
    error::invalid::{Violation, Violations},
    value::{MAX_DEPTH, MapKey, Value, stack},
};

/// A type with rules to check.
///
/// Deriving `Model` or `Embedded` implements it from `#[odm(validate(..))]`. `Option`, `Box`, `Vec` and maps
/// of such a type have the rules of what they hold; `None` passes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rules to check",
    label = "`nested` needs a document type with rules",
    note = "derive `odm::Embedded` for it, or implement `odm::model::Validate` by hand"
)]
pub trait Validate {
    /// Checks every rule and reports every violation to `check`.
    fn check(&self, check: &mut Check);

    /// Checks every rule, without storing anything: what an insert or a replace does first.
    ///
    /// # Errors
    ///
    /// Every violation with its path.
    fn validate(&self) -> Result<(), Violations> {
        let mut check = Check::new();
        self.check(&mut check);
        check.finish()
    }
}

/// Collects every violation while a document is walked.
///
/// Make one with [`Check::new`], call the rules, and ask [`finish`](Check::finish). A rule takes the *stored*
/// name of its field; `nested` puts the name of the field in front of what it finds below. Every rule sees
/// through `Option`, where `None` passes, and through `Box`.
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
    /// Nothing found so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// `Ok` if no rule is broken, else every violation.
    pub fn finish(self) -> Result<(), Violations> {
        if self.violations.is_empty() { Ok(()) } else { Err(self.violations) }
    }

    /// Refuses a value that is shorter than `min` or longer than `max`.
    ///
    /// Texts are counted in characters (Unicode scalar values, not bytes), `Vec`s in items, maps in entries,
    /// binary data in bytes.
    pub fn length<T: Length + ?Sized>(
        &mut self,
        field: &'static str,
        value: &T,
        min: Option<usize>,
        max: Option<usize>,
    ) {
        self.rule(field, "length", rule::length(value, min, max));
    }

    /// Refuses a number or date below `min` or above `max`; both bounds are allowed values.
    ///
    /// The bounds have the type of the value, so that literals infer. A NaN is in no range.
    pub fn range<T: Range + ?Sized>(
        &mut self,
        field: &'static str,
        value: &T,
        min: Option<T::Bound>,
        max: Option<T::Bound>,
    ) {
        self.rule(field, "range", rule::range(value, min, max));
    }

    /// Refuses a text in which the regular expression has no match.
    ///
    /// The match may be anywhere in the text, as in MongoDB's `$regex`: anchor it with `^` and `$` to mean
    /// the whole text. The syntax is that of the [`regex`](https://docs.rs/regex) crate, which has neither
    /// look-around nor back-references and answers in linear time. A pattern is compiled once per process; one
    /// that does not compile is reported as a violation.
    pub fn pattern<T: Matched + ?Sized>(&mut self, field: &'static str, value: &T, pattern: &'static str) {
        self.rule(field, "pattern", rule::pattern(value, pattern));
    }

    /// Refuses a text that is not an email address, by the definition that HTML uses for `<input type=email>`,
    /// which here takes letters beyond ASCII too.
    pub fn email<T: Matched + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.rule(field, "email", rule::email(value));
    }

    /// Checks the rules of the value itself: violations stand below `field`, with the index for elements of a
    /// `Vec` and the key for entries of a map.
    pub fn nested<T: Validate + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.below(|| field, |check| value.check(check));
    }

    /// Checks the rules of the documents that the value is or holds, as `nested` does; costs nothing where it
    /// holds none. The derive calls it for every field.
    #[inline]
    pub fn inside<V: Value>(&mut self, field: &'static str, value: &V) {
        if V::RULES {
            self.below(|| field, |check| value.check_rules(check));
        }
    }

    /// Refuses a value for which `check` returns an error; the error's text is the message.
    ///
    /// `field` is empty for a rule about the document itself. The rule is given what is stored: the `T` of an
    /// `Option<T>` (a `None` passes) or a `Box<T>`, and a `String` also as `&str`, a `Vec<T>` also as `&[T]`,
    /// whichever type the function takes. One that takes `&Option<T>` sees the `None` too.
    ///
    /// The message is shown to whoever sees the violation, so it should not repeat the value.
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
        let broken = value.inner().and_then(|value| check(value).err());
        self.rule(field, rule, broken.map(|error| error.to_string()));
    }

    fn rule(&mut self, field: &'static str, rule: &'static str, broken: Option<String>) {
        if let Some(message) = broken {
            self.violations.push(Violation::new(field, rule, message));
        }
    }

    /// Checks each item of an array below its index.
    pub(crate) fn items<'v, T: 'v>(
        &mut self,
        items: impl IntoIterator<Item = &'v T>,
        check: impl Fn(&T, &mut Self),
    ) {
        for (index, item) in items.into_iter().enumerate() {
            self.below(|| index.to_string(), |this| check(item, this));
        }
    }

    /// Checks each entry of a map below its key.
    pub(crate) fn entries<'v, K: MapKey, V: 'v>(
        &mut self,
        entries: impl IntoIterator<Item = (&'v K, &'v V)>,
        check: impl Fn(&V, &mut Self),
    ) {
        for (key, value) in entries {
            self.below_key(key, |this| check(value, this));
        }
    }

    /// The same for a map without an order. The violations are in the order of the keys' texts, so that they are
    /// the same on every run.
    pub(crate) fn unordered<'v, K: MapKey, V: 'v>(
        &mut self,
        entries: impl IntoIterator<Item = (&'v K, &'v V)>,
        check: impl Fn(&V, &mut Self),
    ) {
        let from = self.violations.len();
        let mut found = Vec::new();
        for (key, value) in entries {
            self.below_key(key, |this| check(value, this));
            if self.violations.len() > from {
                found.push((key.to_key(), self.violations.split_off(from)));
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (_, violations) in found {
            self.violations.extend(violations);
        }
    }

    /// Reports what `check` finds as if it stood under this name.
    pub fn within(&mut self, field: &'static str, check: impl FnOnce(&mut Self)) {
        self.below(|| field, check);
    }

    /// Checks one level further in, `key` being asked for only when something was found.
    fn below<K: AsRef<str>>(&mut self, key: impl FnOnce() -> K, check: impl FnOnce(&mut Self)) {
        let from = self.deeper(check);
        if self.violations.len() > from {
            self.violations.nest(from, key().as_ref());
        }
    }

    /// The same below the key of a map.
    fn below_key<K: MapKey>(&mut self, key: &K, check: impl FnOnce(&mut Self)) {
        let from = self.deeper(check);
        if self.violations.len() > from {
            self.violations.nest_key(from, &key.to_key());
        }
    }

    /// Where the violations of one level further in begin.
    fn deeper(&mut self, check: impl FnOnce(&mut Self)) -> usize {
        let from = self.violations.len();
        if self.depth == MAX_DEPTH {
            let message = format!("must not nest deeper than {MAX_DEPTH} levels");
            self.violations.push(Violation::new("", "nested", message));
        } else {
            self.depth += 1;
            stack::at::<(), _>(self.depth, || check(self));
            self.depth -= 1;
        }
        from
    }
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

impl<K: MapKey, V: Validate> Validate for BTreeMap<K, V> {
    fn check(&self, check: &mut Check) {
        check.entries(self, V::check);
    }
}

impl<K: MapKey, V: Validate, S: BuildHasher> Validate for HashMap<K, V, S> {
    fn check(&self, check: &mut Check) {
        check.unordered(self, V::check);
    }
}

#[cfg(test)]
mod tests;
