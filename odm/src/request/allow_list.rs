//! `AllowList`: the allow-list without the type of its model, so that user crates compile little code.

use std::sync::Arc;

use mongodb::bson::{Bson, doc};

use super::Operator;
use crate::{
    error::codec::CodecResult,
    filter::{
        Clauses, an_element_meets, escaped, no_element_is, no_element_is_one_of, null_or_missing, present,
    },
    path::Location,
    value::FromText,
};

/// Parses a string as a value of the field's type.
pub(super) type Read = fn(&str) -> CodecResult<Bson>;

/// Converts a string to a condition that the program defines.
pub(super) type Condition = Arc<dyn Fn(&str) -> CodecResult<Clauses> + Send + Sync>;

/// The parameters that a request may have, and their limits.
#[derive(Clone)]
pub(super) struct AllowList {
    pub(super) fields: Vec<Field>,
    pub(super) sorts: Vec<(&'static str, Location)>,
    #[cfg(feature = "page")]
    pub(super) page_token: Option<&'static str>,
    pub(super) default_limit: u64,
    pub(super) max_limit: u64,
    pub(super) max_skip: u64,
    pub(super) max_parameters: usize,
    pub(super) max_length: usize,
    pub(super) max_items: usize,
    pub(super) ignore_empty: bool,
}

impl Default for AllowList {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            sorts: Vec::new(),
            #[cfg(feature = "page")]
            page_token: None,
            default_limit: 20,
            max_limit: 100,
            max_skip: 10_000,
            max_parameters: 50,
            max_length: 1_000,
            max_items: 100,
            ignore_empty: false,
        }
    }
}

/// The name of a parameter with its operators. Several fields may have one name, with different operators.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) operators: Vec<Operator>,
    pub(super) test: Test,
}

#[derive(Clone)]
pub(super) enum Test {
    /// A field; the flag is true if it may be an array that contains null.
    Field(Location, Read, bool),
    /// The elements of an array.
    Elements(Location, Read),
    Condition(Condition),
}

impl Test {
    /// Returns the condition of an operator and the string of a parameter. An error is the client's mistake. Other
    /// reasons why the condition cannot be sent stay in the condition.
    pub(super) fn condition(&self, operator: Operator, text: &str) -> CodecResult<Clauses> {
        match self {
            Self::Field(at, read, holds_null) => field(at, *read, *holds_null, operator, text),
            Self::Elements(at, read) => elements(at, *read, operator, text),
            Self::Condition(make) => make(text)?.checked_values(),
        }
    }
}

fn field(
    at: &Location,
    read: Read,
    holds_null: bool,
    operator: Operator,
    text: &str,
) -> CodecResult<Clauses> {
    let condition = match operator {
        Operator::Eq => doc! { "$eq": read(text)? },
        Operator::Ne => doc! { "$ne": read(text)? },
        Operator::In => doc! { "$in": list(read, text)? },
        Operator::Nin => doc! { "$nin": list(read, text)? },
        Operator::Gt => doc! { "$gt": read(text)? },
        Operator::Gte => doc! { "$gte": read(text)? },
        Operator::Lt => doc! { "$lt": read(text)? },
        Operator::Lte => doc! { "$lte": read(text)? },
        Operator::Prefix => doc! { "$regex": format!("^{}", escaped(text)) },
        Operator::Contains => doc! { "$regex": escaped(text), "$options": "i" },
        Operator::Exists if bool::from_text(text)? => return Ok(present(at, holds_null)),
        Operator::Exists => return Ok(null_or_missing(at, holds_null)),
    };
    Ok(Clauses::tests(at, Ok(condition)))
}

fn elements(at: &Location, read: Read, operator: Operator, text: &str) -> CodecResult<Clauses> {
    match operator {
        Operator::Eq => Ok(an_element_meets(at, "$eq", Ok(read(text)?))),
        Operator::Ne => Ok(no_element_is(at, read(text)?)),
        Operator::In => Ok(an_element_meets(at, "$in", Ok(list(read, text)?.into()))),
        Operator::Nin => Ok(no_element_is_one_of(at, list(read, text)?)),
        other => field(at, read, false, other, text),
    }
}

fn list(read: Read, text: &str) -> CodecResult<Vec<Bson>> {
    text.split(',').map(read).collect()
}
