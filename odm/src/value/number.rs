//! Numbers: Rust's integers and floats, and the traits of numeric operators.

use mongodb::bson::{Bson, spec::ElementType};

use super::{Arithmetic, BsonNumber, Raw, Value, Writer, leaf};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
};

/// A number, or a number that may be absent: required by `inc`, `sum` and arithmetic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    label = "this operator needs a numeric field",
    note = "numbers are Rust's integers and floats and `bson::Decimal128`, and `Option`s of them",
    note = "in a pipeline, a number below an array is an array of numbers until the array is unwound"
)]
pub trait Number: Value {
    /// The kind of BSON number that is stored: `i32`, `i64`, `f64` or `Decimal128`.
    type Stored: BsonNumber;
    /// The type of the number that is added to it: the same kind, signed.
    type Step: Value;
}

#[diagnostic::do_not_recommend]
impl<N: Number> Number for Option<N> {
    type Stored = N::Stored;
    type Step = N::Step;
}

#[diagnostic::do_not_recommend]
impl<T: Arithmetic> Arithmetic for Option<T> {
    type Kind = T::Kind;
}

/// An integer, or an integer that may be absent: required by operators that change bits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "this operator needs an integer field",
    note = "integers are Rust's, and `Option`s of them"
)]
pub trait Integer: Number {
    /// The type of a mask of its bits. If a type is no integer, rustc reports that alone, and nothing about the mask.
    type Mask: Value;
}

#[diagnostic::do_not_recommend]
impl<N: Integer> Integer for Option<N> {
    type Mask = <Self as Value>::NonNull;
}

/// An integer or binary data: required by operators that test bits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no bits to test",
    label = "this operator needs an integer or binary data",
    note = "integers are Rust's, binary data is `bson::Binary`, and `Option`s of them"
)]
pub trait Bits: Value {}

#[diagnostic::do_not_recommend]
impl<T: Bits> Bits for Option<T> {}

#[cold]
fn out_of_range(expected: &'static str, found: &dyn ToString) -> CodecError {
    CodecError::new(expected, "a number outside its range").with_value(found.to_string())
}

/// Reads a number without a fraction. Accepts doubles too, because shells write `7` as the double `7.0`.
#[inline]
fn integer(raw: Raw<'_>) -> CodecResult<i64> {
    if raw.is(ElementType::Int32) {
        Ok(i32::from_le_bytes(raw.fixed()?).into())
    } else if raw.is(ElementType::Int64) {
        Ok(i64::from_le_bytes(raw.fixed()?))
    } else {
        integral_double(raw)
    }
}

/// Reads an integer of at most `most`. A floating-point number represents every integer up to that; beyond it, two
/// integers would be read as one.
#[cold]
fn integer_as_double(raw: Raw<'_>, most: u64, expected: &'static str) -> CodecResult<f64> {
    let number = if raw.is(ElementType::Int32) {
        i64::from(i32::from_le_bytes(raw.fixed()?))
    } else if raw.is(ElementType::Int64) {
        i64::from_le_bytes(raw.fixed()?)
    } else {
        return Err(raw.expected("a number"));
    };
    if number.unsigned_abs() > most {
        return Err(CodecError::new(expected, "an integer beyond that").with_value(number.to_string()));
    }
    #[allow(clippy::cast_precision_loss)] // exact up to `most`
    Ok(number as f64)
}

/// Reads a double without a fraction, up to 2^53: a double represents every integer up to that.
#[cold]
fn integral_double(raw: Raw<'_>) -> CodecResult<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    if !raw.is(ElementType::Double) || raw.is_strict() {
        return Err(raw.expected("an integer"));
    }
    let number = f64::from_le_bytes(raw.fixed()?);
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation)] // integral and below 2^53
        return Ok(number as i64);
    }
    Err(CodecError::new("an integer", "a double with a fraction or beyond 2^53"))
}

/// Returns the number, or the bound of int64 that is nearest to it.
#[allow(clippy::cast_possible_truncation)] // within the bounds of int64
const fn in_i64(number: i128) -> i64 {
    if number < i64::MIN as i128 {
        i64::MIN
    } else if number > i64::MAX as i128 {
        i64::MAX
    } else {
        number as i64
    }
}

macro_rules! integers {
    ($($type:ty: $expected:literal, $stored:ty as $element:ident, by $step:ty;)*) => { $(
        impl Number for $type {
            type Stored = $stored;
            type Step = $step;
        }
        impl Arithmetic for $type {
            type Kind = $stored;
        }
        impl Integer for $type {
            type Mask = Self;
        }
        impl Bits for $type {}
        impl Value for $type {
            leaf!();
            #[allow(clippy::cast_possible_wrap)] // the smallest `u128` is 0, and the largest is replaced
            const STORED_AS: &'static TypeMeta = &TypeMeta::Int {
                written: ElementType::$element,
                min: in_i64(Self::MIN as i128),
                max: in_i64(if Self::MAX as u128 > i64::MAX as u128 { i128::MAX } else { Self::MAX as i128 }),
            };
            const IS_EQUAL_AS_STORED: bool = true;
            #[inline]
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                let stored = <$stored>::try_from(*self).map_err(|_| out_of_range("an integer that fits int64", self))?;
                writer.put(&stored.to_le_bytes());
                Ok(ElementType::$element)
            }
            #[inline]
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                let number = integer(raw)?;
                Self::try_from(number).map_err(|_| out_of_range($expected, &number))
            }
            #[inline]
            fn to_bson(&self) -> CodecResult<Bson> {
                <$stored>::try_from(*self).map(Bson::from).map_err(|_| out_of_range("an integer that fits int64", self))
            }
        }
    )* };
}

integers! {
    i8: "an integer that fits i8", i32 as Int32, by i8;
    i16: "an integer that fits i16", i32 as Int32, by i16;
    i32: "an integer that fits i32", i32 as Int32, by i32;
    i64: "an integer that fits i64", i64 as Int64, by i64;
    i128: "an integer that fits i128", i64 as Int64, by i64;
    isize: "an integer that fits isize", i64 as Int64, by isize;
    u8: "an integer that fits u8", i32 as Int32, by i32;
    u16: "an integer that fits u16", i32 as Int32, by i32;
    u32: "an integer that fits u32", i64 as Int64, by i64;
    u64: "an integer that fits u64", i64 as Int64, by i64;
    u128: "an integer that fits u128", i64 as Int64, by i64;
    usize: "an integer that fits usize", i64 as Int64, by i64;
}

impl Number for f64 {
    type Stored = Self;
    type Step = Self;
}
impl Arithmetic for f64 {
    type Kind = Self;
}

/// Stored as a double, bit for bit, including the sign of zero and the payload of a NaN. Integers are read up to
/// 2^53; beyond that, not every integer is a double.
impl Value for f64 {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Float;
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put(&self.to_le_bytes());
        Ok(ElementType::Double)
    }
    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        if raw.is(ElementType::Double) {
            Ok(Self::from_le_bytes(raw.fixed()?))
        } else {
            integer_as_double(raw, 1 << 53, "a double, or an integer of at most 2^53")
        }
    }
    #[inline]
    fn to_bson(&self) -> CodecResult<Bson> {
        Ok(Bson::Double(*self))
    }
}

impl Number for f32 {
    type Stored = f64;
    type Step = f64;
}
impl Arithmetic for f32 {
    type Kind = f64;
}

/// Stored as a double. Reading rounds a double to the nearest `f32`, as serde does; a finite double out of the range
/// of `f32` is an error. A NaN stays a NaN, with the upper 23 bits of its payload. Integers are read up to 2^24;
/// beyond that, not every integer is an `f32`.
impl Value for f32 {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Float;
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        f64::from(*self).encode(writer)
    }
    #[inline]
    #[allow(clippy::cast_possible_truncation)]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        if raw.is(ElementType::Double) {
            let double = f64::from_le_bytes(raw.fixed()?);
            let number = double as Self;
            if number.is_infinite() && double.is_finite() {
                return Err(out_of_range("a number that fits f32", &double));
            }
            Ok(number)
        } else {
            integer_as_double(raw, 1 << 24, "a double, or an integer of at most 2^24")
                .map(|number| number as Self)
        }
    }
    #[inline]
    fn to_bson(&self) -> CodecResult<Bson> {
        Ok(Bson::Double((*self).into()))
    }
}
