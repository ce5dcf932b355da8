//! Properties of an index that the server would refuse, or with which it would be useless, found before anything is
//! sent.

mod keys;
mod options;
mod partial;

use super::Index;

impl Index {
    /// Returns why the server would refuse this index, or why it would be useless, as a phrase to follow its name.
    /// Returns `None` if it is valid.
    ///
    /// ```
    /// use odm::index::{Index, IndexType::{Ascending, Hashed}};
    ///
    /// assert_eq!(Index::new().key("a", Ascending).problem(), None);
    /// assert_eq!(Index::new().problem().as_deref(), Some("has no keys"));
    /// let hashed = Index::new().key("a", Hashed).unique();
    /// assert_eq!(hashed.problem().as_deref(), Some("is hashed and unique: the server cannot compare the values"));
    /// ```
    pub fn problem(&self) -> Option<String> {
        keys::names(&self.keys)
            .or_else(|| keys::types(self))
            .or_else(|| keys::arrays(&self.keys))
            .or_else(|| options::problem(self))
            .or_else(|| self.name_problem())
    }

    fn name_problem(&self) -> Option<String> {
        match self.name.as_deref()? {
            "" => Some("has an empty name".to_owned()),
            "*" => Some("is named `*`, which stands for every index".to_owned()),
            "_id_" => Some("is named `_id_`, which is the index on `_id`".to_owned()),
            name if name.contains('\0') => Some("has a name with a null character".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::IndexType::Ascending;

    #[test]
    fn names() {
        let named = |name: &str| Index::new().key("a", Ascending).named(name).problem().unwrap_or_default();
        assert_eq!(named("mine"), "");
        assert_eq!(named(""), "has an empty name");
        assert_eq!(named("*"), "is named `*`, which stands for every index");
        assert_eq!(named("_id_"), "is named `_id_`, which is the index on `_id`");
    }
}
