//! `Allowed`: the untyped allow-list, so that user crates compile little code.

use std::sync::Arc;

use mongodb::bson::{Bson, doc};

use super::Operator;
use crate::{
    error::codec::CodecResult,
    filter::{Clauses, escaped},
    path::Location,
    value::FromText,
};

/// A text as a value of the field's type.
pub(super) type Read = fn(&str) -> CodecResult<Bson>;

/// A text as a condition of the program's own.
pub(super) type Condition = Arc<dyn Fn(&str) -> CodecResult<Clauses> + Send + Sync>;

/// What a request may say.
#[derive(Clone)]
pub(super) struct Allowed {
    pub(super) fields: Vec<Field>,
    pub(super) sorts: Vec<(&'static str, Location)>,
    pub(super) default_limit: u64,
    pub(super) max_limit: u64,
    pub(super) max_skip: u64,
    pub(super) max_parameters: usize,
    pub(super) max_length: usize,
    pub(super) max_items: usize,
    pub(super) ignore_empty: bool,
}

impl Default for Allowed {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            sorts: Vec::new(),
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

/// A name with what it may ask. Several may have one name, with other operators.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) operators: Vec<Operator>,
    pub(super) test: Test,
}

#[derive(Clone)]
pub(super) enum Test {
    Field(Location, Read),
    Condition(Condition),
}

impl Test {
    /// The condition that an operator and the text of a parameter make.
    pub(super) fn ask(&self, operator: Operator, text: &str) -> CodecResult<Clauses> {
        let (at, read) = match self {
            Self::Field(at, read) => (at, read),
            Self::Condition(make) => return make(text),
        };
        let list = || text.split(',').map(read).collect::<CodecResult<Vec<Bson>>>();
        let condition = match operator {
            Operator::Eq => doc! { "$eq": read(text)? },
            Operator::Ne => doc! { "$ne": read(text)? },
            Operator::In => doc! { "$in": list()? },
            Operator::Nin => doc! { "$nin": list()? },
            Operator::Gt => doc! { "$gt": read(text)? },
            Operator::Gte => doc! { "$gte": read(text)? },
            Operator::Lt => doc! { "$lt": read(text)? },
            Operator::Lte => doc! { "$lte": read(text)? },
            Operator::Prefix => doc! { "$regex": format!("^{}", escaped(text)) },
            Operator::Contains => doc! { "$regex": escaped(text), "$options": "i" },
            Operator::Exists if bool::from_text(text)? => doc! { "$ne": Bson::Null },
            Operator::Exists => doc! { "$eq": Bson::Null },
        };
        Ok(Clauses::tests(at, Ok(condition)))
    }
}
