//! Limits how deep the BSON values of a caller nest. A value that exceeds the limit is dropped without recursion.
//!
//! `bson` clones, formats, writes and drops a value by recursion without a bound. The values of filters, updates and
//! pipelines are checked here first, so `bson` never processes a value that is too deep. If a caller keeps a clone of
//! such a value, dropping that clone can still overflow the stack.

use mongodb::bson::{Bson, Document};

use crate::error::codec::{CodecError, CodecResult};

/// The maximum number of levels of a filter, an update or a pipeline: the limit of the server for a command, less the
/// levels that the command itself adds.
pub(crate) const MAX_NESTING: u16 = 190;

/// The maximum number of levels of an option that the driver writes through serde, which uses the most stack.
pub(crate) const MAX_OPTION: u16 = 24;

/// Returns the value, if it has at most `levels` levels.
pub(crate) fn bounded(value: Bson, levels: u16) -> CodecResult<Bson> {
    if fits(&value, levels) {
        return Ok(value);
    }
    take_apart(vec![value]);
    Err(too_deep(levels))
}

/// Returns the document, if it has at most `levels` levels.
pub(crate) fn bounded_document(document: Document, levels: u16) -> CodecResult<Document> {
    if document_fits(&document, levels) {
        return Ok(document);
    }
    take_apart(document.into_iter().map(|(_, value)| value).collect());
    Err(too_deep(levels))
}

/// Returns the documents, if each has at most `levels` levels.
pub(crate) fn bounded_documents(
    documents: impl IntoIterator<Item = Document>,
    levels: u16,
) -> CodecResult<Vec<Document>> {
    // Checks all of them first: otherwise those after the first error would be dropped with recursion.
    let bounded: Vec<CodecResult<Document>> =
        documents.into_iter().map(|document| bounded_document(document, levels)).collect();
    bounded.into_iter().collect()
}

/// Returns the value with the number of its levels, if it has at most `most`.
pub(crate) fn nested_levels(value: Bson, most: u16) -> CodecResult<(Bson, u16)> {
    match levels(&value, most) {
        Some(levels) => Ok((value, levels)),
        None => bounded(value, most).map(|value| (value, most)),
    }
}

/// Returns the number of levels of a value, or `None` if it has more than `most`.
fn levels(value: &Bson, most: u16) -> Option<u16> {
    let inside = |mut values: Box<dyn Iterator<Item = &Bson> + '_>| {
        let most = most.checked_sub(1)?;
        values
            .try_fold(0, |deepest: u16, value| Some(deepest.max(levels(value, most)?)))
            .map(|levels| levels + 1)
    };
    match value {
        Bson::Document(document) => inside(Box::new(document.values())),
        Bson::Array(items) => inside(Box::new(items.iter())),
        Bson::JavaScriptCodeWithScope(code) => inside(Box::new(code.scope.values())),
        _ => Some(0),
    }
}

fn fits(value: &Bson, levels: u16) -> bool {
    match value {
        Bson::Document(document) => document_fits(document, levels),
        Bson::Array(items) => levels > 0 && items.iter().all(|item| fits(item, levels - 1)),
        Bson::JavaScriptCodeWithScope(code) => document_fits(&code.scope, levels),
        _ => true,
    }
}

fn document_fits(document: &Document, levels: u16) -> bool {
    levels > 0 && document.values().all(|value| fits(value, levels - 1))
}

fn take_apart(mut left: Vec<Bson>) {
    while let Some(value) = left.pop() {
        match value {
            Bson::Document(document) => left.extend(document.into_iter().map(|(_, value)| value)),
            Bson::Array(items) => left.extend(items),
            Bson::JavaScriptCodeWithScope(code) => {
                left.extend(code.scope.into_iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
}

#[cold]
pub(crate) fn too_deep(levels: u16) -> CodecError {
    CodecError::new(format!("at most {levels} nested levels"), "more")
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{JavaScriptCodeWithScope, doc};

    use super::*;

    fn nested(levels: u32, one_more: impl Fn(Bson) -> Bson) -> Bson {
        (0..levels).fold(Bson::Null, |inner, _| one_more(inner))
    }

    #[test]
    fn documents_arrays_and_scopes_are_levels() {
        let scope = |inner| {
            Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
                code: String::new(),
                scope: doc! { "x": inner },
            })
        };
        for value in [
            nested(5, |inner| doc! { "x": 1, "y": inner }.into()),
            nested(5, |inner| vec![Bson::Null, inner].into()),
            nested(5, scope),
        ] {
            assert_eq!(bounded(value.clone(), 5), Ok(value.clone()));
            assert_eq!(bounded(value, 4), Err(too_deep(4)));
        }
        assert_eq!(bounded(Bson::Null, 0), Ok(Bson::Null));
    }

    #[test]
    fn a_million_levels_are_an_error_on_a_small_stack() {
        let work = || {
            let deep = nested(1_000_000, |inner| doc! { "x": inner }.into());
            assert_eq!(bounded(deep, MAX_NESTING), Err(too_deep(MAX_NESTING)));
        };
        std::thread::Builder::new().stack_size(128 << 10).spawn(work).unwrap().join().unwrap();
    }
}
