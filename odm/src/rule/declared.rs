//! Declared rules: the description of a rule, and a rule with the functions that check a value of its type.

use std::fmt;

use mongodb::bson::Bson;

use super::{Check, Length, Matched, Range, Unit, Validate, length, text};

/// A rule, as declared.
///
/// [`FieldMeta::rules`](crate::meta::FieldMeta::rules) lists the rules of a field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// The length is between these bounds, which are included.
    Length {
        /// The smallest length.
        min: Option<usize>,
        /// The largest length.
        max: Option<usize>,
        /// What the length counts.
        unit: Unit,
    },
    /// The value is between these bounds, which are included. A bound that BSON cannot represent is `None` here, but is
    /// checked.
    Range {
        /// The smallest value.
        min: Option<Bson>,
        /// The largest value.
        max: Option<Bson>,
    },
    /// The regular expression has a match in the text.
    Pattern(&'static str),
    /// The text is an email address.
    Email,
    /// The documents inside satisfy their own rules. They are checked without this rule, too.
    Nested,
    /// The function with this name accepts the value.
    Custom(&'static str),
}

impl Rule {
    /// Returns the name of the rule, which is that of its violations: see [`Error::violations`](crate::Error::violations).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Range { .. } => "range",
            Self::Pattern(_) => "pattern",
            Self::Email => "email",
            Self::Nested => "nested",
            Self::Custom(name) => name,
        }
    }
}

/// A rule of a field of type `T`: what the rule is, and how it reads a `T`.
pub struct TypedRule<T: ?Sized>(Kind<T>);

enum Kind<T: ?Sized> {
    Length { min: Option<usize>, max: Option<usize>, unit: Unit, length: fn(&T) -> Option<usize> },
    Range(fn(RangeCall<'_, T>) -> RangeReply),
    Pattern(&'static str, fn(&T) -> Option<&str>),
    Email(fn(&T) -> Option<&str>),
    Nested(fn(&T, &mut Check)),
    Custom(&'static str, fn(&T) -> Option<String>),
}

/// What the function of a rule `range` does. Only the function knows the bounds, which need not be constants.
#[derive(Debug)]
pub enum RangeCall<'v, T: ?Sized> {
    /// It checks the value.
    Check(&'v T),
    /// It returns the bounds.
    Describe,
}

/// The result of the function of a rule `range`.
#[derive(Debug)]
pub enum RangeReply {
    /// The message, if the value is outside.
    Checked(Option<String>),
    /// The bounds.
    Described([Option<Bson>; 2]),
}

impl<T: ?Sized> RangeCall<'_, T> {
    /// Performs the call with these bounds.
    pub fn range(self, min: Option<T::Bound>, max: Option<T::Bound>) -> RangeReply
    where
        T: Range,
    {
        match self {
            Self::Check(value) => RangeReply::Checked(value.outside(min, max)),
            Self::Describe => RangeReply::Described([min.and_then(T::bound), max.and_then(T::bound)]),
        }
    }
}

impl<T: ?Sized> fmt::Debug for TypedRule<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe().fmt(f)
    }
}

impl<T: ?Sized> TypedRule<T> {
    /// See [`Check::length`].
    pub const fn length(min: Option<usize>, max: Option<usize>) -> Self
    where
        T: Length,
    {
        Self(Kind::Length { min, max, unit: T::UNIT, length: T::length })
    }

    /// See [`Check::range`].
    pub const fn range(range: fn(RangeCall<'_, T>) -> RangeReply) -> Self {
        Self(Kind::Range(range))
    }

    /// See [`Check::pattern`].
    pub const fn pattern(pattern: &'static str) -> Self
    where
        T: Matched,
    {
        Self(Kind::Pattern(pattern, T::matched))
    }

    /// See [`Check::email`].
    pub const fn email() -> Self
    where
        T: Matched,
    {
        Self(Kind::Email(T::matched))
    }

    /// See [`Check::nested`].
    pub const fn nested() -> Self
    where
        T: Validate,
    {
        Self(Kind::Nested(T::check))
    }

    /// See [`Check::custom`].
    pub const fn custom(name: &'static str, check: fn(&T) -> Option<String>) -> Self {
        Self(Kind::Custom(name, check))
    }

    /// Returns the rule without its functions.
    pub(crate) fn describe(&self) -> Rule {
        match self.0 {
            Kind::Length { min, max, unit, .. } => Rule::Length { min, max, unit },
            Kind::Range(range) => match range(RangeCall::Describe) {
                RangeReply::Described([min, max]) => Rule::Range { min, max },
                RangeReply::Checked(_) => Rule::Range { min: None, max: None },
            },
            Kind::Pattern(pattern, _) => Rule::Pattern(pattern),
            Kind::Email(_) => Rule::Email,
            Kind::Nested(_) => Rule::Nested,
            Kind::Custom(name, _) => Rule::Custom(name),
        }
    }

    /// Reports a value that violates the rule.
    pub(super) fn check(&self, field: &'static str, value: &T, check: &mut Check) {
        match self.0 {
            Kind::Length { min, max, unit, length } => {
                let broken = length(value).and_then(|length| length::outside(length, unit, min, max));
                check.rule(field, "length", broken);
            }
            Kind::Range(range) => {
                if let RangeReply::Checked(broken) = range(RangeCall::Check(value)) {
                    check.rule(field, "range", broken);
                }
            }
            Kind::Pattern(pattern, matched) => {
                check.rule(field, "pattern", matched(value).and_then(|text| text::unmatched(text, pattern)));
            }
            Kind::Email(matched) => check.rule(field, "email", matched(value).and_then(text::not_email)),
            Kind::Nested(nested) => check.below(|| field, |check| nested(value, check)),
            Kind::Custom(name, custom) => check.rule(field, name, custom(value)),
        }
    }
}

/// Checks the rules of a field. Returns whether the documents inside the value were checked, too.
pub fn check_rules<T: ?Sized>(
    check: &mut Check,
    field: &'static str,
    value: &T,
    rules: &[TypedRule<T>],
) -> bool {
    for rule in rules {
        rule.check(field, value, check);
    }
    rules.iter().any(|rule| matches!(rule.0, Kind::Nested(_)))
}
