//! `$bitsAllSet`, `$bitsAllClear`, `$bitsAnySet`, `$bitsAnyClear`.

use mongodb::bson::spec::ElementType;

use super::number::Number;
use crate::{error::codec::CodecResult, value::Raw};

#[derive(Debug)]
pub(super) struct Bits {
    positions: Vec<usize>,
    /// Whether the bits are to be set.
    set: bool,
    /// Whether this is required of all of them.
    all: bool,
}

impl Bits {
    /// Reads the operand: a number, an array of positions, or binary data. `None` if it is not valid.
    pub(super) fn of(operand: Raw<'_>, set: bool, all: bool) -> CodecResult<Option<Self>> {
        let positions = match operand.element_type() {
            Some(ElementType::Array) => listed(operand)?,
            Some(ElementType::Binary) => Some(of_bytes(operand.bytes().get(5..).unwrap_or_default())),
            _ => Number::of(operand)?
                .and_then(Number::integral)
                .filter(|mask| *mask >= 0)
                .map(|mask| of_bytes(&mask.to_le_bytes())),
        };
        Ok(positions.map(|positions| Self { positions, set, all }))
    }

    pub(super) fn are_met(&self, value: Raw<'_>) -> CodecResult<bool> {
        if value.is(ElementType::Binary) {
            let data = value.bytes().get(5..).unwrap_or_default();
            // Behind the data, all bits are clear.
            return Ok(self.test(|at| data.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)));
        }
        let number = match Number::of(value)? {
            // MongoDB 6.0.5 rounds decimals, and takes the least number for those that do not fit. 6.0.27 does not match
            // these decimals.
            Some(number @ Number::Decimal(_)) => Some(number.rounded_half_even().unwrap_or(i64::MIN)),
            Some(number) => number.integral(),
            None => None,
        };
        // Behind the number, all bits are as its sign.
        Ok(number.is_some_and(|number| self.test(|at| number >> at.min(63) & 1 == 1)))
    }

    fn test(&self, is_set: impl Fn(usize) -> bool) -> bool {
        let mut positions = self.positions.iter();
        if self.all {
            positions.all(|at| is_set(*at) == self.set)
        } else {
            positions.any(|at| is_set(*at) == self.set)
        }
    }
}

fn listed(operand: Raw<'_>) -> CodecResult<Option<Vec<usize>>> {
    let (mut items, mut positions) = (operand.items()?, Vec::new());
    while let Some((_, item)) = items.next()? {
        let position = Number::of(item)?.and_then(Number::integral);
        let position = position.and_then(|position| i32::try_from(position).ok());
        let Some(position) = position.and_then(|position| usize::try_from(position).ok()) else {
            return Ok(None);
        };
        positions.push(position);
    }
    Ok(Some(positions))
}

/// Returns the positions of the set bits. The first bit of the first byte is the lowest.
fn of_bytes(bytes: &[u8]) -> Vec<usize> {
    let bits = bytes
        .iter()
        .enumerate()
        .flat_map(|(at, byte)| (0..8).map(move |bit| (at * 8 + bit, byte >> bit & 1)));
    bits.filter(|(_, bit)| *bit == 1).map(|(position, _)| position).collect()
}
