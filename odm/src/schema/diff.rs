//! The comparison of declared indexes with live ones, without I/O.

use super::{
    change::{Difference, Impact, SchemaChange},
    live::LiveIndex,
    spec::{Property, Spec},
};
use crate::index::Index;

/// A declared index, and what the server is expected to make of it.
#[derive(Debug, Clone)]
pub(super) struct DeclaredIndex {
    pub(super) index: Index,
    pub(super) spec: Spec,
}

/// What a plan says about an index that no model declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum UndeclaredPolicy {
    #[default]
    Report,
    /// Hide it, or drop it if it is hidden.
    Drop,
}

/// Returns the changes of one collection. `live` is `None` if the collection does not exist. `known` are the names of
/// indexes that no model declares and that are left out.
pub(super) fn diff(
    collection: &str,
    declared: &[DeclaredIndex],
    live: Option<&[LiveIndex]>,
    undeclared: UndeclaredPolicy,
    known: &[&str],
) -> Vec<SchemaChange> {
    let mut changes = Vec::new();
    let is_new = live.is_none();
    if is_new {
        let (collection, options) = (collection.to_owned(), Box::default());
        changes.push(SchemaChange::CreateCollection { collection, options, validator: None });
    }
    let live = live.unwrap_or_default();
    let mut matched: Vec<&str> = known.to_vec();
    for declaration in declared {
        let found = conflicting(declaration, declared, live);
        matched.extend(found.iter().map(|live| live.spec.name.as_str()));
        changes.extend(change(collection, declaration, &found, is_new));
    }
    // In place first: the server refuses to modify indexes while it builds one.
    changes.sort_by_key(|change| match change {
        SchemaChange::CreateCollection { .. } => 0,
        SchemaChange::ModifyIndex { .. } => 1,
        SchemaChange::RebuildIndex { .. } => 2,
        _ => 3,
    });
    let foreign = live.iter().filter(|live| !matched.contains(&live.spec.name.as_str()));
    changes.extend(foreign.map(|live| of_undeclared(collection, live, undeclared)));
    changes
}

fn of_undeclared(collection: &str, live: &LiveIndex, undeclared: UndeclaredPolicy) -> SchemaChange {
    let (collection, name) = (collection.to_owned(), live.spec.name.clone());
    match undeclared {
        UndeclaredPolicy::Report => SchemaChange::Undeclared { collection, name },
        UndeclaredPolicy::Drop if live.spec.is_hidden() => SchemaChange::DropIndex { collection, name },
        UndeclaredPolicy::Drop => SchemaChange::HideIndex { collection, name },
    }
}

/// Returns the live indexes beside which the server would not create the declared one: one that it treats as the same
/// index, one with the same name, and another text index. If the same index exists and the declaration specifies no
/// name, the others do not matter.
fn conflicting<'a>(
    declaration: &DeclaredIndex,
    declared: &[DeclaredIndex],
    live: &'a [LiveIndex],
) -> Vec<&'a LiveIndex> {
    // The live index has the name of another declaration, which replaces it.
    let is_replaced = |live: &LiveIndex| {
        declared.iter().any(|other| other.spec.name == live.spec.name && !other.spec.is_same(&live.spec))
    };
    let (spec, is_named) = (&declaration.spec, declaration.index.is_named());
    let is_same = |live: &&LiveIndex| spec.is_same(&live.spec) && (is_named || !is_replaced(live));
    if let Some(same) = live.iter().find(is_same)
        && !is_named
    {
        return vec![same];
    }
    let has_its_place = |live: &&LiveIndex| {
        spec.name == live.spec.name || is_same(live) || (spec.is_text() && live.spec.is_text())
    };
    live.iter().filter(has_its_place).collect()
}

/// Returns what to do about the declared index, if anything.
fn change(
    collection: &str,
    declaration: &DeclaredIndex,
    found: &[&LiveIndex],
    is_new: bool,
) -> Option<SchemaChange> {
    let (collection, index) = (collection.to_owned(), declaration.index.clone());
    let create = |is_building, impact| {
        Some(SchemaChange::CreateIndex {
            collection: collection.clone(),
            index: index.clone(),
            impact,
            is_building,
        })
    };
    let Some(first) = found.first() else {
        let impact = match (is_new, index.ttl()) {
            (true, _) => Impact::Safe,
            (false, None) => Impact::Slow,
            (false, Some(_)) => Impact::Destructive,
        };
        return create(false, impact);
    };
    let mut differences = declaration.spec.differences(&first.spec);
    let properties: Vec<Property> = differences.iter().map(|(property, _)| *property).collect();
    let renamed =
        found.iter().find(|live| live.spec.name != declaration.spec.name).filter(|_| index.is_named());
    let is_renamed = renamed.is_some();
    if let Some(live) = renamed {
        let name = Difference::new("name", live.spec.name.clone(), declaration.spec.name.clone());
        differences.insert(0, (Property::Keys, name));
    }
    let differences: Vec<Difference> = differences.into_iter().map(|(_, difference)| difference).collect();
    if let ([live], false) = (found, is_renamed) {
        if differences.is_empty() {
            return if live.is_building { create(true, Impact::Slow) } else { None };
        }
        if let Some(impact) = in_place(&declaration.spec, &live.spec, &properties) {
            let name = live.spec.name.clone();
            return Some(SchemaChange::ModifyIndex { collection, name, index, differences, impact });
        }
    }
    let replaces = found.iter().map(|live| live.spec.name.clone()).collect();
    Some(SchemaChange::RebuildIndex { collection, replaces, index, differences })
}

/// Returns the impact of modifying the index in place, if `collMod` can change all these properties.
fn in_place(declared: &Spec, live: &Spec, properties: &[Property]) -> Option<Impact> {
    let impacts: Option<Vec<Impact>> = properties
        .iter()
        .map(|property| match property {
            Property::Hidden | Property::PrepareUnique => Some(Impact::Safe),
            Property::Ttl if live.accepts_ttl() => match (declared.ttl?, live.ttl) {
                (declared, Some(live)) if declared > live => Some(Impact::Safe),
                _ => Some(Impact::Destructive),
            },
            Property::Unique if declared.is_unique() && !live.is_text() => Some(Impact::Slow),
            _ => None,
        })
        .collect();
    impacts?.into_iter().max()
}

#[cfg(test)]
mod tests;
