//! `$mod`.

use mongodb::bson::spec::ElementType;

use super::number::Number;
use crate::{error::codec::CodecResult, value::Raw};

/// The fractions of all numbers are cut off before.
#[derive(Debug)]
pub(super) struct Remainder {
    divisor: i64,
    remainder: i64,
}

impl Remainder {
    /// Reads the operand `[divisor, remainder]`. `None` if it is not valid.
    pub(super) fn of(operand: Raw<'_>) -> CodecResult<Option<Self>> {
        if !operand.is(ElementType::Array) {
            return Ok(None);
        }
        let (mut items, mut numbers) = (operand.items()?, Vec::new());
        while let Some((_, item)) = items.next()? {
            numbers.push(Number::of(item)?.and_then(Number::truncated));
        }
        Ok(match numbers.as_slice() {
            [Some(divisor), Some(remainder)] if *divisor != 0 => {
                Some(Self { divisor: *divisor, remainder: *remainder })
            }
            _ => None,
        })
    }

    pub(super) fn is_met(&self, value: Raw<'_>) -> CodecResult<bool> {
        let number = Number::of(value)?.and_then(Number::truncated);
        // The remainder of the division by -1 is zero, also that of the least number.
        Ok(number.is_some_and(|number| number.wrapping_rem(self.divisor) == self.remainder))
    }
}
