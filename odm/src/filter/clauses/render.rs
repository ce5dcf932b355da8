//! Renders clauses as the document that is sent.

use mongodb::bson::{Bson, Document, document::Entry};

use super::{Clause, Clauses, element::refuse_whole};
use crate::{
    error::codec::{CodecError, CodecResult},
    value::{document_with_capacity, one_element},
};

impl Clauses {
    /// Renders one document. A second test of a field is merged into the first if their operators differ. Conditions
    /// that cannot be in one document are moved to `$and`.
    pub(crate) fn into_document(self) -> CodecResult<Document> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let mut document = document_with_capacity(1 + self.rest.len());
        let mut spilled: Vec<Bson> = Vec::new();
        for clause in self.first.into_iter().chain(self.rest) {
            match document.entry(clause.name) {
                entry @ Entry::Vacant(_) => {
                    entry.or_insert(clause.test.into_bson());
                }
                Entry::Occupied(entry) => {
                    let name = entry.key().to_owned();
                    let present = document.get_mut(&name);
                    spilled.extend(present.and_then(|present| join(&name, present, clause.test.into_bson())));
                }
            }
        }
        if !spilled.is_empty() {
            match document.get_mut("$and") {
                Some(Bson::Array(all)) => all.extend(spilled),
                Some(_) => return Err(CodecError::new("an array in `$and`", "something else").at("$and")),
                None => {
                    document.insert("$and", spilled);
                }
            }
        }
        Ok(document)
    }

    /// Renders conditions on array elements. Refuses an empty list of conditions, because it would match every
    /// element.
    pub(crate) fn into_nonempty_document(self) -> CodecResult<Document> {
        let document = self.into_document()?;
        if document.is_empty() {
            return Err(CodecError::new("a condition on the elements", "none: it would pick every element"));
        }
        refuse_whole(&document)?;
        Ok(document)
    }

    /// Merges several tests of an array element into one, unless there are other conditions. The element has no name,
    /// so its tests cannot be separate conditions.
    pub(super) fn join_unnamed(&mut self) {
        if self.rest.is_empty() || self.iter().any(|clause| !clause.name.is_empty()) {
            return;
        }
        let Some(first) = self.first.take() else { return };
        let mut all = first.test.into_bson();
        for clause in std::mem::take(&mut self.rest) {
            if let Some(Bson::Document(mut spilled)) = join("", &mut all, clause.test.into_bson())
                && let Some(test) = spilled.remove("")
            {
                self.rest.push(Clause::new(clause.name, test, clause.array));
            }
        }
        self.first = Some(Clause::new(first.name, all, first.array));
    }
}

/// Merges a second test of a field into the first if both can be in one document. Otherwise returns the second as a
/// condition of its own.
fn join(name: &str, present: &mut Bson, value: Bson) -> Option<Bson> {
    match (present, value) {
        // Each path into a variant adds the condition on its tag, so it may already exist.
        (Bson::Document(test), Bson::Document(more)) if repeats(test, &more) => {}
        // Of the names that are operators, only `$and` can be merged.
        (Bson::Document(test), Bson::Document(more)) if !name.starts_with('$') && can_join(test, &more) => {
            test.extend(more);
        }
        (Bson::Document(test), Bson::Document(more))
            if name.is_empty() && is_operators(test) && matches_elements(&more) =>
        {
            join_matches(test, more);
        }
        (Bson::Array(all), Bson::Array(more)) if name == "$and" => all.extend(more),
        (_, value) => {
            return Some(one_element(name.to_owned(), value).into());
        }
    }
    None
}

/// Returns whether every key is an operator, which distinguishes a test from a document to compare with.
pub(super) fn is_operators(test: &Document) -> bool {
    !test.is_empty() && test.keys().all(|key| key.starts_with('$'))
}

/// Returns whether `more` is a single test that an enum holds a variant, and `test` already contains it. Other tests
/// are never dropped: the meaning of `$regex` depends on `$options`, and `==` on documents ignores the order of their
/// fields.
fn repeats(test: &Document, more: &Document) -> bool {
    match more.iter().next() {
        Some((operator, value @ (Bson::String(_) | Bson::Boolean(_)))) if more.len() == 1 => {
            matches!(operator.as_str(), "$eq" | "$exists") && test.get(operator) == Some(value)
        }
        _ => false,
    }
}

fn can_join(test: &Document, more: &Document) -> bool {
    is_operators(test) && is_operators(more) && !more.keys().any(|operator| test.contains_key(operator))
}

/// Returns whether the test is an `$elemMatch`, or an `$all` of `$elemMatch` operators.
fn matches_elements(test: &Document) -> bool {
    let is_match = |item: &Bson| item.as_document().is_some_and(|item| item.contains_key("$elemMatch"));
    match test.iter().next() {
        Some((operator, _)) if operator == "$elemMatch" => test.len() == 1,
        Some((operator, Bson::Array(items))) if operator == "$all" => {
            test.len() == 1 && !items.is_empty() && items.iter().all(is_match)
        }
        _ => false,
    }
}

/// Merges both tests into `{ $all: [{ $elemMatch: .. }, ..] }`. The server accepts several of them on one array only
/// in this form.
fn join_matches(test: &mut Document, mut more: Document) {
    let mut all = take_matches(test);
    all.extend(take_matches(&mut more));
    test.insert("$all", all);
}

fn take_matches(test: &mut Document) -> Vec<Bson> {
    let mut all = match test.remove("$all") {
        Some(Bson::Array(all)) => all,
        _ => Vec::new(),
    };
    if let Some(condition) = test.remove("$elemMatch") {
        all.push(one_element("$elemMatch", condition).into());
    }
    all
}

/// Returns the test that this test negates. Returns the test itself as the error if it is not a negation.
pub(super) fn positive(mut test: Document) -> Result<Document, Document> {
    let negated = match test.iter().next() {
        Some((operator, value)) if test.len() == 1 => match (operator.as_str(), value) {
            ("$not", Bson::Document(_) | Bson::RegularExpression(_)) => "$not",
            ("$ne", _) => "$ne",
            ("$nin", _) => "$nin",
            ("$exists", Bson::Boolean(false)) => "$exists",
            _ => return Err(test),
        },
        _ => return Err(test),
    };
    let mut positive = Document::new();
    match (negated, test.remove(negated)) {
        ("$not", Some(Bson::Document(inner))) => return Ok(inner),
        ("$not", Some(regex)) => positive.insert("$regex", regex),
        ("$ne", Some(value)) => positive.insert("$eq", value),
        ("$nin", Some(values)) => positive.insert("$in", values),
        _ => positive.insert("$exists", true),
    };
    Ok(positive)
}
