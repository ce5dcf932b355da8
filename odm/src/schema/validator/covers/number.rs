//! Numbers and their bounds.

use std::cmp::Ordering;

use mongodb::bson::{Bson, Document};

/// `minimum` or `maximum` of a schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) keyword: &'a str,
    limit: &'a Bson,
    is_exclusive: bool,
}

impl<'a> Bound<'a> {
    pub(super) fn of(schema: &'a Document, keyword: &'a str) -> Option<Self> {
        let exclusive = if keyword == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
        let is_exclusive = schema.get_bool(exclusive).unwrap_or_default();
        Some(Self { keyword, limit: schema.get(keyword)?, is_exclusive })
    }

    /// Returns whether the other bound accepts all numbers that this one accepts.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.limit == other.limit && (self.is_exclusive || !other.is_exclusive) || other.is_beyond(self.limit)
    }

    pub(super) fn accepts(&self, number: &Bson) -> bool {
        self.is_beyond(number) || (!self.is_exclusive && order(number, self.limit) == Some(Ordering::Equal))
    }

    /// Returns whether a number is on the accepted side of the limit.
    fn is_beyond(&self, number: &Bson) -> bool {
        let accepted = if self.keyword == "minimum" { Ordering::Greater } else { Ordering::Less };
        order(number, self.limit) == Some(accepted)
    }
}

/// Returns whether a number and all its multiples are multiples of a divisor.
pub(super) fn is_multiple(number: &Bson, divisor: &Bson) -> bool {
    number == divisor
        || whole(number)
            .zip(whole(divisor))
            .is_some_and(|(number, divisor)| number.checked_rem(divisor) == Some(0))
}

/// Returns how two numbers compare. `None` if that is not certain.
pub(super) fn order(one: &Bson, other: &Bson) -> Option<Ordering> {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => fraction(one)?.partial_cmp(&fraction(other)?),
    }
}

fn whole(number: &Bson) -> Option<i64> {
    match number {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        _ => None,
    }
}

/// A whole number beyond 2^53 is not exact as a double.
fn fraction(number: &Bson) -> Option<f64> {
    match number {
        Bson::Double(number) => Some(*number),
        Bson::Int32(number) => Some(f64::from(*number)),
        #[allow(clippy::cast_precision_loss)] // checked by the condition
        Bson::Int64(number) if number.unsigned_abs() <= 1 << 53 => Some(*number as f64),
        _ => None,
    }
}
