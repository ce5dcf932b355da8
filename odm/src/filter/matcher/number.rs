//! `Number`: the numbers of BSON, compared by their exact values.

use std::cmp::Ordering;

use mongodb::bson::spec::ElementType;

use crate::{error::codec::CodecResult, value::Raw};

#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    Double(f64),
    Decimal(Decimal),
}

/// A decimal128.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decimal {
    Nan,
    Infinity { is_negative: bool },
    Finite { is_negative: bool, coefficient: u128, exponent: i32 },
}

/// The smallest double that is greater than each `i64`.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// Reads a number, or returns `None` for a value of another type.
    pub(super) fn of(value: Raw<'_>) -> CodecResult<Option<Self>> {
        Ok(Some(match value.element_type() {
            Some(ElementType::Int32) => Self::Integer(i32::from_le_bytes(value.fixed()?).into()),
            Some(ElementType::Int64) => Self::Integer(i64::from_le_bytes(value.fixed()?)),
            Some(ElementType::Double) => Self::Double(f64::from_le_bytes(value.fixed()?)),
            Some(ElementType::Decimal128) => {
                Self::Decimal(Decimal::from_bits(u128::from_le_bytes(value.fixed()?)))
            }
            _ => return Ok(None),
        }))
    }

    pub(super) fn is_nan(self) -> bool {
        match self {
            Self::Integer(_) | Self::Decimal(Decimal::Infinity { .. } | Decimal::Finite { .. }) => false,
            Self::Double(number) => number.is_nan(),
            Self::Decimal(Decimal::Nan) => true,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Integer(number) => number == 0,
            Self::Double(number) => number == 0.0,
            Self::Decimal(Decimal::Finite { coefficient, .. }) => coefficient == 0,
            Self::Decimal(_) => false,
        }
    }

    /// Returns the number if it is integral and fits.
    pub(super) fn integral(self) -> Option<i64> {
        let truncated = self.truncated()?;
        (self.compare(Self::Integer(truncated)) == Ordering::Equal).then_some(truncated)
    }

    /// Returns the number without its fraction, if that fits.
    pub(super) fn truncated(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            Self::Double(number) => truncated(number),
            Self::Decimal(Decimal::Finite { is_negative, coefficient, exponent }) => {
                signed(is_negative, scaled(coefficient, exponent)?.0)
            }
            Self::Decimal(_) => None,
        }
    }

    /// Returns the nearest double.
    #[allow(clippy::cast_precision_loss)] // intended
    pub(super) fn to_double(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Double(number) => number,
            Self::Decimal(Decimal::Nan) => f64::NAN,
            Self::Decimal(Decimal::Infinity { is_negative }) => sign(is_negative) * f64::INFINITY,
            Self::Decimal(Decimal::Finite { is_negative, coefficient, exponent }) => {
                let magnitude = format!("{coefficient}e{exponent}").parse().unwrap_or(f64::NAN);
                sign(is_negative) * magnitude
            }
        }
    }

    /// Returns the number rounded to the nearest integer, and to the even one of two, if that fits.
    pub(super) fn rounded_half_even(self) -> Option<i64> {
        let Self::Decimal(Decimal::Finite { is_negative, coefficient, exponent }) = self else {
            return self.truncated();
        };
        let (whole, rest) = scaled(coefficient, exponent)?;
        let is_up = match rest {
            Ordering::Less => false,
            Ordering::Equal => whole % 2 == 1,
            Ordering::Greater => true,
        };
        signed(is_negative, whole.checked_add(u128::from(is_up))?)
    }

    /// Compares the exact values. NaN is less than all other numbers, and equal to itself.
    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self.is_nan(), other.is_nan()) {
            (false, false) => {}
            (one, other) => return other.cmp(&one),
        }
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => one.cmp(&other),
            (Self::Double(one), Self::Double(other)) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
            (Self::Integer(one), Self::Double(other)) => integer_with_double(one, other),
            (Self::Double(one), Self::Integer(other)) => integer_with_double(other, one).reverse(),
            (Self::Decimal(one), Self::Decimal(other)) => one.compare(other),
            (Self::Decimal(one), Self::Integer(other)) => one.compare(Decimal::from(other)),
            (Self::Integer(one), Self::Decimal(other)) => Decimal::from(one).compare(other),
            (Self::Decimal(one), Self::Double(other)) => one.compare_double(other),
            (Self::Double(one), Self::Decimal(other)) => other.compare_double(one).reverse(),
        }
    }
}

/// Returns the double without its fraction, if that fits.
#[allow(clippy::cast_possible_truncation)] // checked before
fn truncated(number: f64) -> Option<i64> {
    (-TWO_TO_63..TWO_TO_63).contains(&number).then_some(number as i64)
}

fn integer_with_double(integer: i64, double: f64) -> Ordering {
    match truncated(double) {
        // The comparison of the fractions: that of the integer is zero.
        Some(whole) => {
            integer.cmp(&whole).then_with(|| 0.0_f64.partial_cmp(&double.fract()).unwrap_or(Ordering::Equal))
        }
        None if double > 0.0 => Ordering::Less,
        None => Ordering::Greater,
    }
}

fn sign(is_negative: bool) -> f64 {
    if is_negative { -1.0 } else { 1.0 }
}

fn signed(is_negative: bool, magnitude: u128) -> Option<i64> {
    let magnitude = i128::try_from(magnitude).ok()?;
    i64::try_from(if is_negative { -magnitude } else { magnitude }).ok()
}

/// Returns `coefficient * 10^exponent` without its fraction, and how the fraction compares with a half. `None` if it
/// exceeds every integer type.
fn scaled(coefficient: u128, exponent: i32) -> Option<(u128, Ordering)> {
    let power = 10_u128.checked_pow(exponent.unsigned_abs());
    match power {
        _ if coefficient == 0 => Some((0, Ordering::Less)),
        Some(power) if exponent >= 0 => Some((coefficient.checked_mul(power)?, Ordering::Less)),
        None if exponent >= 0 => None,
        Some(power) => Some((coefficient / power, (coefficient % power).cmp(&(power / 2)))),
        None => Some((0, Ordering::Less)),
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::Finite { is_negative: number < 0, coefficient: number.unsigned_abs().into(), exponent: 0 }
    }
}

impl Decimal {
    fn from_bits(bits: u128) -> Self {
        const BIAS: i32 = 6_176;
        const MAX_COEFFICIENT: u128 = 10_u128.pow(34) - 1;
        let is_negative = bits >> 127 == 1;
        let exponent = |shift: u32| i32::try_from((bits >> shift) & 0x3FFF).unwrap_or_default() - BIAS;
        match (bits >> 122) & 0b1_1111 {
            0b1_1111 => Self::Nan,
            0b1_1110 => Self::Infinity { is_negative },
            // The form for larger coefficients, which a decimal128 does not have: zero.
            combination if combination >> 3 == 0b11 => {
                Self::Finite { is_negative, coefficient: 0, exponent: exponent(111) }
            }
            _ => {
                let coefficient = bits & ((1 << 113) - 1);
                let coefficient = if coefficient > MAX_COEFFICIENT { 0 } else { coefficient };
                Self::Finite { is_negative, coefficient, exponent: exponent(113) }
            }
        }
    }

    /// Compares numbers that are not NaN.
    fn compare(self, other: Self) -> Ordering {
        let sign = self.sign();
        match sign.cmp(&other.sign()) {
            Ordering::Equal if sign < 0 => other.compare_magnitude(self),
            Ordering::Equal => self.compare_magnitude(other),
            unequal => unequal,
        }
    }

    fn sign(self) -> i8 {
        match self {
            Self::Nan | Self::Finite { coefficient: 0, .. } => 0,
            Self::Infinity { is_negative } | Self::Finite { is_negative, .. } => {
                1 - 2 * i8::from(is_negative)
            }
        }
    }

    fn compare_magnitude(self, other: Self) -> Ordering {
        match (self.digits(), other.digits()) {
            (Some((exponent, digits)), Some((other_exponent, other_digits))) => {
                exponent.cmp(&other_exponent).then_with(|| compare_digits(&digits, &other_digits))
            }
            // Only infinity has no digits.
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    }

    /// Returns the exponent of the first digit, and the digits. Zero has no digit.
    fn digits(self) -> Option<(i32, String)> {
        let Self::Finite { coefficient, exponent, .. } = self else { return None };
        if coefficient == 0 {
            return Some((i32::MIN, String::new()));
        }
        let digits = coefficient.to_string();
        Some((exponent.saturating_add(i32::try_from(digits.len()).ok()?) - 1, digits))
    }

    /// Compares with a double that is not NaN.
    fn compare_double(self, double: f64) -> Ordering {
        let sign = i8::from(double > 0.0) - i8::from(double < 0.0);
        match self.sign().cmp(&sign) {
            Ordering::Equal if sign == 0 => return Ordering::Equal,
            Ordering::Equal => {}
            unequal => return unequal,
        }
        let magnitude = match (self.digits(), double_digits(double.abs())) {
            (Some((exponent, digits)), Some((other_exponent, other_digits))) => {
                exponent.cmp(&other_exponent).then_with(|| compare_digits(&digits, &other_digits))
            }
            (one, other) => one.is_none().cmp(&other.is_none()),
        };
        if sign < 0 { magnitude.reverse() } else { magnitude }
    }
}

/// Compares digits that begin at the same place.
fn compare_digits(one: &str, other: &str) -> Ordering {
    one.trim_end_matches('0').cmp(other.trim_end_matches('0'))
}

/// Returns the exponent of the first digit of a positive double, and all its digits, of which it has at most 767. `None`
/// for infinity.
fn double_digits(double: f64) -> Option<(i32, String)> {
    if double.is_infinite() {
        return None;
    }
    let text = format!("{double:.766e}");
    let (digits, exponent) = text.split_once('e')?;
    Some((exponent.parse().ok()?, digits.chars().filter(char::is_ascii_digit).collect()))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::Decimal128;

    use super::*;

    fn decimal(text: &str) -> Number {
        let bytes = text.parse::<Decimal128>().unwrap().bytes();
        Number::Decimal(Decimal::from_bits(u128::from_le_bytes(bytes)))
    }

    #[test]
    fn numbers_are_ordered_by_their_exact_values() {
        let (integer, double) = (Number::Integer, Number::Double);
        let ascending = [
            vec![double(f64::NAN), decimal("NaN")],
            vec![double(f64::NEG_INFINITY), decimal("-Infinity")],
            vec![decimal("-9.999999999999999999999999999999999E+6144")],
            vec![double(f64::MIN)],
            vec![integer(i64::MIN), double(-TWO_TO_63), decimal("-9223372036854775808")],
            vec![integer(-1), double(-1.0), decimal("-1.000")],
            vec![decimal("-0.1")],
            vec![double(-5e-324)],
            vec![decimal("-1E-6176")],
            vec![integer(0), double(0.0), double(-0.0), decimal("0"), decimal("-0E+10")],
            vec![decimal("1E-6176")],
            vec![double(5e-324)],
            vec![decimal("0.1")],
            vec![decimal("0.1000000000000000055511151231257827")],
            vec![double(0.1)],
            vec![decimal("0.1000000000000000055511151231257828")],
            vec![integer(1), double(1.0), decimal("1.00")],
            vec![integer(1 << 53), double(9_007_199_254_740_992.0)],
            vec![integer((1 << 53) + 1)],
            vec![integer(i64::MAX), decimal("9223372036854775807")],
            vec![decimal("9223372036854775807.5")],
            vec![double(TWO_TO_63), decimal("9223372036854775808")],
            vec![double(1e300)],
            vec![decimal("1E+400")],
            vec![double(f64::INFINITY), decimal("Infinity")],
        ];
        for (index, group) in ascending.iter().enumerate() {
            for (other_index, other_group) in ascending.iter().enumerate() {
                for one in group {
                    for other in other_group {
                        assert_eq!(one.compare(*other), index.cmp(&other_index), "{one:?} {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn fractions_are_cut_or_rounded_to_even() {
        for (text, truncated, rounded) in [
            ("5.5", Some(5), Some(6)),
            ("4.5", Some(4), Some(4)),
            ("4.51", Some(4), Some(5)),
            ("-0.5", Some(0), Some(0)),
            ("-4.7", Some(-4), Some(-5)),
            ("1E-400", Some(0), Some(0)),
            ("1E+3", Some(1000), Some(1000)),
            ("9223372036854775807.4", Some(i64::MAX), Some(i64::MAX)),
            ("9223372036854775807.5", Some(i64::MAX), None),
            ("-9223372036854775808", Some(i64::MIN), Some(i64::MIN)),
            ("9223372036854775808", None, None),
            ("1E+400", None, None),
            ("NaN", None, None),
            ("Infinity", None, None),
        ] {
            assert_eq!(decimal(text).truncated(), truncated, "{text}");
            assert_eq!(decimal(text).rounded_half_even(), rounded, "{text}");
        }
        assert_eq!(decimal("5.0").integral(), Some(5));
        assert_eq!(decimal("5.1").integral(), None);
        assert_eq!(Number::Double(-TWO_TO_63).integral(), Some(i64::MIN));
        assert_eq!(Number::Double(TWO_TO_63).integral(), None);
    }
}
