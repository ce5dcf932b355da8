//! The query clauses beside a schema, as violations.

use mongodb::bson::{Bson, Document};

use super::{Names, Reader, keyword, operator};
use crate::error::invalid::message;

/// Returns the clauses without those that let other documents pass: a field that is absent, or another version.
pub(super) fn without_guards<'c, 'd>(
    clauses: &'c [&'d Document],
) -> impl Iterator<Item = &'d Document> + use<'c, 'd> {
    let is_guard = |clause: &&&Document| {
        let Ok(details) = clause.get_document("details") else { return false };
        let is_null = || tested(details).is_some_and(|(_, _, value)| *value == Bson::Null);
        operator(details) == "$ne" || operator(details) == "$eq" && is_null()
    };
    let all_are = clauses.iter().all(|clause| is_guard(&clause));
    clauses.iter().filter(move |clause| all_are || !is_guard(clause)).copied()
}

/// Reads the explanation of one operator.
pub(super) fn read(reader: &mut Reader, node: &Document, names: &Names) {
    let name = operator(node);
    if name.is_empty() {
        return;
    }
    if name == "$expr" && expression(reader, node, names).is_some() {
        return;
    }
    let inside = node.get_document("details").ok().filter(|_| name == "$not").unwrap_or(node);
    match tested(inside) {
        Some((path, "$lt", date @ Bson::DateTime(_))) if name == "$not" => {
            reader.add(&names.declared(path), "range", message::before(keyword::number(date)));
        }
        Some((path, "$gt", date @ Bson::DateTime(_))) if name == "$not" => {
            reader.add(&names.declared(path), "range", message::after(keyword::number(date)));
        }
        Some((path, "$gte" | "$lte", Bson::Binary(_))) => {
            reader.add(&names.declared(path), "type", "must be a UUID".to_owned());
        }
        Some((path, ..)) => {
            reader.add(&names.declared(path), "validator", format!("must satisfy `{name}` of the validator"));
        }
        None => reader.add(names, "validator", format!("must satisfy `{name}` of the validator")),
    }
}

/// Returns the field, the operator and its operand. The operator may be inside of `$not`.
fn tested(node: &Document) -> Option<(&str, &str, &Bson)> {
    let (path, test) = node.get_document("specifiedAs").ok()?.iter().next()?;
    let mut test = test.as_document()?;
    if let Ok(inside) = test.get_document("$not") {
        test = inside;
    }
    let (operator, operand) = test.iter().next()?;
    Some((path, operator, operand))
}

/// Reads an expression that a generated validator contains: two fields that are compared, or the size of binary data.
fn expression(reader: &mut Reader, node: &Document, names: &Names) -> Option<()> {
    let specified = node.get_document("specifiedAs").ok()?.get_document("$expr").ok()?;
    if let Ok([_, Bson::Document(test), _]) = specified.get_array("$cond").map(Vec::as_slice) {
        return size(reader, test, names);
    }
    let (operator, operands) = specified.iter().next()?;
    let [left, right] = operands.as_array()?.as_slice() else { return None };
    let (left, right) = (left.as_str()?.strip_prefix('$')?, right.as_str()?.strip_prefix('$')?);
    if !matches!(operator.as_str(), "$lt" | "$lte" | "$gt" | "$gte") {
        return None;
    }
    // The rule of an embedded document names the other field without its path.
    let other = right.rsplit('.').next().unwrap_or(right);
    reader.add(&names.declared(left), "compare", message::compared(operator, other));
    Some(())
}

fn size(reader: &mut Reader, test: &Document, names: &Names) -> Option<()> {
    let (operator, operands) = test.iter().next()?;
    let [size, bound] = operands.as_array()?.as_slice() else { return None };
    let path = size.as_document()?.get_str("$binarySize").ok()?.strip_prefix('$')?;
    let bound = keyword::number(bound);
    let message = match operator.as_str() {
        "$gte" => message::shorter(bound, message::BYTES),
        "$lte" => message::longer(bound, message::BYTES),
        _ => message::other_length(bound, message::BYTES),
    };
    reader.add(&names.declared(path), "length", message);
    Some(())
}
