//! The line of a change in a plan.

use std::fmt;

use super::{Difference, SchemaChange};
use crate::schema::validator::ModelValidator;

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateCollection { collection, validator: None } => {
                write!(f, "+ {collection}: create collection")
            }
            Self::CreateCollection { collection, .. } => {
                write!(f, "+ {collection}: create collection with validator")
            }
            Self::CreateValidator { collection, .. } => write!(f, "+ {collection}: create validator"),
            Self::ModifyValidator { collection, differences, .. } => {
                write!(f, "~ {collection}: modify validator: {}", join(differences))
            }
            Self::DropValidator { collection } => {
                write!(f, "- {collection}: drop validator, which is not declared")
            }
            Self::UndeclaredValidator { collection } => {
                write!(f, "? {collection}: validator is not declared")
            }
            Self::CreateIndex { collection, index, is_building: false, .. } => {
                write!(f, "+ {collection}: create index {index}")
            }
            Self::CreateIndex { collection, index, .. } => {
                write!(f, "+ {collection}: wait for index {index}, which is being built")
            }
            Self::ModifyIndex { collection, name, differences, .. } => {
                write!(f, "~ {collection}: modify index {name}: {}", join(differences))
            }
            Self::RebuildIndex { collection, replaces, index, differences } => {
                let (old, new) = (replaces.join(" and "), index.name());
                write!(f, "-/+ {collection}: rebuild index {old}")?;
                if old != new {
                    write!(f, " as {new}")?;
                }
                write!(f, ": {}", join(differences))
            }
            Self::HideIndex { collection, name } => {
                write!(f, "~ {collection}: hide index {name}, which is not declared")
            }
            Self::DropIndex { collection, name } => {
                write!(f, "- {collection}: drop index {name}, which is not declared")
            }
            Self::Undeclared { collection, name } => {
                write!(f, "? {collection}: index {name} is not declared")
            }
        }?;
        self.impact().map_or(Ok(()), |impact| write!(f, " [{impact}]"))?;
        let rust_only = self.validator().map(ModelValidator::rust_only).unwrap_or_default();
        for (position, rule) in rust_only.iter().enumerate() {
            write!(f, "{}{rule}", if position == 0 { "; checked in Rust only: " } else { ", " })?;
        }
        Ok(())
    }
}

/// Returns all differences on one line.
pub(in crate::schema) fn join(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        index::{Index, IndexType},
        schema::change::Impact,
    };

    #[test]
    fn lines_for_a_terminal() {
        let collection = || "orders".to_owned();
        let index = Index::new().key("reference", IndexType::Ascending).unique();
        let differences = vec![Difference::new("unique", "no", "yes"), Difference::new("ttl", "30d", "90d")];
        let name = || "old_1".to_owned();
        let (impact, is_building) = (Impact::Slow, false);
        for (change, line) in [
            (
                SchemaChange::CreateCollection { collection: collection(), validator: None },
                "+ orders: create collection [safe]",
            ),
            (
                SchemaChange::CreateIndex {
                    collection: collection(),
                    index: index.clone(),
                    impact,
                    is_building,
                },
                "+ orders: create index reference_1 (unique) [slow]",
            ),
            (
                SchemaChange::CreateIndex {
                    collection: collection(),
                    index: index.clone(),
                    impact,
                    is_building: true,
                },
                "+ orders: wait for index reference_1 (unique), which is being built [slow]",
            ),
            (
                SchemaChange::ModifyIndex {
                    collection: collection(),
                    name: name(),
                    index: index.clone(),
                    differences: differences.clone(),
                    impact,
                },
                "~ orders: modify index old_1: unique no -> yes; ttl 30d -> 90d [slow]",
            ),
            (
                SchemaChange::RebuildIndex {
                    collection: collection(),
                    replaces: vec!["reference_1".to_owned()],
                    index: index.clone(),
                    differences: differences.clone(),
                },
                "-/+ orders: rebuild index reference_1: unique no -> yes; ttl 30d -> 90d [destructive]",
            ),
            (
                SchemaChange::RebuildIndex {
                    collection: collection(),
                    replaces: vec![name(), "b_1".to_owned()],
                    index,
                    differences,
                },
                "-/+ orders: rebuild index old_1 and b_1 as reference_1: unique no -> yes; ttl 30d -> 90d \
                 [destructive]",
            ),
            (
                SchemaChange::HideIndex { collection: collection(), name: name() },
                "~ orders: hide index old_1, which is not declared [safe]",
            ),
            (
                SchemaChange::DropIndex { collection: collection(), name: name() },
                "- orders: drop index old_1, which is not declared [destructive]",
            ),
            (
                SchemaChange::Undeclared { collection: collection(), name: name() },
                "? orders: index old_1 is not declared",
            ),
        ] {
            assert_eq!(change.to_string(), line);
            assert_eq!(change.is_destructive(), line.ends_with("[destructive]"));
        }
    }
}
