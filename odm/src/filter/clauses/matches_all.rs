//! Detects filters that match every document. `update_many` and `delete_many` refuse them.
//!
//! Functions that evaluate a condition return `Some(true)` if it holds for every document, `Some(false)` if it holds
//! for none, and `None` if its form does not show either.

use mongodb::bson::{Bson, Document};

use super::{
    Clauses,
    element::is_logical,
    render::{is_operators, positive},
};

impl Clauses {
    /// Returns whether the form of the filter shows that every document matches.
    pub(super) fn matches_all(&self) -> bool {
        all(self.iter().map(|clause| condition(&clause.name, &clause.test()))) == Some(true)
    }
}

/// Combines conditions that must all hold.
fn all(conditions: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for one in conditions {
        match one {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

fn any(conditions: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    not(all(conditions.map(not)))
}

fn not(condition: Option<bool>) -> Option<bool> {
    condition.map(|holds| !holds)
}

fn document(document: &Document) -> Option<bool> {
    let conditions = all(document.iter().map(|(name, test)| condition(name, test)));
    conditions.or_else(|| contradicts(document).then_some(false))
}

fn condition(name: &str, test: &Bson) -> Option<bool> {
    match (name, test) {
        ("$comment" | "$alwaysTrue", _) => Some(true),
        ("$alwaysFalse", _) => Some(false),
        ("$expr", expression) => truth(expression),
        ("$jsonSchema", Bson::Document(schema)) if schema.is_empty() => Some(true),
        ("$sampleRate", Bson::Double(rate)) if *rate >= 1.0 => Some(true),
        (_, Bson::Array(branches)) if is_logical(name) && !branches.is_empty() => {
            let documents: Vec<&Document> = branches.iter().filter_map(Bson::as_document).collect();
            let each = || documents.iter().map(|branch| document(branch));
            match name {
                "$and" => all(each()),
                "$or" => any(each()).or_else(|| complementary(&documents).then_some(true)),
                _ => not(any(each())),
            }
        }
        (name, Bson::Document(test)) if !name.starts_with('$') && is_operators(test) => {
            operators(test, name == "_id")
        }
        _ => None,
    }
}

/// Evaluates the operators on a field. Pass `id` for the `_id`, which every document has.
fn operators(test: &Document, id: bool) -> Option<bool> {
    let operators = all(test.iter().map(|(operator, value)| match (operator.as_str(), value) {
        ("$in" | "$all" | "$bitsAnySet" | "$bitsAnyClear", Bson::Array(list)) if list.is_empty() => {
            Some(false)
        }
        ("$nin", Bson::Array(list)) if list.is_empty() => Some(true),
        ("$not", Bson::Document(inner)) if is_operators(inner) => not(operators(inner, id)),
        ("$exists", Bson::Boolean(exists)) if id => Some(*exists),
        // A condition that no element satisfies matches no document. But a condition that all elements satisfy still
        // does not match an array without elements.
        ("$elemMatch", Bson::Document(inner)) => {
            let inner = if is_operators(inner) { operators(inner, false) } else { document(inner) };
            inner.filter(|holds| !holds)
        }
        _ => None,
    }));
    let contradicts = || test.iter().any(|(operator, value)| opposes(operator, value, test));
    operators.or_else(|| contradicts().then_some(false))
}

/// Returns whether a document contains conditions together with their negation.
fn contradicts(document: &Document) -> bool {
    let Some(Bson::Array(negated)) = document.get("$nor") else { return false };
    negated.iter().filter_map(Bson::as_document).any(|one| is_part(one, document))
}

/// Returns whether an operator on a field is the negation of other operators on it.
fn opposes(operator: &str, value: &Bson, test: &Document) -> bool {
    match (operator, value) {
        // `$options` changes the meaning of the operator next to it.
        ("$not", Bson::Document(inner)) => {
            inner.get("$options") == test.get("$options") && is_part(inner, test)
        }
        ("$ne", value) => test.get("$eq") == Some(value),
        ("$nin", list) => test.get("$in") == Some(list),
        _ => false,
    }
}

fn is_part(part: &Document, whole: &Document) -> bool {
    !part.is_empty() && part.iter().all(|(name, test)| whole.get(name) == Some(test))
}

/// The maximum number of negations that are examined, and of conditions in one of them. It limits the cost.
const NEGATIONS: usize = 64;

/// Returns whether one of the alternatives is the negation of others.
fn complementary(alternatives: &[&Document]) -> bool {
    let mut negations = alternatives.iter().filter_map(|one| negated(one)).take(NEGATIONS);
    negations.any(|negated| negated.iter().all(|one| is_among(one, alternatives)))
}

/// Returns the conditions that this alternative negates, if it is a negation.
fn negated(alternative: &Document) -> Option<Vec<Document>> {
    match single(alternative)? {
        ("$nor", Bson::Array(list)) if !list.is_empty() && list.len() <= NEGATIONS => {
            list.iter().map(|one| one.as_document().cloned()).collect()
        }
        (name, Bson::Document(test)) if !name.starts_with('$') => {
            let (operator, _) = single(test)?;
            if !matches!(operator, "$not" | "$ne" | "$nin" | "$exists") {
                return None;
            }
            let test = Bson::Document(positive(test.clone()).ok()?);
            Some(vec![Document::from_iter([(name.to_owned(), test)])])
        }
        _ => None,
    }
}

/// Returns whether every document that meets this condition meets one of the alternatives.
fn is_among(one: &Document, alternatives: &[&Document]) -> bool {
    if alternatives.contains(&one) {
        return true;
    }
    match single(one) {
        Some(("$or", Bson::Array(list))) if !list.is_empty() && list.len() <= NEGATIONS => {
            list.iter().all(|one| one.as_document().is_some_and(|one| is_among(one, alternatives)))
        }
        _ => false,
    }
}

/// Returns the only element of a document, if it has exactly one.
fn single(document: &Document) -> Option<(&str, &Bson)> {
    let (name, value) = document.iter().next()?;
    (document.len() == 1).then_some((name.as_str(), value))
}

/// Evaluates an expression that consists of constants.
fn truth(expression: &Bson) -> Option<bool> {
    match expression {
        Bson::Boolean(yes) => Some(*yes),
        Bson::Int32(number) => Some(*number != 0),
        Bson::Int64(number) => Some(*number != 0),
        Bson::Double(number) => Some(*number != 0.0),
        Bson::Null => Some(false),
        Bson::String(text) => (!text.starts_with('$')).then_some(true),
        Bson::Document(operator) if operator.len() == 1 => {
            let (name, arguments) = operator.iter().next()?;
            let list = std::slice::from_ref(arguments);
            let list = arguments.as_array().map_or(list, Vec::as_slice);
            match name.as_str() {
                "$and" => all(list.iter().map(truth)),
                "$or" => any(list.iter().map(truth)),
                "$not" => list.first().and_then(|inner| not(truth(inner))),
                "$literal" => literal(arguments),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns whether a value counts as true in an expression.
fn literal(value: &Bson) -> Option<bool> {
    match value {
        Bson::String(_) | Bson::Document(_) | Bson::Array(_) => Some(true),
        value => truth(value),
    }
}
