//! The result of applying a plan.

use std::fmt;

/// The collections and indexes that were created.
///
/// You get one from [`Plan::apply`](super::Plan::apply). `Display` prints one line for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    pub(super) collections: Vec<String>,
    pub(super) indexes: Vec<(String, String)>,
}

impl Applied {
    /// Returns whether nothing was created.
    pub fn is_empty(&self) -> bool {
        self.collections.is_empty() && self.indexes.is_empty()
    }

    /// Returns the names of the collections created.
    pub fn collections(&self) -> impl ExactSizeIterator<Item = &str> {
        self.collections.iter().map(String::as_str)
    }

    /// Returns the collections and names of the indexes created, including those that another process created between
    /// `plan` and `apply`.
    pub fn indexes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.indexes.iter().map(|(collection, index)| (collection.as_str(), index.as_str()))
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing to create");
        }
        let collections = self.collections().map(|collection| format!("created collection {collection}"));
        let indexes = self.indexes().map(|(collection, index)| format!("created index {collection}.{index}"));
        let lines: Vec<String> = collections.chain(indexes).collect();
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_each() {
        let mut applied = Applied::default();
        assert_eq!(applied.to_string(), "nothing to create");
        applied.collections.push("orders".to_owned());
        applied.indexes.push(("orders".to_owned(), "a_1".to_owned()));
        assert_eq!(applied.to_string(), "created collection orders\ncreated index orders.a_1");
    }
}
