//! Changes: the elements of a plan.

use std::fmt;

use crate::index::Index;

/// One difference between the declared and the live schema.
///
/// You get them by iterating over a [`Plan`](super::Plan). `Display` is one line for a terminal: `+` marks what
/// `apply` creates, `~` an index that differs from its declaration, `?` an index that is not declared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaChange {
    /// The collection is missing: `apply` creates it.
    #[non_exhaustive]
    CreateCollection {
        /// Its name.
        collection: String,
    },
    /// The index is missing: `apply` creates it.
    #[non_exhaustive]
    CreateIndex {
        /// The collection.
        collection: String,
        /// The index as declared.
        index: Index,
    },
    /// The index exists, but differs from its declaration: `apply` does not change it.
    #[non_exhaustive]
    Differs {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
        /// The index as declared.
        index: Index,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// The index exists, but no model declares it: `apply` does not change it.
    #[non_exhaustive]
    Undeclared {
        /// The collection.
        collection: String,
        /// The name of the live index.
        name: String,
    },
}

/// One property in which a live index differs from the declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    what: &'static str,
    declared: String,
    live: String,
}

impl Difference {
    pub(super) fn new(what: &'static str, declared: impl Into<String>, live: impl Into<String>) -> Self {
        Self { what, declared: declared.into(), live: live.into() }
    }

    /// Returns the property: `keys`, `unique`, `sparse`, `ttl`, `hidden`, `partial filter`, `collation`.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// Returns the declared value as a text.
    pub fn declared(&self) -> &str {
        &self.declared
    }

    /// Returns the live value as a text.
    pub fn live(&self) -> &str {
        &self.live
    }
}

/// `declared ttl 90d, live 30d`
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "declared {} {}, live {}", self.what, self.declared, self.live)
    }
}

impl SchemaChange {
    /// Returns the collection of the change.
    pub fn collection(&self) -> &str {
        match self {
            Self::CreateCollection { collection }
            | Self::CreateIndex { collection, .. }
            | Self::Differs { collection, .. }
            | Self::Undeclared { collection, .. } => collection,
        }
    }

    /// Returns whether `apply` makes this change.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::CreateCollection { .. } | Self::CreateIndex { .. })
    }
}

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateCollection { collection } => write!(f, "+ {collection}: create collection"),
            Self::CreateIndex { collection, index } => write!(f, "+ {collection}: create index {index}"),
            Self::Differs { collection, name, differences, .. } => {
                write!(
                    f,
                    "~ {collection}.{name}: {} (not changed: {})",
                    join(differences),
                    remedy(differences)
                )
            }
            Self::Undeclared { collection, name } => {
                write!(f, "? {collection}.{name}: not declared, left alone")
            }
        }
    }
}

/// Returns all differences on one line.
pub(super) fn join(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ")
}

/// Returns what to do to remove the differences. `collMod` alters some options in place.
fn remedy(differences: &[Difference]) -> &'static str {
    let in_place = |difference: &Difference| match difference.what {
        "hidden" => true,
        "ttl" => difference.declared != "none",
        _ => false,
    };
    if differences.iter().all(in_place) {
        "alter it with `collMod`"
    } else {
        "drop it and apply again, or give the declared index another name"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Direction;

    fn differs(differences: Vec<Difference>) -> String {
        let index = Index::new().key("expiresAt", Direction::Ascending);
        let (collection, name) = ("orders".to_owned(), "expiresAt_1".to_owned());
        SchemaChange::Differs { collection, name, index, differences }.to_string()
    }

    #[test]
    fn lines_for_a_terminal() {
        let collection = "orders".to_owned();
        let change = SchemaChange::CreateCollection { collection: collection.clone() };
        assert_eq!(change.to_string(), "+ orders: create collection");
        let index = Index::new().key("reference", Direction::Ascending).unique();
        let change = SchemaChange::CreateIndex { collection: collection.clone(), index };
        assert_eq!(change.to_string(), "+ orders: create index reference_1 (unique)");
        let change = SchemaChange::Undeclared { collection, name: "old_1".to_owned() };
        assert_eq!(change.to_string(), "? orders.old_1: not declared, left alone");
    }

    #[test]
    fn a_difference_shows_the_remedy() {
        assert_eq!(
            differs(vec![Difference::new("ttl", "90d", "30d")]),
            "~ orders.expiresAt_1: declared ttl 90d, live 30d (not changed: alter it with `collMod`)"
        );
        assert_eq!(
            differs(vec![Difference::new("unique", "yes", "no"), Difference::new("ttl", "90d", "none")]),
            "~ orders.expiresAt_1: declared unique yes, live no; declared ttl 90d, live none (not changed: drop it \
             and apply again, or give the declared index another name)"
        );
        assert!(differs(vec![Difference::new("ttl", "none", "30d")]).contains("drop it and apply again"));
    }
}
