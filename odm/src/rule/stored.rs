//! Rules of values as they are stored: those that an update writes.

use std::cmp::Ordering;

use mongodb::bson::{Bson, DateTime};

use super::{Compared, Range, Rule, Unit, length, text, url};
use crate::error::invalid::message;

impl Rule {
    /// Returns a message if a stored value violates the rule.
    ///
    /// Null passes, and so does a value that the rule cannot judge as it is stored: a custom rule needs the Rust value,
    /// and the bounds of some types are not BSON.
    pub(crate) fn violated_by(&self, value: &Bson) -> Option<String> {
        match self {
            Self::Length { min, max, unit } => length::outside(length_of(value, *unit)?, *unit, *min, *max),
            Self::Range { min, max } => outside(value, min.as_ref(), max.as_ref()),
            Self::Pattern(pattern) => text::unmatched(value.as_str()?, pattern),
            Self::Email => text::not_email(value.as_str()?),
            Self::Url => url::not_url(value.as_str()?),
            Self::OneOf(items) => unlisted(value, items),
            Self::MultipleOf(divisor) => {
                (integer(value)?.checked_rem(i64::from(*divisor))? != 0).then(|| message::undivided(divisor))
            }
            Self::UniqueItems => has_equal_items(value.as_array()?).then(|| message::EQUAL_ITEMS.to_owned()),
            // Rules of several fields are about the document that contains them.
            Self::Compare { .. } | Self::RequiredTogether(_) | Self::Nested | Self::Custom(_) => None,
        }
    }

    /// Returns a message if no value that satisfies the rule does so after this number was added to it. A field that is
    /// missing becomes the number itself.
    pub(crate) fn violated_by_adding(&self, number: &Bson) -> Option<String> {
        let Self::Range { min: Some(min), max: Some(max) } = self else { return None };
        let (Some(min), Some(max), Some(added)) = (integer(min), integer(max), integer(number)) else {
            return doubles_violated_by_adding(double(min)?, double(max)?, double(number)?);
        };
        if (min..=max).contains(&added) {
            return None;
        }
        if added > 0 && min.checked_add(added).is_none_or(|least| least > max) {
            return Some(format!("must be at most {max}"));
        }
        if added < 0 && max.checked_add(added).is_none_or(|most| most < min) {
            return Some(format!("must be at least {min}"));
        }
        None
    }

    /// Returns a message if a value that is at least this one violates the rule, as after `$max`.
    pub(crate) fn violated_by_at_least(&self, value: &Bson) -> Option<String> {
        match self {
            Self::Range { max, .. } => outside(value, None, max.as_ref()),
            _ => None,
        }
    }

    /// Returns a message if a value that is at most this one violates the rule, as after `$min`.
    pub(crate) fn violated_by_at_most(&self, value: &Bson) -> Option<String> {
        match self {
            Self::Range { min, .. } => outside(value, min.as_ref(), None),
            _ => None,
        }
    }

    /// Returns a message if an array violates the rule after this number of elements was added to it.
    pub(crate) fn violated_by_pushing(&self, elements: usize) -> Option<String> {
        match self {
            Self::Length { max, unit: Unit::Item, .. } => length::outside(elements, Unit::Item, None, *max),
            _ => None,
        }
    }
}

/// Returns the order of the stored values of two fields of the rule `compare`. Returns `None` if one is neither a number
/// nor a date, or if both have no exact order here.
pub(crate) fn order(one: &Bson, other: &Bson) -> Option<Ordering> {
    match (one, other) {
        (Bson::DateTime(one), Bson::DateTime(other)) => Some(one.cmp(other)),
        (Bson::Double(one), Bson::Double(other)) => Some(f64::order(one, other)),
        _ => compare(one, other),
    }
}

/// Returns a message if the value is not one of a list. Only strings and integers are.
fn unlisted(value: &Bson, items: &[Bson]) -> Option<String> {
    let is_listed = match value {
        Bson::String(_) => items.contains(value),
        _ => {
            let number = integer(value)?;
            items.iter().any(|item| integer(item) == Some(number))
        }
    };
    (!is_listed).then(|| message::not_listed(items.iter().map(Shown)))
}

fn has_equal_items(items: &[Bson]) -> bool {
    items.iter().enumerate().any(|(index, item)| items.iter().take(index).any(|other| other == item))
}

fn length_of(value: &Bson, unit: Unit) -> Option<usize> {
    match (unit, value) {
        (Unit::Character, Bson::String(text)) => Some(text.chars().count()),
        (Unit::Item, Bson::Array(items)) => Some(items.len()),
        (Unit::Entry, Bson::Document(entries)) => Some(entries.len()),
        (Unit::Item | Unit::Byte, Bson::Binary(binary)) => Some(binary.bytes.len()),
        _ => None,
    }
}

/// The same for numbers with fractions.
fn doubles_violated_by_adding(min: f64, max: f64, added: f64) -> Option<String> {
    if (min..=max).contains(&added) || added.is_nan() {
        return None;
    }
    if added > 0.0 && min + added > max {
        return Some(format!("must be at most {max}"));
    }
    (added < 0.0 && max + added < min).then(|| format!("must be at least {min}"))
}

fn integer(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(number) => Some((*number).into()),
        Bson::Int64(number) => Some(*number),
        _ => None,
    }
}

/// Returns a message if the value is outside the bounds. A value of another kind than a bound is not judged.
fn outside(value: &Bson, min: Option<&Bson>, max: Option<&Bson>) -> Option<String> {
    match value {
        Bson::Double(number) if number.is_nan() => number.outside(None, None),
        Bson::DateTime(date) => date.outside(date_of(min), date_of(max)),
        _ => {
            let is = |bound: &&Bson, ordering| compare(value, bound) == Some(ordering);
            if let Some(min) = min.filter(|min| is(min, Ordering::Less)) {
                return Some(format!("must be at least {}", Shown(min)));
            }
            max.filter(|max| is(max, Ordering::Greater)).map(|max| format!("must be at most {}", Shown(max)))
        }
    }
}

fn date_of(bound: Option<&Bson>) -> Option<DateTime> {
    bound.and_then(Bson::as_datetime).copied()
}

/// A bound, as it is displayed in messages.
struct Shown<'b>(&'b Bson);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Bson::Int64(number) => number.fmt(f),
            Bson::Double(number) => number.fmt(f),
            other => other.fmt(f),
        }
    }
}

/// Compares two numbers. Returns `None` if their types have no exact order here.
fn compare(value: &Bson, bound: &Bson) -> Option<Ordering> {
    match (integer(value), integer(bound)) {
        (Some(value), Some(bound)) => Some(value.cmp(&bound)),
        _ => double(value)?.partial_cmp(&double(bound)?),
    }
}

/// Returns a number as a double, if a double represents it exactly.
fn double(value: &Bson) -> Option<f64> {
    match value {
        Bson::Double(number) => Some(*number),
        value => i32::try_from(integer(value)?).ok().map(f64::from),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::bson;

    use super::*;

    fn range(min: impl Into<Bson>, max: impl Into<Bson>) -> Rule {
        Rule::Range { min: Some(min.into()), max: Some(max.into()) }
    }

    fn length(min: usize, max: usize, unit: Unit) -> Rule {
        Rule::Length { min: Some(min), max: Some(max), unit }
    }

    #[test]
    fn stored_values() {
        for (rule, value, message) in [
            (range(1_i64, 9_i64), bson!(0), Some("must be at least 1")),
            (range(1_i64, 9_i64), bson!(10_i64), Some("must be at most 9")),
            (range(1_i64, 9_i64), bson!(9), None),
            (range(1_i64, 9_i64), bson!(null), None),
            (range(1_i64, 9_i64), bson!("a"), None),
            (range(0.5, 1.5), bson!(2), Some("must be at most 1.5")),
            (range(0.5, 1.5), bson!(f64::NAN), Some("must be a number (it is NaN)")),
            (
                range(DateTime::from_millis(0), DateTime::from_millis(1000)),
                bson!(DateTime::from_millis(2000)),
                Some("must not be after 1970-01-01T00:00:01Z"),
            ),
            (length(1, 2, Unit::Character), bson!(""), Some("must have at least 1 character")),
            (length(1, 2, Unit::Character), bson!("æøå"), Some("must have at most 2 characters")),
            (length(1, 2, Unit::Item), bson!([1, 2, 3]), Some("must have at most 2 items")),
            (length(1, 2, Unit::Entry), bson!({}), Some("must have at least 1 entry")),
            (length(1, 2, Unit::Item), bson!("abc"), None),
            (Rule::Pattern("^[a-z]+$"), bson!("A"), Some("must match the pattern ^[a-z]+$")),
            (Rule::Email, bson!("ada"), Some("must be an email address (it has no @)")),
            (Rule::OneOf(vec![bson!("a"), bson!("b")]), bson!("c"), Some(r#"must be one of "a", "b""#)),
            (Rule::OneOf(vec![bson!(1_i64), bson!(2_i64)]), bson!(3), Some("must be one of 1, 2")),
            (Rule::OneOf(vec![bson!(1_i64), bson!(2_i64)]), bson!(2), None),
            (Rule::MultipleOf(5), bson!(12_i64), Some("must be a multiple of 5")),
            (Rule::MultipleOf(5), bson!(-15), None),
            (Rule::UniqueItems, bson!(["a", "b", "a"]), Some(message::EQUAL_ITEMS)),
            (Rule::UniqueItems, bson!(["a", "b"]), None),
            (Rule::RequiredTogether(&["a", "b"]), bson!({ "a": 1 }), None),
            (Rule::Custom("even"), bson!(1), None),
        ] {
            assert_eq!(rule.violated_by(&value).as_deref(), message, "{rule:?} {value}");
        }
    }

    #[test]
    fn results_that_no_stored_value_makes_right() {
        let stock = range(0_i64, 10_i64);
        for (added, message) in [
            (bson!(10), None),
            (bson!(11), Some("must be at most 10")),
            (bson!(-10_i64), None),
            (bson!(-11_i64), Some("must be at least 0")),
            (bson!(i64::MAX), Some("must be at most 10")),
            (bson!(100.0), Some("must be at most 10")),
        ] {
            assert_eq!(stock.violated_by_adding(&added).as_deref(), message, "{added}");
        }
        let part = range(0.0, 1.0);
        for (added, message) in [
            (bson!(0.5), None),
            (bson!(1), None),
            (bson!(1.5), Some("must be at most 1")),
            (bson!(-2), Some("must be at least 0")),
            (bson!(f64::NAN), None),
        ] {
            assert_eq!(part.violated_by_adding(&added).as_deref(), message, "{added}");
        }
        assert_eq!(range(5_i64, 10_i64).violated_by_adding(&bson!(6)), None, "the field may be missing");
        let open = Rule::Range { min: Some(bson!(0_i64)), max: None };
        assert_eq!(open.violated_by_adding(&bson!(-100)), None);
        assert_eq!(stock.violated_by_at_least(&bson!(11)).unwrap(), "must be at most 10");
        assert_eq!(stock.violated_by_at_least(&bson!(-1)), None);
        assert_eq!(stock.violated_by_at_most(&bson!(-1)).unwrap(), "must be at least 0");
        assert_eq!(stock.violated_by_at_most(&bson!(11)), None);
        assert_eq!(length(1, 2, Unit::Item).violated_by_pushing(3).unwrap(), "must have at most 2 items");
        assert_eq!(length(1, 2, Unit::Item).violated_by_pushing(0), None);
    }
}
