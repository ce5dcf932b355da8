//! The line of a change in a plan.

use std::fmt;

use super::{Impact, SchemaChange, join};
use crate::{model::CollectionOptions, schema::validator::ModelValidator};

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateCollection { collection, options, validator } => {
                create_collection(f, collection, options, validator.is_some())
            }
            Self::ModifyCollection { collection, differences, .. } => {
                write!(f, "~ {collection}: modify collection: {}", join(differences))
            }
            Self::RecreateCollection { collection, differences } => write!(
                f,
                "! {collection}: {}: the server does not change this: create the collection again and copy its documents",
                join(differences)
            ),
            Self::ShardCollection { collection, command, is_cluster: true } => {
                write!(f, "! {collection}: not distributed by its shard key: run `{command}`")
            }
            Self::ShardCollection { collection, command, .. } => write!(
                f,
                "? {collection}: the shard key needs a sharded cluster: run `{command}` on one of its routers (mongos)"
            ),
            Self::CreateSearchIndex { collection, index } => {
                write!(f, "+ {collection}: create search index {index}")
            }
            Self::ModifySearchIndex { collection, index, differences, impact: Impact::Manual } => write!(
                f,
                "! {collection}: search index {index}: {}: the server does not change the type: give the index another \
                 name, and drop the old one",
                join(differences)
            ),
            Self::ModifySearchIndex { collection, index, differences, .. } => {
                write!(f, "~ {collection}: modify search index {index}: {}", join(differences))
            }
            Self::DropSearchIndex { collection, name } => {
                write!(f, "- {collection}: drop search index {name}, which is not declared")
            }
            Self::UndeclaredSearchIndex { collection, name } => {
                write!(f, "? {collection}: search index {name} is not declared")
            }
            Self::NoSearch { collection, index } => write!(
                f,
                "? {collection}: search index {index} is missing: this server has no search, which Atlas and a \
                 deployment with mongot have"
            ),
            Self::UndeclaredOption { collection, option } => {
                write!(f, "? {collection}: option {option} is not declared")
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

fn create_collection(
    f: &mut fmt::Formatter<'_>,
    collection: &str,
    options: &CollectionOptions,
    is_validated: bool,
) -> fmt::Result {
    let notes = options.to_string();
    match &options.view {
        Some(view) => write!(f, "+ {collection}: create view on {}", view.on)?,
        None => write!(f, "+ {collection}: create collection")?,
    }
    if !notes.is_empty() {
        write!(f, " ({notes})")?;
    }
    if is_validated { f.write_str(" with validator") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        index::{Index, IndexType},
        schema::change::Difference,
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
                SchemaChange::CreateCollection {
                    collection: collection(),
                    options: Box::default(),
                    validator: None,
                },
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
