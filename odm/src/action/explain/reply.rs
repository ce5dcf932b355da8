//! Reads elements of the reply to `explain`, whose types differ between servers.

use mongodb::bson::{Bson, Document};

pub(super) fn document<'d>(parent: &'d Document, name: &str) -> Option<&'d Document> {
    parent.get(name)?.as_document()
}

pub(super) fn documents<'d>(parent: &'d Document, name: &str) -> impl Iterator<Item = &'d Document> {
    parent.get_array(name).into_iter().flatten().filter_map(Bson::as_document)
}

pub(super) fn text<'d>(parent: &'d Document, name: &str) -> Option<&'d str> {
    parent.get(name)?.as_str()
}

/// Returns a count. Servers send counts in every numeric type.
pub(super) fn number(parent: &Document, name: &str) -> Option<u64> {
    match parent.get(name)? {
        Bson::Int32(number) => u64::try_from(*number).ok(),
        Bson::Int64(number) => u64::try_from(*number).ok(),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
        Bson::Double(number) if *number >= 0.0 => Some(*number as u64),
        _ => None,
    }
}

pub(super) fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}
