//! `rust_decimal`: stored as BSON `Decimal128`.
//!
//! Every `Decimal` is stored exactly, including its trailing zeros and the sign of zero. `Decimal128` can represent
//! more: 34 digits, large exponents, infinities, NaN. Reading a value that `Decimal` cannot represent exactly is an
//! error.

use mongodb::bson::{Bson, Decimal128, spec::ElementType};
use rust_decimal::Decimal;

use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    path::{Operand, operands::Like},
    rule::{Range, compare::compared},
    value::{
        Arithmetic, Number, Raw, Value, Writer,
        decimal::{BIAS, EXPONENT_AT, MAX_COEFFICIENT, NEGATIVE},
        leaf,
    },
};

/// The largest mantissa of a `Decimal`.
const MAX_MANTISSA: u128 = (1 << 96) - 1;
/// The maximum number of digits after the point of a `Decimal`.
const MAX_SCALE: i32 = 28;

fn stored(number: &Decimal) -> Decimal128 {
    let sign = if number.is_sign_negative() { NEGATIVE } else { 0 };
    let exponent = u128::from(BIAS.unsigned_abs() - number.scale());
    let bits = sign | exponent << EXPONENT_AT | number.mantissa().unsigned_abs();
    Decimal128::from_bytes(bits.to_le_bytes())
}

fn read(stored: Decimal128) -> Result<Decimal, &'static str> {
    const TOO_LONG: &str = "a decimal128 that it cannot hold exactly";
    let bits = u128::from_le_bytes(stored.bytes());
    // The five bits after the sign identify the special values; the first two of them, the form with a longer
    // coefficient.
    match bits >> 122 & 0b1_1111 {
        0b1_1110 => return Err("an infinity"),
        0b1_1111 => return Err("NaN"),
        _ => {}
    }
    let (biased, coefficient) = if bits >> 125 & 0b11 == 0b11 {
        (bits >> 111 & 0x3FFF, 0)
    } else {
        (bits >> EXPONENT_AT & 0x3FFF, bits & ((1 << EXPONENT_AT) - 1))
    };
    let mut mantissa = if coefficient > MAX_COEFFICIENT { 0 } else { coefficient };
    let mut exponent = i32::try_from(biased).map_err(|_| TOO_LONG)? - BIAS;
    if mantissa == 0 {
        exponent = exponent.clamp(-MAX_SCALE, 0);
    }
    while exponent > 0 {
        mantissa = mantissa.checked_mul(10).filter(|mantissa| *mantissa <= MAX_MANTISSA).ok_or(TOO_LONG)?;
        exponent -= 1;
    }
    while exponent < -MAX_SCALE || (mantissa > MAX_MANTISSA && exponent < 0) {
        if !mantissa.is_multiple_of(10) {
            return Err(TOO_LONG);
        }
        mantissa /= 10;
        exponent += 1;
    }
    let mantissa = i128::try_from(mantissa).map_err(|_| TOO_LONG)?;
    let mut number =
        Decimal::try_from_i128_with_scale(mantissa, exponent.unsigned_abs()).map_err(|_| TOO_LONG)?;
    number.set_sign_negative(bits & NEGATIVE != 0);
    Ok(number)
}

/// Stored as a `Decimal128`, exactly. One that `Decimal` cannot represent exactly is an error and is not rounded.
impl Value for Decimal {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::Decimal128);
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        stored(self).encode(writer)
    }
    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let stored = <Decimal128 as Value>::decode(raw)?;
        read(stored).map_err(|found| {
            CodecError::new("a decimal of 96 bits and at most 28 places", found)
                .with_value(stored.to_string())
        })
    }
    #[inline]
    fn to_bson(&self) -> CodecResult<Bson> {
        Ok(Bson::Decimal128(stored(self)))
    }
}

impl Number for Decimal {
    type Stored = Decimal128;
    type Step = Self;
}

impl Arithmetic for Decimal {
    type Kind = Decimal128;
}

compared!(Decimal: |number| *number;);

impl Range for Decimal {
    type Bound = Self;
    fn outside(&self, min: Option<Self>, max: Option<Self>) -> Option<String> {
        if let Some(min) = min.filter(|min| self < min) {
            return Some(format!("must be at least {min}"));
        }
        max.filter(|max| self > max).map(|max| format!("must be at most {max}"))
    }
    fn bound(bound: Self) -> Option<Bson> {
        Some(Bson::Decimal128(stored(&bound)))
    }
}

macro_rules! same_number {
    ($($for:ty: $($type:ty),* => |$number:ident| $decimal:expr;)*) => { $($(
        #[diagnostic::do_not_recommend]
        impl Operand<$for, Like> for $type {
            fn operand(self) -> CodecResult<Bson> {
                let $number = self;
                Ok(Bson::Decimal128($decimal))
            }
        }
    )*)* };
}

same_number! {
    Decimal: i32 => |number| stored(&number.into());
    Decimal: Decimal128 => |number| number;
    Decimal128: Decimal => |number| stored(&number);
    Decimal128: &Decimal => |number| stored(number);
}
