//! Compiles a filter, and refuses what the server would refuse or only the server evaluates.

mod expression;
mod operator;
mod refusal;

use mongodb::bson::spec::ElementType;

use self::{
    operator::field_condition,
    refusal::{invalid, only_server},
};
use super::{elements::Path, node::Node};
use crate::{
    error::{Error, ErrorKind, Result, codec::CodecError},
    value::Raw,
};

/// Whether a filter is the argument of `$elemMatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    ElemMatch,
}

/// Compiles a filter of documents.
pub(super) fn filter(document: Raw<'_>) -> Result<Node> {
    nodes(document, Place::Document)
}

fn nodes(document: Raw<'_>, place: Place) -> Result<Node> {
    let (mut elements, mut nodes) = (document.elements().map_err(unreadable)?, Vec::new());
    while let Some((key, value)) = elements.next().map_err(unreadable)? {
        nodes.extend(node(key, value, place)?);
    }
    Ok(match <[Node; 1]>::try_from(nodes) {
        Ok([node]) => node,
        Err(nodes) => Node::All(nodes),
    })
}

fn node(key: &[u8], value: Raw<'_>, place: Place) -> Result<Option<Node>> {
    Ok(Some(match key {
        b"$and" => Node::All(list("$and", value, place)?),
        b"$or" => Node::Any(list("$or", value, place)?),
        b"$nor" => Node::Not(Box::new(Node::Any(list("$nor", value, place)?))),
        b"$comment" => return Ok(None),
        b"$expr" if place == Place::ElemMatch => {
            return Err(invalid("$expr", "no place in `$elemMatch`: it belongs at the top of the filter"));
        }
        b"$expr" => Node::Expression(expression::expression(value)?),
        b"$alwaysTrue" | b"$alwaysFalse" => Node::Constant(key == b"$alwaysTrue"),
        // The fields of a `DBRef`.
        b"$ref" | b"$id" | b"$db" => field(key, value)?,
        [b'$', ..] => return Err(only_server(&String::from_utf8_lossy(key))),
        _ => field(key, value)?,
    }))
}

fn field(key: &[u8], value: Raw<'_>) -> Result<Node> {
    Ok(Node::Field(Path::new(key), field_condition(value)?))
}

fn list(operator: &'static str, value: Raw<'_>, place: Place) -> Result<Vec<Node>> {
    let expected = || invalid(operator, "an array of at least one filter");
    if !value.is(ElementType::Array) {
        return Err(expected());
    }
    let (mut items, mut list) = (value.items().map_err(unreadable)?, Vec::new());
    while let Some((_, item)) = items.next().map_err(unreadable)? {
        if !item.is(ElementType::EmbeddedDocument) {
            return Err(expected());
        }
        list.push(nodes(item, place)?);
    }
    if list.is_empty() { Err(expected()) } else { Ok(list) }
}

/// The error of a filter that nests too deep.
fn unreadable(cause: CodecError) -> Error {
    Error::new(ErrorKind::Encode(cause))
}
