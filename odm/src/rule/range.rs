//! Range: numbers and dates between two bounds.

use std::{fmt::Display, time::Duration};

use garde::rules::range::{Bounds, OutOfBounds};
use mongodb::bson::{Bson, DateTime};

use crate::error::invalid::message;

/// A value that can be compared with bounds, for the rule `range`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no range",
    label = "the rule `range` needs a number, a date or a duration",
    note = "texts, arrays and maps have a `length`; anything else takes a custom rule",
    note = "implement `odm::rule::Range` for a newtype around one of these"
)]
pub trait Range {
    /// The type of the bounds.
    type Bound;

    /// Returns a message if the value is outside the bounds, and `None` if it is within them or absent.
    fn outside(&self, min: Option<Self::Bound>, max: Option<Self::Bound>) -> Option<String>;

    /// Returns a bound as BSON, if BSON can represent it as the value is stored. By default, it cannot.
    fn bound(_: Self::Bound) -> Option<Bson> {
        None
    }
}

/// Returns the message for a value below `min` or above `max`.
fn outside(side: &OutOfBounds, min: impl Display, max: impl Display) -> String {
    match side {
        OutOfBounds::Lower => message::below(min),
        OutOfBounds::Upper => message::above(max),
    }
}

macro_rules! integers {
    ($($number:ty)*) => { $(
        impl Range for $number {
            type Bound = Self;
            fn outside(&self, min: Option<Self>, max: Option<Self>) -> Option<String> {
                let (min, max) = (min.unwrap_or(Self::MIN), max.unwrap_or(Self::MAX));
                self.validate_bounds(min, max).err().map(|side| outside(&side, min, max))
            }
            fn bound(bound: Self) -> Option<Bson> {
                i64::try_from(bound).ok().map(Bson::Int64)
            }
        }
    )* };
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! floats {
    ($($number:ty)*) => { $(
        impl Range for $number {
            type Bound = Self;
            fn outside(&self, min: Option<Self>, max: Option<Self>) -> Option<String> {
                if self.is_nan() {
                    return Some("must be a number (it is NaN)".to_owned());
                }
                let (min, max) = (min.unwrap_or(Self::NEG_INFINITY), max.unwrap_or(Self::INFINITY));
                self.validate_bounds(min, max).err().map(|side| outside(&side, min, max))
            }
            fn bound(bound: Self) -> Option<Bson> {
                Some(Bson::Double(bound.into()))
            }
        }
    )* };
}

floats!(f32 f64);

impl Range for DateTime {
    type Bound = Self;
    fn outside(&self, min: Option<Self>, max: Option<Self>) -> Option<String> {
        if let Some(min) = min.filter(|min| self < min) {
            return Some(message::before(date(min)));
        }
        max.filter(|max| self > max).map(|max| message::after(date(max)))
    }
    fn bound(bound: Self) -> Option<Bson> {
        Some(Bson::DateTime(bound))
    }
}

impl Range for Duration {
    type Bound = Self;
    fn outside(&self, min: Option<Self>, max: Option<Self>) -> Option<String> {
        if let Some(min) = min.filter(|min| self < min) {
            return Some(message::below(format_args!("{min:?}")));
        }
        max.filter(|max| self > max).map(|max| message::above(format_args!("{max:?}")))
    }
}

fn date(date: DateTime) -> String {
    date.try_to_rfc3339_string().unwrap_or_else(|_| date.to_string())
}

#[diagnostic::do_not_recommend]
impl<T: Range> Range for Option<T> {
    type Bound = T::Bound;
    fn outside(&self, min: Option<T::Bound>, max: Option<T::Bound>) -> Option<String> {
        self.as_ref().and_then(|value| value.outside(min, max))
    }
    fn bound(bound: T::Bound) -> Option<Bson> {
        T::bound(bound)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Range> Range for Box<T> {
    type Bound = T::Bound;
    fn outside(&self, min: Option<T::Bound>, max: Option<T::Bound>) -> Option<String> {
        T::outside(self, min, max)
    }
    fn bound(bound: T::Bound) -> Option<Bson> {
        T::bound(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range<T: Range + ?Sized>(value: &T, min: Option<T::Bound>, max: Option<T::Bound>) -> Option<String> {
        value.outside(min, max)
    }

    #[test]
    fn says_the_broken_bound() {
        assert_eq!(range(&0_u8, Some(1), Some(100)).unwrap(), "must be at least 1");
        assert_eq!(range(&101_i64, Some(1), Some(100)).unwrap(), "must be at most 100");
        assert_eq!(range(&1.5, Some(2.0), None).unwrap(), "must be at least 2");
        assert_eq!(range(&-0.5_f32, Some(0.25), None).unwrap(), "must be at least 0.25");
        assert_eq!(range(&-5, Some(-4), None).unwrap(), "must be at least -4");
    }

    #[test]
    fn bounds_are_allowed_values() {
        assert_eq!(range(&1_u64, Some(1), Some(1)), None);
        assert_eq!(range(&u64::MAX, Some(1), None), None);
        assert_eq!(range(&i8::MIN, None, Some(0)), None);
        assert_eq!(range(&0.1, Some(0.1), Some(0.1)), None);
        assert_eq!(range(&7_usize, None, None), None);
    }

    #[test]
    fn floats_without_a_bound_may_be_infinite() {
        assert_eq!(range(&f64::INFINITY, Some(0.0), None), None);
        assert_eq!(range(&f64::NEG_INFINITY, Some(0.0), None).unwrap(), "must be at least 0");
    }

    #[test]
    fn nan_is_in_no_range() {
        for nan in [f64::NAN, -f64::NAN] {
            assert_eq!(range(&nan, Some(0.0), Some(1.0)).unwrap(), "must be a number (it is NaN)");
            assert!(range(&nan, None, None).is_some());
        }
        assert!(range(&Some(f32::NAN), None, Some(1.0)).is_some());
    }

    #[test]
    fn sees_through_option_and_box() {
        assert_eq!(range(&None::<i32>, Some(1), Some(2)), None);
        assert_eq!(range(&Some(3_i32), Some(1), Some(2)).unwrap(), "must be at most 2");
        assert_eq!(range(&Some(Box::new(0_u16)), Some(1), None).unwrap(), "must be at least 1");
    }

    #[test]
    fn dates() {
        let (start, late) = (DateTime::from_millis(0), DateTime::from_millis(86_400_000));
        assert_eq!(range(&start, Some(late), None).unwrap(), "must not be before 1970-01-02T00:00:00Z");
        assert_eq!(range(&late, None, Some(start)).unwrap(), "must not be after 1970-01-01T00:00:00Z");
        assert_eq!(range(&start, Some(start), Some(late)), None);
    }
}
