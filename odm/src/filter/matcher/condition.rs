//! `Condition`: what a filter requires of the elements that a path reaches.

use std::cmp::Ordering;

use mongodb::bson::spec::ElementType;

use super::{
    area::Area,
    bits::Bits,
    compare::{NULL, UNDEFINED, canonical, compare, compare_values},
    elements::{AtArray, Path},
    node::Node,
    number::Number,
    operand::{Operand, contents},
    pattern::Pattern,
    remainder::Remainder,
    types::Types,
};
use crate::{error::codec::CodecResult, value::Raw};

#[derive(Debug)]
pub(super) enum Condition {
    /// Each of them holds, not necessarily for the same element.
    All(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// What is tested for one element. A condition holds if a test is true for any element.
#[derive(Debug)]
pub(super) enum Test {
    Compare(Comparison, Operand),
    In(Members),
    Exists,
    Types(Types),
    Size(i64),
    /// `$elemMatch` with operators: one element meets all of them.
    AnElementIs(Box<Condition>),
    /// `$elemMatch` with a filter: one element is a document or an array that it matches.
    AnElementMatches(Box<Node>),
    Remainder(Remainder),
    Bits(Bits),
    Pattern(Pattern),
    Within(Area),
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The operands of `$in`.
#[derive(Debug)]
pub(super) struct Members {
    /// In the order of all values.
    values: Vec<Operand>,
    patterns: Vec<Pattern>,
    has_null: bool,
}

impl Condition {
    /// Returns whether the condition holds for a document, at a path.
    pub(super) fn holds_at(&self, path: &Path, document: Raw<'_>) -> CodecResult<bool> {
        match self {
            Self::All(conditions) => {
                for condition in conditions {
                    if !condition.holds_at(path, document)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Not(condition) => Ok(!condition.holds_at(path, document)?),
            Self::Test(test) => path.any(document, test.at_array(), &mut |value| test.is_met(value)),
        }
    }

    /// Returns whether the condition holds for one element. Arrays are not opened.
    fn holds_for(&self, value: Raw<'_>) -> CodecResult<bool> {
        match self {
            Self::All(conditions) => {
                for condition in conditions {
                    if !condition.holds_for(value)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Not(condition) => Ok(!condition.holds_for(value)?),
            Self::Test(test) => test.is_met(Some(value)),
        }
    }
}

impl Test {
    fn at_array(&self) -> AtArray {
        match self {
            Self::Size(_) | Self::AnElementIs(_) | Self::AnElementMatches(_) => AtArray::Array,
            _ => AtArray::ElementsAndArray,
        }
    }

    fn is_met(&self, value: Option<Raw<'_>>) -> CodecResult<bool> {
        match self {
            Self::Compare(comparison, operand) => return comparison.is_met(value, operand.raw()),
            Self::In(members) => return members.contain(value),
            Self::Never => return Ok(false),
            _ => {}
        }
        let Some(value) = value else { return Ok(false) };
        match self {
            Self::Exists => Ok(true),
            Self::Types(types) => Ok(types.contain(value)),
            Self::Size(size) => {
                let mut count = 0;
                let is_whole = any_item(value, |_| {
                    count += 1;
                    Ok(count > *size)
                })?;
                Ok(value.is(ElementType::Array) && !is_whole && count == *size)
            }
            Self::AnElementIs(condition) => any_item(value, |item| condition.holds_for(item)),
            Self::AnElementMatches(filter) => any_item(value, |item| {
                let is_container = item.is(ElementType::EmbeddedDocument) || item.is(ElementType::Array);
                Ok(is_container && filter.matches(item)?)
            }),
            Self::Remainder(remainder) => remainder.is_met(value),
            Self::Bits(bits) => bits.are_met(value),
            Self::Pattern(pattern) => pattern.matches(value),
            Self::Within(area) => area.contains(value),
            Self::Compare(..) | Self::In(_) | Self::Never => Ok(false),
        }
    }
}

/// Returns whether the value is an array with an item for which `test` returns true.
fn any_item(value: Raw<'_>, mut test: impl FnMut(Raw<'_>) -> CodecResult<bool>) -> CodecResult<bool> {
    if !value.is(ElementType::Array) {
        return Ok(false);
    }
    let mut items = contents(value)?;
    while let Some((_, item)) = items.next()? {
        if test(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Comparison {
    fn is_met(self, value: Option<Raw<'_>>, operand: Raw<'_>) -> CodecResult<bool> {
        let includes_equal = matches!(self, Self::Equal | Self::LessOrEqual | Self::GreaterOrEqual);
        let place = value.map_or(Ok(UNDEFINED), canonical)?;
        if place != canonical(operand)? {
            return Ok(match operand.element_type() {
                Some(ElementType::Null) if place == UNDEFINED => includes_equal,
                Some(ElementType::MinKey) => matches!(self, Self::Greater | Self::GreaterOrEqual),
                Some(ElementType::MaxKey) => matches!(self, Self::Less | Self::LessOrEqual),
                _ => false,
            });
        }
        let Some(value) = value else { return Ok(includes_equal) };
        if let (Some(number), Some(operand)) = (Number::of(value)?, Number::of(operand)?)
            && (number.is_nan() || operand.is_nan())
        {
            return Ok(includes_equal && number.is_nan() && operand.is_nan());
        }
        let order = compare_values(value, operand)?;
        Ok(match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        })
    }
}

impl Members {
    pub(super) fn new(mut values: Vec<Operand>, patterns: Vec<Pattern>) -> CodecResult<Self> {
        let mut failure = None;
        values.sort_by(|one, other| {
            compare(one.raw(), other.raw()).unwrap_or_else(|error| {
                failure = Some(error);
                Ordering::Equal
            })
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let has_null = values.iter().any(|value| value.raw().is(ElementType::Null));
        Ok(Self { values, patterns, has_null })
    }

    fn contain(&self, value: Option<Raw<'_>>) -> CodecResult<bool> {
        let Some(value) = value else { return Ok(self.has_null) };
        if matches!(canonical(value)?, UNDEFINED | NULL) {
            return Ok(self.has_null);
        }
        let (mut low, mut high) = (0, self.values.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self
                .values
                .get(middle)
                .map_or(Ok(Ordering::Equal), |member| compare(member.raw(), value))?
            {
                Ordering::Equal => return Ok(true),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        for pattern in &self.patterns {
            if pattern.matches(value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
