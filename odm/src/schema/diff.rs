//! The comparison of declared indexes with normalized live ones, without I/O.

use mongodb::bson::Document;

use super::{
    change::{Difference, SchemaChange},
    live::LiveIndex,
};
use crate::index::{Age, Index};

/// Returns the changes of one collection. `live` is `None` if the collection does not exist.
pub(super) fn diff(collection: &str, declared: &[Index], live: Option<&[LiveIndex]>) -> Vec<SchemaChange> {
    let mut changes = Vec::new();
    if live.is_none() {
        changes.push(SchemaChange::CreateCollection { collection: collection.to_owned() });
    }
    let live = live.unwrap_or_default();
    let mut differing = Vec::new();
    let mut known = Vec::new();
    for index in declared {
        let found = live.iter().find(|live| live.is(index));
        // Two indexes cannot have the same name.
        let found = found.or_else(|| live.iter().find(|live| live.name == index.name()));
        let Some(found) = found else {
            changes
                .push(SchemaChange::CreateIndex { collection: collection.to_owned(), index: index.clone() });
            continue;
        };
        known.push(&found.name);
        let differences = differences(index, found);
        if !differences.is_empty() {
            differing.push(SchemaChange::Differs {
                collection: collection.to_owned(),
                name: found.name.clone(),
                index: index.clone(),
                differences,
            });
        }
    }
    changes.append(&mut differing);
    let foreign = live.iter().filter(|live| !known.contains(&&live.name));
    changes.extend(
        foreign.map(|live| SchemaChange::Undeclared {
            collection: collection.to_owned(),
            name: live.name.clone(),
        }),
    );
    changes
}

/// Returns the differences between the live index and the declared one.
fn differences(index: &Index, live: &LiveIndex) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut compare = |what, declared: String, live: String| {
        if declared != live {
            differences.push(Difference::new(what, declared, live));
        }
    };
    compare("keys", index.to_document().to_string(), live.keys.to_string());
    compare("unique", yes(index.is_unique()), yes(live.unique));
    compare("sparse", yes(index.is_sparse()), yes(live.sparse));
    compare("ttl", age(index.ttl().map(|ttl| ttl.as_secs())), live_age(live.ttl));
    compare("hidden", yes(false), yes(live.hidden));
    compare("partial filter", option(None), option(live.partial.as_ref()));
    compare("collation", collation(None), collation(live.collation.as_ref()));
    differences
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

fn age(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "none".to_owned(), |seconds| Age(seconds).to_string())
}

/// A negative age is possible in a database that is older than the server's check of the age.
fn live_age(seconds: Option<i64>) -> String {
    seconds.map_or_else(
        || age(None),
        |seconds| u64::try_from(seconds).map_or_else(|_| format!("{seconds}s"), |seconds| age(Some(seconds))),
    )
}

fn option(document: Option<&Document>) -> String {
    document.map_or_else(|| "none".to_owned(), Document::to_string)
}

fn collation(document: Option<&Document>) -> String {
    let locale = document.map(|collation| collation.get_str("locale").unwrap_or("unknown"));
    locale.map_or_else(|| "the collection's".to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests;
