//! A declared index as data, and what the plan says about a change of it.

use std::{collections::BTreeMap, time::Duration};

use odm::{
    Filter,
    bson::doc,
    index::{Index, IndexType},
    mongodb::options::{Collation, CollationStrength},
};

use super::Thing;

/// A declared index, as data.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Declared {
    pub(super) name: Option<String>,
    pub(super) keys: Vec<(&'static str, IndexType)>,
    pub(super) unique: bool,
    pub(super) sparse: bool,
    pub(super) hidden: bool,
    pub(super) ttl: Option<u64>,
    pub(super) partial: Option<i32>,
    pub(super) collation: Option<(&'static str, u32)>,
    pub(super) weights: BTreeMap<&'static str, u32>,
    pub(super) language: Option<&'static str>,
    pub(super) bits: Option<u32>,
    pub(super) excluded: Option<&'static str>,
}

/// One property, with a new value for it.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Name,
    Unique,
    Sparse,
    Hidden,
    Ttl(Option<u64>),
    Partial(Option<i32>),
    Collation(Option<(&'static str, u32)>),
    Weight(u32),
    Language(&'static str),
    Bits(u32),
    Excluded(&'static str),
    Removed,
}

impl Declared {
    pub(super) fn plain(keys: Vec<(&'static str, IndexType)>) -> Self {
        Self { keys, ..Self::default() }
    }

    pub(super) fn index(&self) -> Index {
        let mut index = self.keys.iter().fold(Index::new(), |index, (field, kind)| index.key(*field, *kind));
        if let Some(name) = &self.name {
            index = index.named(name);
        }
        if self.unique {
            index = index.unique();
        }
        if self.sparse {
            index = index.sparse();
        }
        if self.hidden {
            index = index.hidden();
        }
        if let Some(hours) = self.ttl {
            index = index.expire_after(Duration::from_secs(hours * 3_600));
        }
        if let Some(bound) = self.partial {
            index = index.partial(Filter::<Thing>::raw(doc! { "p": { "$gt": bound } }));
        }
        if let Some((locale, strength)) = self.collation {
            let strength = CollationStrength::try_from(strength).unwrap();
            index = index.collation(Collation::builder().locale(locale).strength(strength).build());
        }
        for (field, weight) in &self.weights {
            index = index.weight(*field, *weight);
        }
        if let Some(language) = self.language {
            index = index.default_language(language);
        }
        if let Some(bits) = self.bits {
            index = index.bits(bits);
        }
        if let Some(field) = self.excluded {
            index = index.exclude(field);
        }
        index
    }

    fn has(&self, kind: IndexType) -> bool {
        self.keys.iter().any(|(_, key)| *key == kind)
    }

    fn is_ordered(&self) -> bool {
        self.keys.iter().all(|(_, kind)| matches!(kind, IndexType::Ascending | IndexType::Descending))
    }

    /// Returns what the plan says about the change, and the index after it. Returns `None` if the change is none.
    #[allow(clippy::too_many_lines)] // one arm for each property
    pub(super) fn changed(&self, change: &Change) -> Option<(Self, String)> {
        let (mut after, name) = (self.clone(), self.index().name());
        let rebuild = |text: String| format!("-/+ things: rebuild index {name}: {text} [destructive]");
        let modify = |text: String, impact: &str| format!("~ things: modify index {name}: {text} [{impact}]");
        let yes = |flag: bool| if flag { "yes -> no" } else { "no -> yes" };
        let line = match change {
            Change::Name => {
                after.name = Some(format!("{name} anew"));
                format!(
                    "-/+ things: rebuild index {name} as {name} anew: name {name} -> {name} anew [destructive]"
                )
            }
            Change::Unique if self.is_ordered() => {
                after.unique = !self.unique;
                let text = format!("unique {}", yes(self.unique));
                if self.unique { rebuild(text) } else { modify(text, "slow") }
            }
            Change::Sparse if self.partial.is_none() && !self.has(IndexType::Wildcard) => {
                after.sparse = !self.sparse;
                rebuild(format!("sparse {}", yes(self.sparse)))
            }
            Change::Hidden => {
                after.hidden = !self.hidden;
                modify(format!("hidden {}", yes(self.hidden)), "safe")
            }
            Change::Ttl(ttl) if self.is_ordered() && self.keys.len() == 1 && *ttl != self.ttl => {
                after.ttl = *ttl;
                let text =
                    |ttl: Option<u64>| ttl.map_or_else(|| "none".to_owned(), |hours| format!("{hours}h"));
                let text = format!("ttl {} -> {}", text(self.ttl), text(*ttl));
                match (self.ttl, ttl) {
                    (_, None) => rebuild(text),
                    (Some(before), Some(after)) if before < *after => modify(text, "safe"),
                    _ => modify(text, "destructive"),
                }
            }
            Change::Partial(partial) if *partial != self.partial && !self.sparse => {
                after.partial = *partial;
                let text = |bound: Option<i32>| {
                    bound.map_or_else(
                        || "none".to_owned(),
                        |bound| format!(r#"{{ "p": {{ "$gt": {bound} }} }}"#),
                    )
                };
                rebuild(format!("partial filter {} -> {}", text(self.partial), text(*partial)))
            }
            Change::Collation(collation)
                if *collation != self.collation
                    && !self.has(IndexType::Text)
                    && !self.has(IndexType::Geo2d) =>
            {
                after.collation = *collation;
                // The options of different locales differ in more than the strength.
                let (text, other) = match (self.collation, *collation) {
                    (Some((one, before)), Some((other, after))) if one == other => (
                        format!(r#"{{ "locale": "{one}", "strength": {before} }}"#),
                        format!(r#"{{ "locale": "{one}", "strength": {after} }}"#),
                    ),
                    (Some((locale, _)), None) => {
                        (format!(r#"{{ "locale": "{locale}" }}"#), "simple".to_owned())
                    }
                    (None, Some((locale, _))) => {
                        ("simple".to_owned(), format!(r#"{{ "locale": "{locale}" }}"#))
                    }
                    _ => return None,
                };
                rebuild(format!("collation {text} -> {other}"))
            }
            Change::Weight(weight) if self.has(IndexType::Text) => {
                let (field, _) = *self.keys.iter().find(|(_, kind)| *kind == IndexType::Text)?;
                after.weights.insert(field, *weight);
                let text = |declared: &Self| {
                    let fields = declared.keys.iter().filter(|(_, kind)| *kind == IndexType::Text);
                    let all: BTreeMap<_, _> = fields
                        .map(|(field, _)| (*field, declared.weights.get(field).copied().unwrap_or(1)))
                        .collect();
                    let all: Vec<String> =
                        all.iter().map(|(field, weight)| format!(r#""{field}": {weight}"#)).collect();
                    format!("{{ {} }}", all.join(", "))
                };
                let (before, now) = (text(self), text(&after));
                if before == now {
                    return None;
                }
                rebuild(format!("weights {before} -> {now}"))
            }
            Change::Language(language) if self.has(IndexType::Text) => {
                after.language = Some(language);
                let before = self.language.unwrap_or("english");
                if before == *language {
                    return None;
                }
                rebuild(format!("default language {before} -> {language}"))
            }
            Change::Bits(bits) if self.has(IndexType::Geo2d) && self.bits != Some(*bits) => {
                after.bits = Some(*bits);
                let before = self.bits.map_or_else(|| "none".to_owned(), |bits| bits.to_string());
                rebuild(format!("bits {before} -> {bits}"))
            }
            Change::Excluded(field) if self.keys[0].0 == "$**" && self.has(IndexType::Wildcard) => {
                after.excluded = Some(field);
                let text = |field: &str| format!(r#"{{ "{field}": 0 }}"#);
                let before = self.excluded.map_or_else(|| "none".to_owned(), text);
                if self.excluded == Some(*field) {
                    return None;
                }
                rebuild(format!("wildcard projection {before} -> {}", text(field)))
            }
            Change::Removed => format!("? things: index {name} is not declared"),
            _ => return None,
        };
        Some((after, line))
    }
}
