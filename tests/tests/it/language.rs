//! The whole language of filters and updates: every operator, what it renders, and what the server does with it.

mod examples;
mod expressions;
mod injection;
mod queries;
mod sent;
mod stages;
mod text;
mod updates;

use odm::bson::{Bson, Document};

/// Returns the names beginning with `$` in a document.
fn operators(sent: &Bson, found: &mut Vec<String>) {
    match sent {
        Bson::Document(document) => {
            for (name, value) in document {
                found.extend(name.starts_with('$').then(|| name.clone()));
                operators(value, found);
            }
        }
        Bson::Array(items) => items.iter().for_each(|item| operators(item, found)),
        _ => {}
    }
}

/// Returns the listed operators that no test case uses.
fn unused<'n>(listed: &[&'n str], sent: impl IntoIterator<Item = Document>) -> Vec<&'n str> {
    let mut found = Vec::new();
    for document in sent {
        operators(&document.into(), &mut found);
    }
    listed.iter().copied().filter(|name| !found.iter().any(|used| used == name)).collect()
}
