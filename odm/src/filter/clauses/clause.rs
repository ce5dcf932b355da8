//! `Clause`: one condition of a filter.
//!
//! Conditions are moved several times while a filter is built, and a `Bson` takes 112 bytes. So a condition stores its
//! operator and its value, in less space, and its document is created when the filter is rendered.

use std::borrow::Cow;

use mongodb::bson::{Bson, DateTime, oid::ObjectId};

use crate::value::one_element;

/// A condition: the name of a field or an operator, and its test.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    pub(super) name: Cow<'static, str>,
    pub(super) test: Test,
    /// The length of the part of `name` that is an array, see
    /// [`Location::outermost`](crate::path::Location::outermost), or
    /// [`CALLER_NAME`](super::positions::CALLER_NAME).
    pub(super) array: u32,
}

/// The test of a condition.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// `{ operator: value }`
    Operator(&'static str, Short),
    Any(Short),
}

/// A value. The frequent types are stored in place.
#[derive(Debug, Clone)]
pub(super) enum Short {
    String(String),
    Int32(i32),
    Int64(i64),
    Double(f64),
    Boolean(bool),
    DateTime(DateTime),
    ObjectId(ObjectId),
    Other(Box<Bson>),
}

impl Clause {
    /// `{ name: test }`
    pub(super) fn new(name: Cow<'static, str>, test: Bson, array: u32) -> Self {
        Self { name, test: Test::Any(Short::new(test)), array }
    }

    /// `{ name: { operator: value } }`
    pub(super) fn operator(name: Cow<'static, str>, operator: &'static str, value: Bson, array: u32) -> Self {
        Self { name, test: Test::Operator(operator, Short::new(value)), array }
    }

    /// Returns whether the test is `{ $eq: value }`.
    pub(super) fn is_equality(&self) -> bool {
        matches!(self.test, Test::Operator("$eq", _))
    }

    /// Returns the test as it is sent.
    pub(super) fn test(&self) -> Cow<'_, Bson> {
        match &self.test {
            Test::Any(Short::Other(test)) => Cow::Borrowed(test),
            test => Cow::Owned(test.clone().into_bson()),
        }
    }
}

impl Test {
    /// Returns the test as it is sent.
    pub(super) fn into_bson(self) -> Bson {
        match self {
            Self::Operator(operator, value) => Bson::Document(one_element(operator, value.into_bson())),
            Self::Any(test) => test.into_bson(),
        }
    }

    /// Returns the operand of the operator, or the test itself if it is not one operator.
    pub(super) fn into_operand(self) -> Bson {
        match self {
            Self::Operator(_, value) | Self::Any(value) => value.into_bson(),
        }
    }
}

impl Short {
    fn new(value: Bson) -> Self {
        match value {
            Bson::String(text) => Self::String(text),
            Bson::Int32(number) => Self::Int32(number),
            Bson::Int64(number) => Self::Int64(number),
            Bson::Double(number) => Self::Double(number),
            Bson::Boolean(yes) => Self::Boolean(yes),
            Bson::DateTime(date) => Self::DateTime(date),
            Bson::ObjectId(id) => Self::ObjectId(id),
            other => Self::Other(Box::new(other)),
        }
    }

    fn into_bson(self) -> Bson {
        match self {
            Self::String(text) => Bson::String(text),
            Self::Int32(number) => Bson::Int32(number),
            Self::Int64(number) => Bson::Int64(number),
            Self::Double(number) => Bson::Double(number),
            Self::Boolean(yes) => Bson::Boolean(yes),
            Self::DateTime(date) => Bson::DateTime(date),
            Self::ObjectId(id) => Bson::ObjectId(id),
            Self::Other(other) => *other,
        }
    }
}
