//! Compare: the order of two fields of a document.

use std::{cmp::Ordering, fmt, rc::Rc, sync::Arc};

use mongodb::bson::DateTime;

use crate::error::invalid::message;

/// A number or a date that can be compared with another field, for the rule `compare`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with another field",
    label = "the rule `compare` needs numbers or dates",
    note = "the order of strings depends on the collation of the collection: write a `custom` rule"
)]
pub trait Compared {
    /// The type without `Option` and pointers. Both fields have the same.
    type Bare;

    /// Returns the value. `None` if there is no value, which passes.
    fn bare(&self) -> Option<&Self::Bare>;

    /// Returns the order of the stored values. As on the server, NaN is less than every other number.
    fn order(one: &Self::Bare, other: &Self::Bare) -> Ordering;
}

/// An operator of the rule `compare`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Operator {
    /// Returns whether the operator is true of two values in this order.
    pub(crate) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// Returns the message for a field that does not compare so with `other`.
    pub(crate) fn message(self, other: &str) -> String {
        message::compared(self.expression(), other)
    }

    /// Returns the operator of an aggregation expression.
    pub(crate) fn expression(self) -> &'static str {
        match self {
            Self::Less => "$lt",
            Self::LessOrEqual => "$lte",
            Self::Greater => "$gt",
            Self::GreaterOrEqual => "$gte",
        }
    }
}

/// `<`, `<=`, `>` or `>=`
impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

/// Returns the order of two fields, or `None` if one of them is absent.
pub fn order<L: Compared, R: Compared<Bare = L::Bare>>(left: &L, right: &R) -> Option<Ordering> {
    Some(L::order(left.bare()?, right.bare()?))
}

/// Implements `Compared` for a type, with a function from the value to what is compared.
macro_rules! compared {
    ($($type:ty: |$value:ident| $key:expr;)*) => { $(
        impl $crate::rule::Compared for $type {
            type Bare = Self;
            fn bare(&self) -> Option<&Self> {
                Some(self)
            }
            fn order(one: &Self, other: &Self) -> std::cmp::Ordering {
                let key = |$value: &Self| $key;
                key(one).cmp(&key(other))
            }
        }
    )* };
}
#[cfg(any(feature = "chrono", feature = "time", feature = "rust_decimal"))]
pub(crate) use compared;

compared! {
    u8: |number| *number; u16: |number| *number; u32: |number| *number; u64: |number| *number;
    u128: |number| *number; usize: |number| *number; i8: |number| *number; i16: |number| *number;
    i32: |number| *number; i64: |number| *number; i128: |number| *number; isize: |number| *number;
    DateTime: |date| date.timestamp_millis();
}

macro_rules! floats {
    ($($type:ty),*) => { $(
        impl Compared for $type {
            type Bare = Self;
            fn bare(&self) -> Option<&Self> {
                Some(self)
            }
            fn order(one: &Self, other: &Self) -> Ordering {
                one.partial_cmp(other).unwrap_or_else(|| other.is_nan().cmp(&one.is_nan()))
            }
        }
    )* };
}

floats!(f32, f64);

#[diagnostic::do_not_recommend]
impl<T: Compared> Compared for Option<T> {
    type Bare = T::Bare;
    fn bare(&self) -> Option<&T::Bare> {
        self.as_ref().and_then(T::bare)
    }
    fn order(one: &T::Bare, other: &T::Bare) -> Ordering {
        T::order(one, other)
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T: Compared> Compared for $pointer<T> {
            type Bare = T::Bare;
            fn bare(&self) -> Option<&T::Bare> {
                T::bare(self)
            }
            fn order(one: &T::Bare, other: &T::Bare) -> Ordering {
                T::order(one, other)
            }
        }
    )* };
}

pointers!(Box, Arc, Rc);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_fields_have_no_order() {
        assert_eq!(order(&1, &Some(2)), Some(Ordering::Less));
        assert_eq!(order(&None::<i32>, &2), None);
        assert_eq!(order(&Some(Box::new(2)), &None::<i32>), None);
    }

    #[test]
    fn nan_is_the_least_number() {
        assert_eq!(order(&f64::NAN, &f64::NEG_INFINITY), Some(Ordering::Less));
        assert_eq!(order(&0.0, &f64::NAN), Some(Ordering::Greater));
        assert_eq!(order(&f64::NAN, &f64::NAN), Some(Ordering::Equal));
        assert_eq!(order(&0.0, &-0.0), Some(Ordering::Equal));
    }

    #[test]
    fn messages_and_operators() {
        for (operator, text) in [
            (Operator::Less, "< must be less than `b`"),
            (Operator::LessOrEqual, "<= must be at most `b`"),
            (Operator::Greater, "> must be greater than `b`"),
            (Operator::GreaterOrEqual, ">= must be at least `b`"),
        ] {
            assert_eq!(format!("{operator} {}", operator.message("b")), text);
        }
    }
}
