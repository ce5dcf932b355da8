//! The rules of several fields of a document.

use mongodb::bson::{Bson, Document, spec::ElementType};

use super::{super::operator_expressions::OperatorExpressions, Operator, in_document, plain, push};
use crate::{
    error::invalid::Violations,
    meta::{DocumentMeta, TypeMeta},
    rule::{Rule, required_together, stored},
};

/// Checks the rules whose fields the update sets or removes one by one: `o.from().set(..) + o.to().set(..)`.
pub(super) fn in_update(
    document: &'static DocumentMeta,
    operators: &OperatorExpressions,
    found: &mut Violations,
) {
    // Most updates change fields of a document without such rules.
    let has_rules = has_rules(document);
    let parents =
        changes(operators).map(|(_, name, _)| name.rsplit_once('.').map_or("", |(parent, _)| parent));
    let mut parents: Vec<&str> = parents.filter(|parent| has_rules || !parent.is_empty()).collect();
    parents.sort_unstable();
    for parent in parents.chunk_by(|one, other| one == other) {
        let [parent, _, ..] = parent else { continue };
        let fields = fields_of(parent, operators);
        match *parent {
            "" => check(document, &fields, Known::These, found),
            parent => in_document(document, parent, Operator::SetFields, &Bson::Document(fields), found),
        }
    }
}

/// Returns the operators that set or remove fields, with the name and the operand of each field.
fn changes(operators: &OperatorExpressions) -> impl Iterator<Item = (&str, &str, &Bson)> {
    let operators =
        operators.fields().filter(|(operator, _)| matches!(*operator, "$set" | "$setOnInsert" | "$unset"));
    operators.flat_map(|(operator, fields)| {
        fields.iter().map(move |(name, operand)| (operator, name.as_str(), operand))
    })
}

/// Returns the values that the fields of the document with this name have afterwards.
fn fields_of(parent: &str, operators: &OperatorExpressions) -> Document {
    let mut fields = Document::new();
    for (operator, name, operand) in changes(operators) {
        let (of, field) = name.rsplit_once('.').unwrap_or(("", name));
        if of == parent {
            // A field that is removed satisfies the same rules as one that is null.
            let operand = if operator == "$unset" { Bson::Null } else { operand.clone() };
            fields.insert(field, operand);
        }
    }
    fields
}

/// Returns whether the document has rules of several fields, also by a flattened one.
fn has_rules(document: &'static DocumentMeta) -> bool {
    document.rules().next().is_some()
        || document.fields().iter().filter(|field| field.is_flattened()).any(
            |field| matches!(plain(field.stored_as()), TypeMeta::Document(inside) if has_rules(inside.get())),
        )
}

/// Which fields of a document are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// All of them. One that is not there is absent.
    All,
    /// Those that are there.
    These,
}

/// Checks the rules of a document of which these fields are known.
pub(super) fn check(document: &'static DocumentMeta, given: &Document, known: Known, found: &mut Violations) {
    for field in document.fields().iter().filter(|field| field.is_flattened()) {
        if let TypeMeta::Document(inside) = plain(field.stored_as()) {
            check(inside.get(), given, known, found);
        }
    }
    let is_known = |name: &&str| known == Known::All || given.contains_key(*name);
    let value = |name: &str| given.get(name).filter(|value| !matches!(value, Bson::Null));
    for rule in document.rules() {
        match &rule {
            Rule::Compare { left, operator, right } => {
                if ![left, right].into_iter().all(is_known) || !is_ordered(document, left, right) {
                    continue;
                }
                let (Some(one), Some(other)) = (value(left), value(right)) else { continue };
                let broken = stored::order(one, other).is_some_and(|order| !operator.holds(order));
                let from = found.len();
                push(rule.name(), broken.then(|| operator.message(right)), found);
                found.nest(from, left);
            }
            Rule::RequiredTogether(fields) if fields.iter().all(is_known) => {
                let present = fields.iter().filter(|field| value(field).is_some()).count();
                let broken = present > 0 && present < fields.len();
                push(rule.name(), broken.then(|| required_together::message(fields)), found);
            }
            _ => {}
        }
    }
}

/// Returns whether the stored values of both fields have the order of their values in Rust. An encoding of the user's
/// may have another.
fn is_ordered(document: &'static DocumentMeta, left: &str, right: &str) -> bool {
    let kind = |name: &str| match document.any_field(name).map(plain)? {
        TypeMeta::Int { .. } | TypeMeta::Float => Some(ElementType::Double),
        TypeMeta::Scalar(ElementType::DateTime) => Some(ElementType::DateTime),
        _ => None,
    };
    kind(left).is_some_and(|left| kind(right) == Some(left))
}
