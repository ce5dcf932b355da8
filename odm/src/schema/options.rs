//! The comparison of the declared options of a collection with the live ones, without I/O.

mod normal;

use mongodb::bson::{Document, doc};

use self::normal::{Kind, Normal};
use super::{
    change::{Difference, Impact, SchemaChange},
    diff::UndeclaredPolicy,
    live::LiveCollection,
    spec::{self, age, or_none},
};
use crate::model::CollectionOptions;

/// The declared options of a collection.
#[derive(Debug, Clone, Default)]
pub(super) struct DeclaredOptions {
    pub(super) options: CollectionOptions,
    /// The default collation, with the values that the server fills in.
    pub(super) collation: Option<Document>,
}

/// The names of the differences that `collMod` removes.
pub(super) const SIZE: &str = "size";
pub(super) const MAX: &str = "max";
pub(super) const GRANULARITY: &str = "granularity";
pub(super) const EXPIRES: &str = "expires after";
pub(super) const IMAGES: &str = "pre- and post-images";
pub(super) const VIEW_ON: &str = "view on";
pub(super) const PIPELINE: &str = "pipeline";

/// Returns the changes of an existing collection.
pub(super) fn diff(
    collection: &str,
    declared: &DeclaredOptions,
    live: &LiveCollection,
    undeclared: UndeclaredPolicy,
    is_known: bool,
) -> Vec<SchemaChange> {
    let mut found = Found::default();
    let live = Normal::read(&live.options);
    found.compare(&declared.normal(&live.collation), &live);
    if undeclared == UndeclaredPolicy::Drop && found.images && !is_known {
        found.images = false;
        found.in_place(IMAGES, "on", "off", Impact::Destructive);
    }
    let name = || collection.to_owned();
    let mut changes = Vec::new();
    if let Some(impact) = found.in_place.iter().map(|(_, impact)| *impact).max() {
        let differences = found.in_place.into_iter().map(|(difference, _)| difference).collect();
        let options = Box::new(declared.options.clone());
        changes.push(SchemaChange::ModifyCollection { collection: name(), options, differences, impact });
    }
    if !found.manual.is_empty() {
        changes.push(SchemaChange::RecreateCollection { collection: name(), differences: found.manual });
    }
    if !is_known {
        let images = found.images.then(|| IMAGES.to_owned());
        let options = found.undeclared.into_iter().chain(images);
        changes.extend(options.map(|option| SchemaChange::UndeclaredOption { collection: name(), option }));
    }
    changes
}

/// The differences from the live options to the declared ones.
#[derive(Default)]
struct Found {
    /// What `collMod` changes.
    in_place: Vec<(Difference, Impact)>,
    /// What only another collection can have.
    manual: Vec<Difference>,
    /// What the live collection has and no model declares.
    undeclared: Vec<String>,
    /// The live collection keeps pre- and post-images, and no model declares that.
    images: bool,
}

impl Found {
    fn in_place(
        &mut self,
        what: &'static str,
        live: impl Into<String>,
        declared: impl Into<String>,
        impact: Impact,
    ) {
        self.in_place.push((Difference::new(what, live, declared), impact));
    }

    fn manual(&mut self, what: &'static str, live: impl Into<String>, declared: impl Into<String>) {
        self.manual.push(Difference::new(what, live, declared));
    }

    fn compare(&mut self, declared: &Normal, live: &Normal) {
        if declared.kind == live.kind {
            self.capped(declared, live);
            self.time_series(declared, live);
            self.expiry(declared.expires, live.expires);
            self.view(declared, live);
        } else if declared.kind == Kind::Ordinary {
            self.undeclared.push(live.to_string());
        } else {
            self.manual("type", live.kind.name(), declared.kind.name());
        }
        let (to, from) = spec::collations(&declared.collation, &live.collation);
        if declared.collation.is_empty() && !live.collation.is_empty() {
            self.undeclared.push(format!("collation {from}"));
        } else if to != from {
            self.manual("collation", from, to);
        }
        match (declared.images, live.images) {
            (true, false) => self.in_place(IMAGES, "off", "on", Impact::Safe),
            (false, true) => self.images = true,
            _ => {}
        }
    }

    /// A smaller collection loses its oldest documents.
    fn capped(&mut self, declared: &Normal, live: &Normal) {
        if let (Some(to), Some(from)) = (declared.size, live.size)
            && to != from
        {
            let impact = if to > from { Impact::Safe } else { Impact::Destructive };
            self.in_place(SIZE, from.to_string(), to.to_string(), impact);
        }
        if declared.max != live.max {
            let impact = match (declared.max, live.max) {
                (Some(to), Some(from)) if to < from => Impact::Destructive,
                (Some(_), None) => Impact::Destructive,
                _ => Impact::Safe,
            };
            let text = |max: Option<i64>| or_none(max.map(|max| max.to_string()));
            self.in_place(MAX, text(live.max), text(declared.max), impact);
        }
    }

    fn time_series(&mut self, declared: &Normal, live: &Normal) {
        if declared.time != live.time {
            self.manual("time field", or_none(live.time.clone()), or_none(declared.time.clone()));
        }
        if declared.meta != live.meta {
            self.manual("meta field", or_none(live.meta.clone()), or_none(declared.meta.clone()));
        }
        if declared.granularity != live.granularity {
            let text = |granularity: &Option<String>| granularity.clone().unwrap_or("custom".to_owned());
            let (from, to) = (text(&live.granularity), text(&declared.granularity));
            // The server only makes it coarser.
            let rank = |text: &str| ["seconds", "minutes", "hours"].iter().position(|name| *name == text);
            match (rank(&from), rank(&to)) {
                (Some(before), Some(after)) if before < after => {
                    self.in_place(GRANULARITY, from, to, Impact::Safe);
                }
                _ => self.manual(GRANULARITY, from, to),
            }
        }
    }

    fn expiry(&mut self, declared: Option<i64>, live: Option<i64>) {
        if declared == live {
            return;
        }
        let impact = match (declared, live) {
            (None, _) => Impact::Safe,
            (Some(to), Some(from)) if to > from => Impact::Safe,
            _ => Impact::Destructive,
        };
        self.in_place(EXPIRES, or_none(live.map(age)), or_none(declared.map(age)), impact);
    }

    fn view(&mut self, declared: &Normal, live: &Normal) {
        if declared.on != live.on {
            let text = |on: &Option<String>| or_none(on.clone());
            self.in_place(VIEW_ON, text(&live.on), text(&declared.on), Impact::Safe);
        }
        if declared.pipeline != live.pipeline {
            let text = |pipeline: &Option<String>| or_none(pipeline.clone());
            self.in_place(PIPELINE, text(&live.pipeline), text(&declared.pipeline), Impact::Safe);
        }
    }
}

impl DeclaredOptions {
    /// Returns the normal form. A value of the collation that is not declared is the live one if the server may have
    /// filled it in: the defaults of a collection are the same for all locales, unlike those of an index.
    fn normal(&self, live: &Document) -> Normal {
        let mut document = self.options.to_document();
        let explicit = self.options.collation.clone().unwrap_or_default();
        if let Some(completed) = &self.collation {
            let mut collation = completed.clone();
            for (name, default) in spec::sorted_numbers(&doc! {
                "caseLevel": false, "caseFirst": "off", "strength": 3, "numericOrdering": false,
                "alternate": "non-ignorable", "maxVariable": "punct", "normalization": false, "backwards": false,
            }) {
                if !explicit.contains_key(&name) && live.get(&name) == Some(&default) {
                    collation.insert(name, default);
                }
            }
            document.insert("collation", collation);
        }
        Normal::read(&document)
    }
}

#[cfg(test)]
mod tests;
