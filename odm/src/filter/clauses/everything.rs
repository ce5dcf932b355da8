//! Filters that match every document, whatever it holds: what `update_many` and `delete_many` refuse.

use mongodb::bson::{Bson, Document};

use super::{Clauses, element::is_logical, render::is_operators};

impl Clauses {
    /// Whether the form alone tells that every document matches.
    pub(super) fn matches_everything(&self) -> bool {
        all(self.iter().map(|clause| condition(&clause.name, &clause.test))) == Some(true)
    }
}

/// What is known of every document: that all of it holds, that something does not, or neither.
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
    all(document.iter().map(|(name, test)| condition(name, test)))
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

/// The operators on a field; every document has an `_id`.
fn operators(test: &Document, id: bool) -> Option<bool> {
    all(test.iter().map(|(operator, value)| match (operator.as_str(), value) {
        ("$in" | "$all" | "$bitsAnySet" | "$bitsAnyClear", Bson::Array(list)) if list.is_empty() => {
            Some(false)
        }
        ("$nin", Bson::Array(list)) if list.is_empty() => Some(true),
        ("$not", Bson::Document(inner)) if is_operators(inner) => not(operators(inner, id)),
        ("$exists", Bson::Boolean(exists)) if id => Some(*exists),
        // No element meets it, but where there is none, none meets what all would meet.
        ("$elemMatch", Bson::Document(inner)) => {
            let inner = if is_operators(inner) { operators(inner, false) } else { document(inner) };
            inner.filter(|holds| !holds)
        }
        _ => None,
    }))
}

/// Whether one of the alternatives is what another is not.
fn complementary(alternatives: &[&Document]) -> bool {
    alternatives.iter().any(|one| {
        let complements = complements(one);
        alternatives.iter().any(|other| complements.contains(other))
    })
}

fn complements(alternative: &Document) -> Vec<Document> {
    let single = |name: &str, value: Bson| Document::from_iter([(name.to_owned(), value)]);
    let mut complements = vec![single("$nor", Bson::Array(vec![alternative.clone().into()]))];
    if let Some((name, Bson::Document(test))) = alternative.iter().next()
        && alternative.len() == 1
        && is_operators(test)
    {
        let mut negated = vec![single("$not", test.clone().into())];
        if let Some((operator, value)) = test.iter().next()
            && test.len() == 1
        {
            negated.extend(match (operator.as_str(), value) {
                ("$eq", value) => Some(single("$ne", value.clone())),
                ("$in", list) => Some(single("$nin", list.clone())),
                ("$exists", Bson::Boolean(exists)) => Some(single("$exists", (!exists).into())),
                _ => None,
            });
        }
        complements.extend(negated.into_iter().map(|test| single(name, test.into())));
    }
    complements
}

/// Whether an expression of constants alone is true.
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

/// Whether a value counts as true.
fn literal(value: &Bson) -> Option<bool> {
    match value {
        Bson::String(_) | Bson::Document(_) | Bson::Array(_) => Some(true),
        value => truth(value),
    }
}
