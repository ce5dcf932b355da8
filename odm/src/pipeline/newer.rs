//! Which operators of a pipeline a server may not know yet.

use std::{collections::HashMap, sync::LazyLock};

use mongodb::bson::{Bson, Document};

use super::stages;
use crate::{accumulator, expr, expr::Operator};

/// The operators that MongoDB has only since a version after 6.0, with this version. A name that is older in one use, as
/// `$top` is as an accumulator, is not in it.
static NEWER: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut newest: HashMap<&str, Option<&str>> = HashMap::new();
    for Operator { name, since, .. } in expr::operators().chain(accumulator::operators()).chain(stages()) {
        let known = newest.entry(name).or_insert(*since);
        *known = known.and(*since);
    }
    newest.into_iter().filter_map(|(name, since)| Some((name, since?))).collect()
});

/// Returns an operator of the stages that MongoDB has only since a version after 6.0, with this version: the one that needs
/// the latest version.
pub(crate) fn newest_operator(stages: &[Document]) -> Option<(&'static str, &'static str)> {
    let mut newest = None;
    for stage in stages {
        visit(stage, &mut newest);
    }
    newest
}

fn visit(document: &Document, newest: &mut Option<(&'static str, &'static str)>) {
    for (name, value) in document {
        if name.starts_with('$')
            && let Some((name, since)) = NEWER.get_key_value(name.as_str())
            && newest.is_none_or(|(_, latest)| number(since) > number(latest))
        {
            *newest = Some((name, since));
        }
        visit_value(value, newest);
    }
}

fn visit_value(value: &Bson, newest: &mut Option<(&'static str, &'static str)>) {
    match value {
        Bson::Document(document) => visit(document, newest),
        Bson::Array(items) => items.iter().for_each(|item| visit_value(item, newest)),
        _ => {}
    }
}

/// Returns the parts of a version, which are compared one by one.
fn number(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn the_operator_that_needs_the_latest_version_is_found_in_nested_values() {
        let stages = [
            doc! { "$set": { "a": [{ "$bitAnd": ["$b", 1] }, { "$sigmoid": "$c" }] } },
            doc! { "$group": { "_id": null, "m": { "$median": { "input": "$a", "method": "approximate" } } } },
        ];
        assert_eq!(newest_operator(&stages), Some(("$sigmoid", "8.1")));
        assert_eq!(newest_operator(&stages[1..]), Some(("$median", "7.0")));
    }

    #[test]
    fn an_operator_that_is_older_in_another_use_is_not_reported() {
        let top =
            doc! { "$group": { "_id": null, "m": { "$top": { "sortBy": { "a": 1 }, "output": "$a" } } } };
        assert_eq!(newest_operator(&[top]), None);
    }
}
