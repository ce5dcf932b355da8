//! `$expr`: comparisons of fields and constants in the order of all values.

use std::cmp::Ordering;

use mongodb::bson::spec::ElementType;

use super::{
    compare::compare,
    number::Number,
    operand::{Operand, field},
    types::Types,
};
use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Raw, Writer},
};

#[derive(Debug)]
pub(super) enum Expression {
    Constant(Operand),
    /// The names of a path from the document on.
    Field(Vec<Box<[u8]>>),
    Array(Vec<Expression>),
    Compare(Order, Box<[Expression; 2]>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    TypeOf(Box<Expression>),
    IfNull(Vec<Expression>),
}

/// What the result of a comparison is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    Is(fn(Ordering) -> bool),
    Number,
}

/// A computed value. A missing one is `None`.
enum Computed<'de> {
    Stored(Raw<'de>),
    Array(Vec<u8>),
    Bool(bool),
    Int(i32),
    Text(&'static str),
}

impl Expression {
    pub(super) fn is_true(&self, document: Raw<'_>) -> CodecResult<bool> {
        let Some(value) = self.compute(document)? else { return Ok(false) };
        value.with(|value| {
            Ok(match value.element_type() {
                Some(ElementType::Null | ElementType::Undefined) => false,
                Some(ElementType::Boolean) => value.bytes() != [0],
                _ => !Number::of(value)?.is_some_and(Number::is_zero),
            })
        })
    }

    fn compute<'de>(&'de self, document: Raw<'de>) -> CodecResult<Option<Computed<'de>>> {
        Ok(Some(match self {
            Self::Constant(operand) => Computed::Stored(operand.raw()),
            Self::Field(names) => return at(document, names),
            Self::Array(items) => {
                let mut values = Items::default();
                for item in items {
                    match item.compute(document)? {
                        Some(value) => value.with(|value| values.push(value))?,
                        None => values.push(Raw::new(ElementType::Null, &[]))?,
                    }
                }
                Computed::Array(values.into_bytes()?)
            }
            Self::Compare(order, operands) => {
                let [one, other] = &**operands;
                let result = compare_computed(one.compute(document)?, other.compute(document)?)?;
                match order {
                    Order::Is(is_met) => Computed::Bool(is_met(result)),
                    Order::Number => Computed::Int(result as i32),
                }
            }
            Self::All(operands) => {
                for operand in operands {
                    if !operand.is_true(document)? {
                        return Ok(Some(Computed::Bool(false)));
                    }
                }
                Computed::Bool(true)
            }
            Self::Any(operands) => {
                for operand in operands {
                    if operand.is_true(document)? {
                        return Ok(Some(Computed::Bool(true)));
                    }
                }
                Computed::Bool(false)
            }
            Self::Not(operand) => Computed::Bool(!operand.is_true(document)?),
            Self::TypeOf(operand) => match operand.compute(document)? {
                Some(value) => value.with(|value| Ok(Computed::Text(Types::name_of(value))))?,
                None => Computed::Text("missing"),
            },
            Self::IfNull(operands) => {
                let mut last = None;
                for operand in operands {
                    last = operand.compute(document)?;
                    if last.as_ref().is_some_and(|value| !value.is_nullish()) {
                        break;
                    }
                }
                return Ok(last);
            }
        }))
    }
}

impl Computed<'_> {
    fn with<T>(&self, read: impl FnOnce(Raw<'_>) -> CodecResult<T>) -> CodecResult<T> {
        match self {
            Self::Stored(value) => read(*value),
            Self::Array(bytes) => read(Raw::new(ElementType::Array, bytes)),
            Self::Bool(value) => read(Raw::new(ElementType::Boolean, &[u8::from(*value)])),
            Self::Int(value) => read(Raw::new(ElementType::Int32, &value.to_le_bytes())),
            Self::Text(text) => {
                let mut writer = Writer::new();
                writer.put_str(text)?;
                read(Raw::new(ElementType::String, writer.as_bytes()))
            }
        }
    }

    fn is_nullish(&self) -> bool {
        matches!(self, Self::Stored(value) if value.is(ElementType::Null) || value.is(ElementType::Undefined))
    }
}

/// Compares in the order of all values, in which a missing value is undefined.
fn compare_computed(one: Option<Computed<'_>>, other: Option<Computed<'_>>) -> CodecResult<Ordering> {
    let missing = || Computed::Stored(Raw::new(ElementType::Undefined, &[]));
    let (one, other) = (one.unwrap_or_else(missing), other.unwrap_or_else(missing));
    one.with(|one| other.with(|other| compare(one, other)))
}

/// Returns the value at a path. Through arrays, it is an array of the values of the documents in them.
fn at<'de>(document: Raw<'de>, names: &[Box<[u8]>]) -> CodecResult<Option<Computed<'de>>> {
    let Some((name, rest)) = names.split_first() else { return Ok(Some(Computed::Stored(document))) };
    let Some(value) = field(document, name)? else { return Ok(None) };
    match value.element_type() {
        _ if rest.is_empty() => Ok(Some(Computed::Stored(value))),
        Some(ElementType::EmbeddedDocument) => at(value, rest),
        Some(ElementType::Array) => {
            let (mut items, mut values) = (value.items()?, Items::default());
            while let Some((_, item)) = items.next()? {
                if item.is(ElementType::EmbeddedDocument)
                    && let Some(value) = at(item, rest)?
                {
                    value.with(|value| values.push(value))?;
                }
            }
            Ok(Some(Computed::Array(values.into_bytes()?)))
        }
        _ => Ok(None),
    }
}

/// The items of an array that is computed.
#[derive(Default)]
struct Items {
    elements: Vec<u8>,
    count: usize,
}

impl Items {
    fn push(&mut self, value: Raw<'_>) -> CodecResult<()> {
        let name = self.count.to_string();
        let tag = value.element_type().ok_or_else(CodecError::malformed)? as u8;
        self.elements.push(tag);
        self.elements.extend_from_slice(name.as_bytes());
        self.elements.push(0);
        self.elements.extend_from_slice(value.bytes());
        self.count += 1;
        Ok(())
    }

    fn into_bytes(self) -> CodecResult<Vec<u8>> {
        let mut writer = Writer::new();
        writer.document(|writer| {
            writer.put(&self.elements);
            Ok(())
        })?;
        Ok(writer.into_bytes())
    }
}
