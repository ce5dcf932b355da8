//! `Decimal128`: its codec, its bits, and the constants that `decimal!` creates.

use mongodb::bson::{Bson, Decimal128, spec::ElementType};

use super::{Arithmetic, Number, Raw, Value, Writer, leaf};
use crate::{
    error::codec::CodecResult,
    meta::TypeMeta,
    path::{Operand, operands::Like},
};

/// The bias: the stored exponent is the exponent plus this number.
pub(in crate::value) const BIAS: i32 = 6_176;
/// The sign bit.
pub(in crate::value) const NEGATIVE: u128 = 1 << 127;
/// The number of bits below the exponent.
pub(in crate::value) const EXPONENT_AT: u32 = 113;
/// The largest coefficient: 34 nines. A larger stored coefficient is read as zero.
pub(in crate::value) const MAX_COEFFICIENT: u128 = 10_u128.pow(34) - 1;
/// The largest exponent.
const MAX_EXPONENT: i32 = 6_111;

/// Stored bit for bit. Integers are read, too, because each is exactly a decimal: the server returns the integer 0 for
/// the sum of no decimals.
impl Value for Decimal128 {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::Decimal128);
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put(&self.bytes());
        Ok(ElementType::Decimal128)
    }
    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        if raw.is(ElementType::Decimal128) {
            return Ok(Self::from_bytes(raw.fixed()?));
        }
        integer_as_decimal(raw)
    }
    #[inline]
    fn to_bson(&self) -> CodecResult<Bson> {
        Ok(Bson::Decimal128(*self))
    }
}

impl Number for Decimal128 {
    type Stored = Self;
    type Step = Self;
}
impl Arithmetic for Decimal128 {
    type Kind = Self;
}

#[cold]
fn integer_as_decimal(raw: Raw<'_>) -> CodecResult<Decimal128> {
    let is_integer = raw.is(ElementType::Int32) || raw.is(ElementType::Int64);
    if !is_integer || raw.is_strict() {
        return Err(raw.expected("a decimal128"));
    }
    i64::decode(raw).map(whole_decimal)
}

/// Returns the decimal that is exactly this integer.
fn whole_decimal(number: i64) -> Decimal128 {
    Decimal128::from_bytes(bits(number < 0, number.unsigned_abs().into(), 0).to_le_bytes())
}

/// A constant of the type `Decimal128`, evaluated at compile time: `decimal!(19.99)`.
///
/// The digits are kept as they are written, including trailing zeros. A number that `Decimal128` cannot represent
/// exactly, for example one with more than 34 digits, does not compile.
///
/// ```
/// use odm::decimal;
/// # use odm::{Id, Model, bson::Decimal128};
/// # #[derive(Model)]
/// # #[odm(collection = "items")]
/// # struct Item { id: Id<Item>, price: Decimal128 }
///
/// assert_eq!(decimal!(19.90).to_string(), "19.90");
/// assert_eq!(decimal!(-1_000.5).to_string(), "-1000.5");
///
/// let i = Item::fields();
/// let filter = i.price().gte(decimal!(19.90)) & i.price().lt(100);
/// assert_eq!(
///     filter.to_string(),
///     r#"{ "price": { "$gte": { "$numberDecimal": "19.90" }, "$lt": { "$numberDecimal": "100" } } }"#,
/// );
/// ```
///
/// ```compile_fail
/// odm::decimal!(19.99f32);
/// ```
#[macro_export]
macro_rules! decimal {
    ($($number:tt)+) => {{
        const BYTES: [u8; 16] = match $crate::__private::decimal_bytes(::core::stringify!($($number)+)) {
            ::core::option::Option::Some(bytes) => bytes,
            // The compiler evaluates this, so the message is a compile error.
            ::core::option::Option::None => ::core::panic!(
                "`decimal!` takes a decimal number of at most 34 digits: `decimal!(19.99)`"
            ),
        };
        $crate::__private::Decimal128::from_bytes(BYTES)
    }};
}

/// Returns the bytes of a number that is written as in Rust, `-1_000.50` or `2e-3`, or `None` if `Decimal128` cannot
/// represent it exactly.
pub const fn decimal_bytes(text: &str) -> Option<[u8; 16]> {
    let (is_negative, mut rest) = signed(text.as_bytes());
    let (mut coefficient, mut exponent, mut digits, mut behind_point) = (0_u128, 0_i32, 0_u32, false);
    while let Some((&byte, behind)) = rest.split_first() {
        match byte {
            b'0'..=b'9' => {
                coefficient = match coefficient.checked_mul(10) {
                    Some(shifted) => shifted + (byte - b'0') as u128,
                    None => return None,
                };
                if coefficient > MAX_COEFFICIENT {
                    return None;
                }
                digits += 1;
                if behind_point {
                    exponent -= 1;
                }
            }
            b'.' if !behind_point => behind_point = true,
            b'_' | b' ' => {}
            b'e' | b'E' => {
                exponent += match whole(behind) {
                    Some(written) => written,
                    None => return None,
                };
                break;
            }
            _ => return None,
        }
        rest = behind;
    }
    if digits == 0 || exponent < -BIAS || exponent > MAX_EXPONENT {
        return None;
    }
    Some(bits(is_negative, coefficient, exponent).to_le_bytes())
}

/// Returns whether the number is negative, and the text after its sign.
const fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', behind)) => (true, behind),
        Some((b'+', behind)) => (false, behind),
        _ => (false, text),
    }
}

/// Reads an exponent of up to four digits.
const fn whole(text: &[u8]) -> Option<i32> {
    let (is_negative, mut rest) = signed(text);
    let (mut number, mut digits) = (0, 0);
    while let Some((&byte, behind)) = rest.split_first() {
        match byte {
            b'0'..=b'9' => number = number * 10 + (byte - b'0') as i32,
            _ => return None,
        }
        digits += 1;
        if digits > 4 {
            return None;
        }
        rest = behind;
    }
    if digits == 0 {
        return None;
    }
    Some(if is_negative { -number } else { number })
}

/// Returns the bits of `coefficient * 10^exponent`; both must be in range.
const fn bits(is_negative: bool, coefficient: u128, exponent: i32) -> u128 {
    let sign = if is_negative { NEGATIVE } else { 0 };
    sign | ((exponent + BIAS).unsigned_abs() as u128) << EXPONENT_AT | coefficient
}

#[diagnostic::do_not_recommend]
impl Operand<Decimal128, Like> for i32 {
    fn operand(self) -> CodecResult<Bson> {
        Ok(Bson::Decimal128(whole_decimal(self.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        decimal_bytes(text).map(|bytes| Decimal128::from_bytes(bytes).to_string())
    }

    #[test]
    fn numbers_are_read_as_the_driver_reads_them() {
        let nines = "9".repeat(34);
        for text in [
            "0", "-0", "1", "19.99", "19.90", "-0.001", "1e3", "2.5E-3", "1e+6", "0.10", "1e6111", "1e-6176",
            &nines,
        ] {
            assert_eq!(decimal_bytes(text), text.parse::<Decimal128>().ok().map(|it| it.bytes()), "{text}");
        }
        assert_eq!(read("1_000.50").as_deref(), Some("1000.50"));
        assert_eq!(read("- 2").as_deref(), Some("-2"));
    }

    #[test]
    fn what_is_no_exact_decimal_is_none() {
        let long = "1".repeat(35);
        for text in
            ["", "-", ".", "e1", "1e", "1e+", "1.2.3", "1f32", "0x10", "NaN", "1e6112", "1e99999", &long]
        {
            assert_eq!(decimal_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn an_integer_is_read_as_the_decimal_that_it_is() {
        for number in [0, 1, -7, i64::MIN, i64::MAX] {
            let bytes = number.to_le_bytes();
            let raw = Raw::new(ElementType::Int64, &bytes);
            assert_eq!(Decimal128::decode(raw), Ok(number.to_string().parse().unwrap()));
            assert!(Decimal128::decode(raw.strictly()).is_err(), "it may be another untagged variant");
        }
        let double = 1.0_f64.to_le_bytes();
        let error = Decimal128::decode(Raw::new(ElementType::Double, &double)).unwrap_err();
        assert_eq!(error.to_string(), "expected a decimal128, found a double");
    }

    #[test]
    fn integers_are_operands() {
        for number in [0, 1, -7, i32::MIN, i32::MAX] {
            let sent = Operand::<Decimal128, Like>::operand(number).map_err(|error| error.to_string());
            assert_eq!(sent, Ok(Bson::Decimal128(number.to_string().parse().unwrap())));
        }
    }
}
