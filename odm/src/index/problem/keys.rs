//! Problems of the keys: their names, their types together, and the arrays that they go through.

use std::collections::HashSet;

use crate::index::{
    Index, IndexType,
    key::{EVERY_FIELD, Key},
};

/// The maximum number of fields of an index.
const WIDEST: usize = 32;

pub(super) fn names(keys: &[Key]) -> Option<String> {
    if keys.is_empty() {
        return Some("has no keys".to_owned());
    }
    if keys.len() > WIDEST {
        return Some(format!("has {} keys: the server takes at most {WIDEST}", keys.len()));
    }
    if let [key] = keys
        && key.field == "_id"
        && key.index_type.is_ordered()
    {
        return Some("is on `_id` alone: every collection has that index, and it is unique".to_owned());
    }
    let mut seen = HashSet::new();
    keys.iter().find_map(|key| {
        let field = key.field.as_str();
        let bad = |reason: &str| Some(format!("has the key `{}`, {reason}", field.escape_debug()));
        if let Some(problem) = &key.problem {
            return Some(format!("has a key that is not a name: {problem}"));
        }
        if !seen.insert(field) {
            return bad("twice");
        }
        if field == EVERY_FIELD && matches!(key.index_type, IndexType::Text | IndexType::Wildcard) {
            return None;
        }
        name(field).and_then(bad)
    })
}

/// Returns why the name is not one of a stored field.
pub(super) fn name(field: &str) -> Option<&'static str> {
    if field.split('.').any(str::is_empty) {
        Some("which has an empty part")
    } else if field.split('.').any(|part| part == EVERY_FIELD) {
        Some("which stands for every field: the type of its index is `Text` or `Wildcard`")
    } else if field.split('.').any(|part| part.starts_with('$')) {
        Some("in which a part begins with `$`: name the stored field, not an update's position")
    } else if field.contains('\0') {
        Some("which contains a null character")
    } else {
        None
    }
}

pub(super) fn types(index: &Index) -> Option<String> {
    let types: Vec<IndexType> = index.keys().map(|(_, index_type)| index_type).collect();
    let count = |wanted: IndexType| types.iter().filter(|index_type| **index_type == wanted).count();
    let special = [IndexType::Text, IndexType::Geo2dSphere, IndexType::Geo2d, IndexType::Hashed];
    let used: Vec<String> = special
        .into_iter()
        .filter(|index_type| count(*index_type) > 0)
        .map(|index_type| format!("`{index_type}`"))
        .collect();
    let problem = if count(IndexType::Wildcard) > 0 && types.len() > 1 {
        "is a wildcard index with several keys: the server takes one"
    } else if used.len() > 1 {
        return Some(format!(
            "has keys of the types {}: the server takes one of them in an index",
            used.join(" and ")
        ));
    } else if count(IndexType::Hashed) > 1 {
        "has two hashed keys: the server takes one"
    } else if count(IndexType::Hashed) > 0 && index.is_unique() {
        "is hashed and unique: the server cannot compare the values"
    } else if count(IndexType::Geo2d) > 1 {
        "has two `2d` keys: the server takes one"
    } else if count(IndexType::Geo2d) > 0 && types.first() != Some(&IndexType::Geo2d) {
        "has a `2d` key that is not the first: the server takes it only there"
    } else if !are_adjacent(&types) {
        "has text keys that do not follow each other: the server takes no other key between them"
    } else {
        return None;
    };
    Some(problem.to_owned())
}

/// Returns whether no other key is between two text keys.
fn are_adjacent(types: &[IndexType]) -> bool {
    let is_text = |index_type: &IndexType| *index_type == IndexType::Text;
    let (first, last) = (types.iter().position(is_text), types.iter().rposition(is_text));
    match (first, last) {
        (Some(first), Some(last)) => types.get(first..=last).is_none_or(|types| types.iter().all(is_text)),
        _ => true,
    }
}

/// The server refuses documents in which two keys are arrays, or are in arrays, that are not inside each other.
pub(super) fn arrays(keys: &[Key]) -> Option<String> {
    if let Some(key) = keys.iter().find(|key| key.index_type == IndexType::Hashed)
        && let Some(array) = key.array()
    {
        let field = &key.field;
        return Some(format!("hashes `{field}`, but `{array}` is an array: the server does not hash arrays"));
    }
    let ordered = || keys.iter().filter(|key| key.index_type.is_ordered());
    let is_inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    ordered().enumerate().find_map(|(position, key)| {
        let array = key.array()?;
        let other = ordered().take(position).find_map(|other| {
            let other = other.array()?;
            (!is_inside(array, other) && !is_inside(other, array)).then_some(other)
        })?;
        Some(format!(
            "contains the elements of two arrays, `{other}` and `{array}`: the server refuses a document with both"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::IndexType::*;

    fn on(field: &str) -> Index {
        Index::new().key(field, Ascending)
    }

    fn problem(index: &Index) -> String {
        index.problem().unwrap_or_default()
    }

    #[test]
    fn names_of_keys() {
        assert_eq!(problem(&Index::new()), "has no keys");
        assert_eq!(problem(&on("a").key("b", Descending)), "");
        assert_eq!(problem(&on("a").key("b", Ascending).key("a", Descending)), "has the key `a`, twice");
        let wide = (0..33).fold(Index::new(), |index, n| index.key(format!("f{n}"), Ascending));
        assert_eq!(problem(&wide), "has 33 keys: the server takes at most 32");
        assert_eq!(problem(&on("a..b")), "has the key `a..b`, which has an empty part");
        assert_eq!(problem(&on("a\0b")), r"has the key `a\0b`, which contains a null character");
        assert_eq!(
            problem(&on("lines.$[].qty")),
            "has the key `lines.$[].qty`, in which a part begins with `$`: name the stored field, not an \
             update's position"
        );
        assert_eq!(
            problem(&on("a.$**")),
            "has the key `a.$**`, which stands for every field: the type of its index is `Text` or `Wildcard`"
        );
        assert_eq!(problem(&on("lines.0.qty")), "");
        assert_eq!(problem(&Index::new().key("$**", Text)), "");
        assert_eq!(problem(&Index::new().key("$**", Wildcard)), "");
    }

    #[test]
    fn the_index_on_id_is_there_already() {
        let words = "is on `_id` alone: every collection has that index, and it is unique";
        assert_eq!(problem(&on("_id")), words);
        assert_eq!(problem(&on("_id").unique()), words);
        assert_eq!(problem(&on("_id").key("a", Ascending)), "");
        assert_eq!(problem(&Index::new().key("_id", Hashed)), "");
    }

    #[test]
    fn types_that_do_not_go_together() {
        let types = |types: &[IndexType]| {
            let names = ["a", "b", "c", "d"];
            names
                .iter()
                .zip(types)
                .fold(Index::new(), |index, (name, index_type)| index.key(*name, *index_type))
        };
        for (keys, expected) in [
            (&[Wildcard, Ascending][..], "is a wildcard index with several keys: the server takes one"),
            (
                &[Text, Hashed],
                "has keys of the types `text` and `hashed`: the server takes one of them in an index",
            ),
            (&[Hashed, Hashed], "has two hashed keys: the server takes one"),
            (&[Geo2d, Geo2d], "has two `2d` keys: the server takes one"),
            (&[Ascending, Geo2d], "has a `2d` key that is not the first: the server takes it only there"),
            (
                &[Text, Ascending, Text],
                "has text keys that do not follow each other: the server takes no other key between them",
            ),
            (&[Ascending, Text, Text, Descending], ""),
            (&[Geo2d, Ascending], ""),
            (&[Ascending, Geo2dSphere, Geo2dSphere], ""),
            (&[Ascending, Hashed, Descending], ""),
        ] {
            assert_eq!(problem(&types(keys)), expected, "{keys:?}");
        }
    }

    #[test]
    fn arrays_that_are_not_inside_each_other() {
        let key = |field: &str, array, index_type| Key { array, ..Key::new(field.to_owned(), index_type) };
        let index = |keys: [Key; 2]| keys.into_iter().fold(Index::new(), Index::with_key);
        let ordered = |field: &str, array| key(field, array, Ascending);
        assert_eq!(problem(&index([ordered("lines.tags", 10), ordered("lines.qty", 5)])), "");
        assert_eq!(problem(&index([ordered("lines.qty", 5), ordered("lines.sku", 5)])), "");
        assert_eq!(
            problem(&index([ordered("lines.tags", 10), ordered("lines.sizes", 11)])),
            "contains the elements of two arrays, `lines.tags` and `lines.sizes`: the server refuses a document with \
             both"
        );
        assert_eq!(
            problem(&index([ordered("line", 4), ordered("lines", 5)])),
            "contains the elements of two arrays, `line` and `lines`: the server refuses a document with both"
        );
        assert_eq!(problem(&index([ordered("tags", 4), key("words", 5, Text)])), "");
        assert_eq!(
            problem(&index([ordered("a", 0), key("lines.sku", 5, Hashed)])),
            "hashes `lines.sku`, but `lines` is an array: the server does not hash arrays"
        );
    }
}
