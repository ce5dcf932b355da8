//! `FromText`: values that can be parsed from a string, such as the parameters of a URL.

use std::{borrow::Cow, num::NonZero, rc::Rc, sync::Arc};

use mongodb::bson::{DateTime, Decimal128, Uuid, oid::ObjectId, spec::ElementType};

use super::{Counted, Encoded, Encoding, Id, Keyed, Raw, Span, Unit, Value};
use crate::error::codec::{CodecError, CodecResult};

/// A value that can be read from a string: required of the fields in [`Parameters`](crate::request::Parameters).
///
/// | type | text |
/// |---|---|
/// | integers | decimal digits, within the range of the type |
/// | `f64` `f32` `Decimal128` `rust_decimal::Decimal` | a decimal number, `2.5` or `1e3`; no infinity, no NaN |
/// | `bool` | `true`, `false` |
/// | `String`, `Box<str>` and similar types | the text itself |
/// | `char` | one character |
/// | `bson::DateTime`, `chrono`'s and `time`'s dates | RFC 3339, `2026-01-31T12:00:00Z`, or a day, `2026-01-31`: its midnight in UTC |
/// | `ObjectId` | 24 hex digits |
/// | `bson::Uuid` `uuid::Uuid` | as hyphenated or bare hex digits |
/// | [`Id<M>`](Id) | as its key |
/// | `url::Url` | a URL |
/// | a duration in a field with `#[odm(unit = ..)]` | the number of units |
/// | an enum without data, with [`Value`](macro@crate::Value) | the stored name of a variant, or an alias; never the `#[serde(other)]` variant |
/// | a newtype with [`Value`](macro@crate::Value) | as the value inside |
///
/// You can also implement it for a type with your own `Value` implementation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a string",
    label = "a parameter of a request is a string",
    note = "texts, numbers, `bool`, dates, ids, UUIDs, enums without data and newtypes of these can be read",
    note = "for an array, use its elements: `.elements(..)`; for a document, use its fields",
    note = "or read it yourself: `.condition(name, |text: String| ..)`"
)]
pub trait FromText: Value {
    /// Reads the value from the text.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a value of this type. The client receives its [`CodecError::expected`],
    /// for example "a number".
    fn from_text(text: &str) -> CodecResult<Self>;
}

#[cold]
fn not_text_of(expected: impl Into<Cow<'static, str>>) -> CodecError {
    CodecError::new(expected, "another text")
}

macro_rules! integers {
    ($($type:ty: $min:expr, $max:expr;)*) => { $(
        impl FromText for $type {
            fn from_text(text: &str) -> CodecResult<Self> {
                // Integers are stored as int64 at most.
                let number = text.parse::<i64>().ok().and_then(|number| Self::try_from(number).ok());
                number.ok_or_else(|| not_text_of(format!("an integer from {} to {}", $min, $max)))
            }
        }
        impl FromText for NonZero<$type> {
            fn from_text(text: &str) -> CodecResult<Self> {
                let number = <$type>::from_text(text)?;
                Self::new(number).ok_or_else(|| not_text_of("a number that is not zero"))
            }
        }
    )* };
}

integers! {
    i8: i8::MIN, i8::MAX;
    i16: i16::MIN, i16::MAX;
    i32: i32::MIN, i32::MAX;
    i64: i64::MIN, i64::MAX;
    i128: i64::MIN, i64::MAX;
    isize: i64::MIN, i64::MAX;
    u8: 0, u8::MAX;
    u16: 0, u16::MAX;
    u32: 0, u32::MAX;
    u64: 0, i64::MAX;
    u128: 0, i64::MAX;
    usize: 0, i64::MAX;
}

/// Returns whether the text is a decimal number, `-2.5e3`: no `inf`, no `NaN`, no hexadecimal, digits on both sides
/// of an `e`. The exponent must be short, because `bson` and others compute with it before they check its range.
fn is_decimal(text: &str) -> bool {
    fn unsigned(text: &str) -> &str {
        text.strip_prefix(['+', '-']).unwrap_or(text)
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = unsigned(number).split_once('.').unwrap_or((unsigned(number), ""));
    let exponent_digits = unsigned(exponent);
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && digits(exponent_digits)
        && !exponent_digits.is_empty()
        && exponent.len() <= 6
}

impl FromText for f64 {
    fn from_text(text: &str) -> CodecResult<Self> {
        let number = text.parse().ok().filter(|number: &Self| number.is_finite() && is_decimal(text));
        number.ok_or_else(|| not_text_of("a number"))
    }
}

impl FromText for f32 {
    #[allow(clippy::cast_possible_truncation)] // rounded to the nearest, as when it is decoded
    fn from_text(text: &str) -> CodecResult<Self> {
        let number = f64::from_text(text)? as Self;
        if number.is_finite() { Ok(number) } else { Err(not_text_of("a number")) }
    }
}

impl FromText for Decimal128 {
    fn from_text(text: &str) -> CodecResult<Self> {
        let number = is_decimal(text).then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| not_text_of("a number of at most 34 digits"))
    }
}

macro_rules! parsed {
    ($($type:ty: $expected:literal = |$text:ident| $parse:expr;)*) => { $(
        impl FromText for $type {
            fn from_text($text: &str) -> CodecResult<Self> {
                $parse.map_err(|_| not_text_of($expected))
            }
        }
    )* };
}

parsed! {
    bool: "`true` or `false`" = |text| text.parse();
    char: "one character" = |text| text.parse();
    ObjectId: "an id of 24 hex digits" = |text| Self::parse_str(text);
    Uuid: "a UUID" = |text| Self::parse_str(text);
}

#[cfg(feature = "uuid")]
parsed! {
    ::uuid::Uuid: "a UUID" = |text| Self::parse_str(text);
}

#[cfg(feature = "url")]
parsed! {
    ::url::Url: "a URL" = |text| Self::parse(text);
}

#[cfg(feature = "rust_decimal")]
impl FromText for ::rust_decimal::Decimal {
    fn from_text(text: &str) -> CodecResult<Self> {
        let parse = || Self::from_str_exact(text).or_else(|_| Self::from_scientific(text)).ok();
        is_decimal(text).then(parse).flatten().ok_or_else(|| not_text_of("a number of at most 28 digits"))
    }
}

macro_rules! texts {
    ($($type:ty),*) => { $(
        impl FromText for $type {
            fn from_text(text: &str) -> CodecResult<Self> {
                Ok(text.to_owned().into())
            }
        }
    )* };
}

texts!(String, Cow<'static, str>, Box<str>, Arc<str>, Rc<str>);

impl<M: Keyed> FromText for Id<M>
where
    M::Key: FromText,
{
    fn from_text(text: &str) -> CodecResult<Self> {
        M::Key::from_text(text).map(Self::from_key)
    }
}

impl FromText for DateTime {
    fn from_text(text: &str) -> CodecResult<Self> {
        let day = text.len() == "2026-01-31".len();
        let date = if day {
            Self::parse_rfc3339_str(format!("{text}T00:00:00Z"))
        } else {
            Self::parse_rfc3339_str(text)
        };
        date.map_err(|_| not_text_of("a date like `2026-01-31T12:00:00Z` or `2026-01-31`"))
    }
}

/// Reads a value of a type that is stored as a date from its text.
#[cfg(any(feature = "chrono", feature = "time"))]
pub(super) fn dated<T: Value>(text: &str) -> CodecResult<T> {
    T::decode(Raw::new(ElementType::DateTime, &DateTime::from_text(text)?.timestamp_millis().to_le_bytes()))
}

/// Reads the number of units.
impl<U: Unit, T: Span> FromText for Encoded<Counted<U>, T>
where
    Counted<U>: Encoding<T>,
{
    fn from_text(text: &str) -> CodecResult<Self> {
        Self::decode(Raw::new(ElementType::Int64, &i64::from_text(text)?.to_le_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: FromText>(text: &str) -> Result<T, String> {
        T::from_text(text).map_err(|error| error.expected().to_owned())
    }

    fn refused<T: FromText + std::fmt::Debug>(texts: &[&str]) -> String {
        let expected: Vec<_> = texts.iter().map(|text| read::<T>(text).expect_err(text)).collect();
        assert!(expected.iter().all(|one| *one == expected[0]), "{expected:?}");
        expected[0].clone()
    }

    /// `bson` would overflow.
    const EXPONENT: &str = "1e-170141183460469231731687303715884105728";

    #[test]
    fn numbers_are_what_their_type_holds() {
        assert_eq!(read("-5"), Ok(-5_i32));
        assert_eq!(read("9223372036854775807"), Ok(i64::MAX as u64));
        assert_eq!(refused::<u8>(&["256", "-1", "", " 1", "1.0", "0x1", "1e2"]), "an integer from 0 to 255");
        assert_eq!(
            refused::<u64>(&["9223372036854775808", "x", "-1"]),
            "an integer from 0 to 9223372036854775807"
        );
        assert_eq!(read("2.5"), Ok(2.5_f64));
        assert_eq!(read("1e3"), Ok(1000_f32));
        assert_eq!(
            refused::<f64>(&["inf", "-Infinity", "NaN", "1e999", "", "e", "e1", "1e", ".", "1,5"]),
            "a number"
        );
        assert_eq!(refused::<f32>(&["1e39", "nan"]), "a number");
        assert_eq!(read::<Decimal128>("0.10").map(|it| it.to_string()), Ok("0.10".to_owned()));
        assert_eq!(
            refused::<Decimal128>(&["NaN", "Infinity", "x", "", EXPONENT]),
            "a number of at most 34 digits"
        );
        // `bson` reads some of these as zero.
        assert_eq!(
            refused::<Decimal128>(&[
                "e1", "E-5", "-e1", "+", "-", ".", ".e1", "1e", "1e+", "1e1e1", "1.2.3", "--1"
            ]),
            "a number of at most 34 digits"
        );
        for text in ["-1.5", "+2", "1e3", "2.5E-2", ".5", "5."] {
            assert_eq!(read::<f64>(text), Ok(text.parse().unwrap()), "{text}");
            assert!(read::<Decimal128>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn dates_are_instants_or_days() {
        let noon = DateTime::from_millis(1_769_860_800_000);
        assert_eq!(read("2026-01-31T12:00:00Z"), Ok(noon));
        assert_eq!(read("2026-01-31T13:00:00.000+01:00"), Ok(noon));
        assert_eq!(read("2026-01-31"), Ok(DateTime::from_millis(1_769_817_600_000)));
        assert_eq!(
            refused::<DateTime>(&[
                "2026-02-30",
                "2026-01-31T12:00:00",
                "1769860800",
                "31.01.2026",
                "",
                "ååååå"
            ]),
            "a date like `2026-01-31T12:00:00Z` or `2026-01-31`",
        );
    }

    #[test]
    fn ids_are_hex() {
        let id = ObjectId::from_bytes([7; 12]);
        assert_eq!(read(&id.to_hex()), Ok(id));
        assert_eq!(refused::<ObjectId>(&["", "{}", "zz0707070707070707070707"]), "an id of 24 hex digits");
        assert_eq!(refused::<bool>(&["1", "TRUE", ""]), "`true` or `false`");
        assert_eq!(refused::<char>(&["", "ab"]), "one character");
        assert_eq!(read("a\0$"), Ok("a\0$".to_owned()));
    }
}
