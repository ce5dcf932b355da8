//! Conditions on an array element, in the forms that operators require.

use mongodb::bson::{Bson, Document};

use super::Clauses;
use crate::error::codec::{CodecError, CodecResult};

impl Clauses {
    /// Returns the argument of `$elemMatch`.
    pub(in crate::filter) fn into_elem_match(mut self) -> CodecResult<Bson> {
        self.join_unnamed();
        let document = self.into_document()?;
        refuse_whole(&document)?;
        into_element_form(document).map(Bson::Document)
    }
}

pub(super) fn is_logical(name: &str) -> bool {
    matches!(name, "$and" | "$or" | "$nor")
}

/// Refuses conditions on the whole document: the server accepts them only at the top level of a filter.
pub(super) fn refuse_whole(document: &Document) -> CodecResult<()> {
    document.iter().try_for_each(|(name, value)| match value {
        _ if matches!(name.as_str(), "$expr" | "$text" | "$where") => {
            let found = format!("`{name}`, which is about the whole document");
            Err(CodecError::new("a condition on the elements", found))
        }
        Bson::Array(branches) if is_logical(name) => {
            branches.iter().filter_map(Bson::as_document).try_for_each(refuse_whole)
        }
        _ => Ok(()),
    })
}

fn mentions_unnamed(document: &Document) -> bool {
    document.iter().any(|(name, value)| match value {
        _ if name.is_empty() => true,
        Bson::Array(branches) if is_logical(name) => {
            branches.iter().any(|branch| branch.as_document().is_some_and(mentions_unnamed))
        }
        _ => false,
    })
}

/// Converts conditions on an element to the form of `$elemMatch` and `$pull`. Elements that are plain values or
/// arrays have an empty name. Their operators are written without a name, and the server accepts no logical operator
/// next to them.
pub(crate) fn into_element_form(mut document: Document) -> CodecResult<Document> {
    if !mentions_unnamed(&document) {
        return Ok(document);
    }
    match document.remove("") {
        Some(Bson::Document(test)) if document.is_empty() => Ok(test),
        Some(_) => Err(plain_elements("the same operator twice, or a field beside an operator")),
        None => Err(plain_elements("`|` or `!`")),
    }
}

#[cold]
fn plain_elements(found: &'static str) -> CodecError {
    CodecError::new("operators joined with `&` on the elements of an array of plain values", found)
}

/// Converts conditions on an element to the form of an array filter, where every name begins with the identifier of
/// the element.
pub(crate) fn prefixed(identifier: &str, document: Document) -> Document {
    let branch = |branch| match branch {
        Bson::Document(branch) => Bson::Document(prefixed(identifier, branch)),
        other => other,
    };
    let mut filter = Document::new();
    for (name, value) in document {
        match value {
            Bson::Array(branches) if is_logical(&name) => {
                filter.insert(name, branches.into_iter().map(branch).collect::<Vec<Bson>>());
            }
            value if name.is_empty() => {
                filter.insert(identifier, value);
            }
            // A raw test of a plain value: `{ $gt: 5 }`.
            value if name.starts_with('$') => {
                if let Bson::Document(test) = filter.entry(identifier).or_insert(Document::new().into()) {
                    test.insert(name, value);
                }
            }
            value => {
                filter.insert(format!("{identifier}.{name}"), value);
            }
        }
    }
    filter
}
