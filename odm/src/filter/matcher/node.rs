//! `Node`: a compiled filter.

use super::{condition::Condition, elements::Path, expression::Expression};
use crate::{error::codec::CodecResult, value::Raw};

#[derive(Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Field(Path, Condition),
    Expression(Expression),
    Constant(bool),
}

impl Node {
    pub(super) fn matches(&self, document: Raw<'_>) -> CodecResult<bool> {
        match self {
            Self::All(nodes) => {
                for node in nodes {
                    if !node.matches(document)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(nodes) => {
                for node in nodes {
                    if node.matches(document)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(node) => Ok(!node.matches(document)?),
            Self::Field(path, condition) => condition.holds_at(path, document),
            Self::Expression(expression) => expression.is_true(document),
            Self::Constant(value) => Ok(*value),
        }
    }
}
