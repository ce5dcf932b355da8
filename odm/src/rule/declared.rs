//! Declared rules: the description of a rule, and a rule with the functions that check a value of its type.

use std::{cmp::Ordering, fmt};

use mongodb::bson::Bson;

use super::{
    Check, Length, Matched, MultipleOf, OneOf, Operator, Range, UniqueItems, Unit, Validate, length,
    multiple_of, required_together, text,
};
use crate::error::invalid::message;

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
    /// The regular expression has a match in the string.
    Pattern(&'static str),
    /// The string is an email address.
    Email,
    /// The value is one of these. One that BSON cannot represent is not listed, but is accepted.
    OneOf(Vec<Bson>),
    /// The integer is a multiple of this number.
    MultipleOf(u32),
    /// No two elements of the array are equal.
    UniqueItems,
    /// The fields, which are those with these stored names, compare so. If one of them is absent, they do.
    Compare {
        /// The field before the operator.
        left: &'static str,
        /// The operator.
        operator: Operator,
        /// The field after the operator.
        right: &'static str,
    },
    /// All of the fields with these stored names are present, or none of them is.
    RequiredTogether(&'static [&'static str]),
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
            Self::OneOf(_) => "one_of",
            Self::MultipleOf(_) => "multiple_of",
            Self::UniqueItems => "unique_items",
            Self::Compare { .. } => "compare",
            Self::RequiredTogether(_) => "required_together",
            Self::Nested => "nested",
            Self::Custom(name) => name,
        }
    }
}

/// A rule of a field of type `T`: what the rule is, and how it reads a `T`.
pub struct TypedRule<T: ?Sized>(Kind<T>);

enum Kind<T: ?Sized> {
    Length { min: Option<usize>, max: Option<usize>, unit: Unit, length: fn(&T) -> Option<usize> },
    Range(fn(RuleCall<'_, T>) -> RuleReply),
    Pattern(&'static str, fn(&T) -> Option<&str>),
    Email(fn(&T) -> Option<&str>),
    OneOf(fn(RuleCall<'_, T>) -> RuleReply),
    MultipleOf(u32, fn(&T, u32) -> Option<bool>),
    UniqueItems(fn(&T) -> bool),
    Compare { left: &'static str, operator: Operator, right: &'static str, order: fn(&T) -> Option<Ordering> },
    RequiredTogether(&'static [&'static str], fn(&T) -> usize),
    Nested(fn(&T, &mut Check)),
    Custom(&'static str, fn(&T) -> Option<String>),
}

/// What the function of a rule with values does. Only the function knows the values, which need not be constants.
#[derive(Debug)]
pub enum RuleCall<'v, T: ?Sized> {
    /// It checks the value of the field.
    Check(&'v T),
    /// It returns the values of the rule.
    Describe,
}

/// The result of the function of a rule with values.
#[derive(Debug)]
pub enum RuleReply {
    /// The message, if the field violates the rule.
    Checked(Option<String>),
    /// The values of the rule: two bounds, or a list. One that BSON cannot represent is `None`.
    Described(Vec<Option<Bson>>),
}

impl RuleReply {
    /// Returns the values of the rule.
    fn described(self) -> Vec<Option<Bson>> {
        match self {
            Self::Described(values) => values,
            Self::Checked(_) => Vec::new(),
        }
    }
}

impl<T: ?Sized> RuleCall<'_, T> {
    /// Performs the call of a rule `range` with these bounds.
    pub fn range(self, min: Option<T::Bound>, max: Option<T::Bound>) -> RuleReply
    where
        T: Range,
    {
        match self {
            Self::Check(value) => RuleReply::Checked(value.outside(min, max)),
            Self::Describe => RuleReply::Described(vec![min.and_then(T::bound), max.and_then(T::bound)]),
        }
    }

    /// Performs the call of a rule `one_of` with this list.
    pub fn one_of(self, items: &[T::Item]) -> RuleReply
    where
        T: OneOf,
    {
        match self {
            Self::Check(value) => RuleReply::Checked(value.outside_list(items)),
            Self::Describe => RuleReply::Described(items.iter().map(T::listed).collect()),
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
    pub const fn range(range: fn(RuleCall<'_, T>) -> RuleReply) -> Self {
        Self(Kind::Range(range))
    }

    /// See [`Check::one_of`].
    pub const fn one_of(one_of: fn(RuleCall<'_, T>) -> RuleReply) -> Self {
        Self(Kind::OneOf(one_of))
    }

    /// See [`Check::multiple_of`].
    pub const fn multiple_of(divisor: u32) -> Self
    where
        T: MultipleOf,
    {
        Self(Kind::MultipleOf(divisor, T::is_divided_by))
    }

    /// See [`Check::unique_items`].
    pub const fn unique_items() -> Self
    where
        T: UniqueItems,
    {
        Self(Kind::UniqueItems(T::has_duplicates))
    }

    /// See [`Rule::Compare`].
    pub const fn compare(
        left: &'static str,
        operator: Operator,
        right: &'static str,
        order: fn(&T) -> Option<Ordering>,
    ) -> Self {
        Self(Kind::Compare { left, operator, right, order })
    }

    /// See [`Rule::RequiredTogether`]. The function returns how many of the fields are present.
    pub const fn required_together(fields: &'static [&'static str], present: fn(&T) -> usize) -> Self {
        Self(Kind::RequiredTogether(fields, present))
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
            Kind::Range(range) => {
                let mut bounds = range(RuleCall::Describe).described().into_iter();
                Rule::Range { min: bounds.next().flatten(), max: bounds.next().flatten() }
            }
            Kind::Pattern(pattern, _) => Rule::Pattern(pattern),
            Kind::Email(_) => Rule::Email,
            Kind::OneOf(one_of) => {
                Rule::OneOf(one_of(RuleCall::Describe).described().into_iter().flatten().collect())
            }
            Kind::MultipleOf(divisor, _) => Rule::MultipleOf(divisor),
            Kind::UniqueItems(_) => Rule::UniqueItems,
            Kind::Compare { left, operator, right, .. } => Rule::Compare { left, operator, right },
            Kind::RequiredTogether(fields, _) => Rule::RequiredTogether(fields),
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
                if let RuleReply::Checked(broken) = range(RuleCall::Check(value)) {
                    check.rule(field, "range", broken);
                }
            }
            Kind::OneOf(one_of) => {
                if let RuleReply::Checked(broken) = one_of(RuleCall::Check(value)) {
                    check.rule(field, "one_of", broken);
                }
            }
            Kind::MultipleOf(divisor, is_divided) => {
                let broken = is_divided(value, divisor)
                    .and_then(|is_divided| multiple_of::undivided(is_divided, divisor));
                check.rule(field, "multiple_of", broken);
            }
            Kind::UniqueItems(has_duplicates) => {
                let broken = has_duplicates(value).then(|| message::EQUAL_ITEMS.to_owned());
                check.rule(field, "unique_items", broken);
            }
            Kind::Compare { left, operator, right, order } => {
                let broken = order(value).filter(|order| !operator.holds(*order));
                check.rule(left, "compare", broken.map(|_| operator.message(right)));
            }
            Kind::RequiredTogether(fields, present) => {
                let present = present(value);
                let broken = present > 0 && present < fields.len();
                let message = broken.then(|| required_together::message(fields));
                check.rule(field, "required_together", message);
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
