//! The expressions of `$expr`.

use std::cmp::Ordering;

use mongodb::bson::spec::ElementType;

use super::{
    super::{
        compare::text,
        expression::{Expression, Order},
        operand::Operand,
    },
    refusal::{invalid, only_server},
    unreadable,
};
use crate::{
    error::{Result, codec::CodecError},
    value::Raw,
};

pub(super) fn expression(value: Raw<'_>) -> Result<Expression> {
    match value.element_type() {
        Some(ElementType::String) => {
            let name = text(value).map_err(unreadable)?;
            match name.strip_prefix(b"$") {
                Some(name) => path(name),
                None => constant(value),
            }
        }
        Some(ElementType::Array) => Ok(Expression::Array(list(value)?)),
        Some(ElementType::EmbeddedDocument) => operator(value),
        _ => constant(value),
    }
}

fn constant(value: Raw<'_>) -> Result<Expression> {
    Ok(Expression::Constant(Operand::of(value).ok_or_else(|| unreadable(CodecError::malformed()))?))
}

/// Compiles `$name` or `$$ROOT.name`, without the first `$`.
fn path(name: &[u8]) -> Result<Expression> {
    let name = match name.strip_prefix(b"$") {
        None => name,
        Some(b"ROOT" | b"CURRENT") => return Ok(Expression::Field(Vec::new())),
        Some(variable) => {
            let field = variable.strip_prefix(b"ROOT.").or_else(|| variable.strip_prefix(b"CURRENT."));
            field.ok_or_else(|| only_server(&String::from_utf8_lossy(&[b"$$", variable].concat())))?
        }
    };
    let names: Vec<Box<[u8]>> = name.split(|byte| *byte == b'.').map(Into::into).collect();
    if names.iter().any(|name| name.is_empty() || name.starts_with(b"$")) {
        return Err(invalid("$expr", "paths whose names are not empty and do not begin with `$`"));
    }
    Ok(Expression::Field(names))
}

fn list(value: Raw<'_>) -> Result<Vec<Expression>> {
    let (mut items, mut list) = (value.items().map_err(unreadable)?, Vec::new());
    while let Some((_, item)) = items.next().map_err(unreadable)? {
        list.push(expression(item)?);
    }
    Ok(list)
}

/// Compiles the operands. One that is not an array stands for an array of it.
fn operands(value: Raw<'_>) -> Result<Vec<Expression>> {
    if value.is(ElementType::Array) { list(value) } else { Ok(vec![expression(value)?]) }
}

fn operator(document: Raw<'_>) -> Result<Expression> {
    let mut elements = document.elements().map_err(unreadable)?;
    let Some((name, value)) = elements.next().map_err(unreadable)? else { return constant(document) };
    let name = String::from_utf8_lossy(name).into_owned();
    if !name.starts_with('$') {
        return Err(only_server("$expr` with a document of expressions such as `{ x: \"$a\" }"));
    }
    if !elements.is_empty() {
        return Err(invalid("$expr", "one operator in each document"));
    }
    let compare = |order| {
        let operands = <[Expression; 2]>::try_from(operands(value)?);
        let operands = operands.map_err(|_| invalid(&name, "two operands"))?;
        Ok(Expression::Compare(order, Box::new(operands)))
    };
    match name.as_str() {
        "$literal" => constant(value),
        "$eq" => compare(Order::Is(Ordering::is_eq)),
        "$ne" => compare(Order::Is(Ordering::is_ne)),
        "$gt" => compare(Order::Is(Ordering::is_gt)),
        "$gte" => compare(Order::Is(Ordering::is_ge)),
        "$lt" => compare(Order::Is(Ordering::is_lt)),
        "$lte" => compare(Order::Is(Ordering::is_le)),
        "$cmp" => compare(Order::Number),
        "$and" => Ok(Expression::All(operands(value)?)),
        "$or" => Ok(Expression::Any(operands(value)?)),
        "$not" => match <[Expression; 1]>::try_from(operands(value)?) {
            Ok([operand]) => Ok(Expression::Not(Box::new(operand))),
            Err(_) => Err(invalid("$not", "one operand")),
        },
        "$type" => match <[Expression; 1]>::try_from(operands(value)?) {
            Ok([operand]) => Ok(Expression::TypeOf(Box::new(operand))),
            Err(_) => Err(invalid("$type", "one operand")),
        },
        "$ifNull" => match operands(value)? {
            operands if operands.len() >= 2 => Ok(Expression::IfNull(operands)),
            _ => Err(invalid("$ifNull", "at least two operands")),
        },
        other => Err(only_server(&format!("{other}` in `$expr"))),
    }
}
