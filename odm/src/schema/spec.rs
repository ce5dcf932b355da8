//! `Spec`: an index in a normal form, which declared and live indexes are compared in.
//!
//! Two documents that mean the same index for the server have the same `Spec`: what the server fills in is filled in,
//! numbers have one type, and lists without an order are sorted.

pub(super) mod filter;

use std::collections::BTreeMap;

use mongodb::bson::{Bson, Document, doc};

use super::change::Difference;
use crate::index::{Age, Index, IndexType};

/// A property of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Property {
    Keys,
    Unique,
    Sparse,
    Partial,
    Collation,
    Projection,
    // The server tells two indexes apart by the properties above and by their names, but not by those below.
    Ttl,
    Hidden,
    PrepareUnique,
    Weights,
    Language,
    LanguageOverride,
    Bits,
    Min,
    Max,
}

impl Property {
    /// Returns the name for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Unique => "unique",
            Self::Sparse => "sparse",
            Self::Partial => "partial filter",
            Self::Collation => "collation",
            Self::Projection => "wildcard projection",
            Self::Ttl => "ttl",
            Self::Hidden => "hidden",
            Self::PrepareUnique => Spec::PREPARED,
            Self::Weights => "weights",
            Self::Language => "default language",
            Self::LanguageOverride => "language override",
            Self::Bits => "bits",
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}

/// An index in its normal form: a string for each property.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spec {
    pub(super) name: String,
    properties: BTreeMap<Property, String>,
    collation: Document,
    pub(super) ttl: Option<i64>,
}

impl Spec {
    /// The property of an index that refuses new duplicates, but may contain old ones.
    pub(super) const PREPARED: &str = "prepareUnique";

    /// Reads the document of an index, as `listIndexes` returns it.
    pub(super) fn read(document: &Document) -> Self {
        let keys: Document =
            document.get_document("key").map(|keys| keys.iter().map(direction).collect()).unwrap_or_default();
        let has = |wanted: &str| keys.values().any(|value| value.as_str() == Some(wanted));
        let flag = |name: &str| yes(document.get(name).is_some_and(is_true));
        let ttl = document.get("expireAfterSeconds").and_then(seconds);
        let mut properties = BTreeMap::from([
            (Property::Keys, keys.to_string()),
            (Property::Unique, flag("unique")),
            (Property::Sparse, flag("sparse")),
            (
                Property::Partial,
                or_none(document.get_document("partialFilterExpression").ok().map(filter::normal)),
            ),
            (Property::Projection, or_none(document.get_document("wildcardProjection").ok().map(projection))),
            (Property::Ttl, or_none(ttl.map(age))),
            (Property::Hidden, flag("hidden")),
            (Property::PrepareUnique, flag(Self::PREPARED)),
        ]);
        if has("text") {
            let weights = document.get_document("weights").cloned().unwrap_or_default();
            properties.insert(Property::Weights, sorted(weights.iter().map(direction).collect()).to_string());
            let text = |name, default: &str| document.get_str(name).unwrap_or(default).to_owned();
            properties.insert(Property::Language, text("default_language", "english"));
            properties.insert(Property::LanguageOverride, text("language_override", "language"));
        }
        if has("2d") {
            let number = |name| or_none(document.get(name).map(|number| filter::number(number).to_string()));
            properties.insert(Property::Bits, number("bits"));
            properties.insert(Property::Min, number("min"));
            properties.insert(Property::Max, number("max"));
        }
        let name = document.get_str("name").unwrap_or_default().to_owned();
        Self { name, properties, collation: collation(document), ttl }
    }

    /// Returns whether the server treats the two as the same index, regardless of their names and of the properties
    /// that do not identify an index.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let identifying = |spec: &Self| {
            spec.properties
                .iter()
                .filter(|(property, _)| **property < Property::Ttl)
                .map(|(property, text)| (*property, text.clone()))
                .collect::<Vec<_>>()
        };
        let (collation, others) = collations(&self.collation, &other.collation);
        identifying(self) == identifying(other) && collation == others
    }

    /// Returns whether this is a text index. A collection has at most one.
    pub(super) fn is_text(&self) -> bool {
        self.properties.contains_key(&Property::Weights)
    }

    /// Returns whether queries cannot use the index.
    pub(super) fn is_hidden(&self) -> bool {
        self.is(Property::Hidden)
    }

    /// Returns whether documents with the same keys as another are refused.
    pub(super) fn is_unique(&self) -> bool {
        self.is(Property::Unique)
    }

    fn is(&self, flag: Property) -> bool {
        self.properties.get(&flag).is_some_and(|text| *text == yes(true))
    }

    /// Returns whether `collMod` accepts a TTL for the index. The server aborts if it gets one for a wildcard index.
    pub(super) fn accepts_ttl(&self) -> bool {
        !self.is_text() && self.properties.get(&Property::Keys).is_some_and(|keys| !keys.contains("$**"))
    }

    /// Returns the differences from the live index to this one, by property.
    pub(super) fn differences(&self, live: &Self) -> Vec<(Property, Difference)> {
        let text = |spec: &Self, property| spec.properties.get(&property).cloned();
        let all = self.properties.keys().chain(live.properties.keys());
        let mut properties: Vec<Property> = all.copied().collect();
        properties.push(Property::Collation);
        properties.sort_unstable();
        properties.dedup();
        properties
            .into_iter()
            .filter_map(|property| {
                let (declared, found) = if property == Property::Collation {
                    collations(&self.collation, &live.collation)
                } else {
                    (or_none(text(self, property)), or_none(text(live, property)))
                };
                let difference = Difference::new(property.name(), found, declared);
                (difference.live() != difference.declared()).then_some((property, difference))
            })
            .collect()
    }
}

/// Returns the document that `createIndexes` gets for the index, in a collection with this default collation.
pub(super) fn sent(index: &Index, default: Option<&Document>) -> Document {
    let mut document = index.to_document();
    if default.is_some() && has_no_collation(index) {
        // The server refuses these types if they would get the default collation.
        document.insert("collation", doc! { "locale": "simple" });
    }
    document
}

/// Returns the document that `listIndexes` would return for the index, with the values that the server fills in.
/// `complete` returns a collation with the values that the server fills in.
pub(super) fn expected(
    index: &Index,
    default: Option<&Document>,
    complete: impl FnOnce(&Document) -> Document,
) -> Document {
    let mut document = index.to_document();
    if index.has(IndexType::Text) {
        let (keys, mut weights) = text_keys(&index.to_key_document());
        if let Ok(declared) = document.get_document("weights") {
            weights.extend(declared.clone());
        }
        document.insert("key", keys);
        document.insert("weights", weights);
    }
    let collation = match document.remove("collation") {
        Some(Bson::Document(declared)) => Some(complete(&declared)),
        _ => default.filter(|_| !has_no_collation(index)).cloned(),
    };
    if let Some(collation) = collation {
        document.insert("collation", collation);
    }
    document
}

fn has_no_collation(index: &Index) -> bool {
    index.has(IndexType::Text) || index.has(IndexType::Geo2d)
}

/// Returns the key of a text index as the server stores it, and the weights of its fields.
fn text_keys(keys: &Document) -> (Document, Document) {
    let (mut stored, mut weights) = (Document::new(), Document::new());
    for (field, value) in keys {
        if value.as_str() == Some("text") {
            stored.insert("_fts", "text");
            stored.insert("_ftsx", 1);
            weights.insert(field, 1);
        } else {
            stored.insert(field, value);
        }
    }
    (stored, weights)
}

/// `1`, `1.0` and `NumberLong(1)` are the same direction.
pub(super) fn direction((field, value): (&String, &Bson)) -> (String, Bson) {
    (field.clone(), filter::number(value))
}

fn sorted(document: Document) -> Document {
    let elements: BTreeMap<String, Bson> = document.into_iter().collect();
    elements.into_iter().collect()
}

/// Returns the fields by their dotted names. `1` and `true`, and `{ a: { b: 1 } }` and `{ "a.b": 1 }` are the same, and
/// `_id` is excluded by default.
fn projection(document: &Document) -> String {
    fn flatten(prefix: &str, document: &Document, fields: &mut Document) {
        for (name, value) in document {
            let name = format!("{prefix}{name}");
            match value {
                Bson::Document(below) => flatten(&format!("{name}."), below, fields),
                value => drop(fields.insert(name, i32::from(is_true(value)))),
            }
        }
    }
    let mut fields = Document::new();
    flatten("", document, &mut fields);
    if fields.get_i32("_id").is_ok_and(|included| included == 0) {
        fields.remove("_id");
    }
    sorted(fields).to_string()
}

/// Returns the collation, without the version of the library, which the server adds. `simple` is empty.
pub(super) fn collation(document: &Document) -> Document {
    let mut collation = document.get_document("collation").cloned().unwrap_or_default();
    collation.remove("version");
    if matches!(collation.get_str("locale"), Ok("simple")) {
        return Document::new();
    }
    sorted_numbers(&collation)
}

/// Returns the elements in the order of their names, with numbers of one type.
pub(super) fn sorted_numbers(document: &Document) -> Document {
    sorted(document.iter().map(direction).collect())
}

/// Returns the collations for a message: the locale, and the options that differ. An option that only one of the two has
/// is not compared: the other has the value of the server.
pub(super) fn collations(declared: &Document, live: &Document) -> (String, String) {
    let text = |this: &Document, other: &Document| {
        if this.is_empty() {
            return "simple".to_owned();
        }
        let differing: Document = this
            .iter()
            .filter(|(name, value)| *name == "locale" || other.get(*name) != Some(*value))
            .filter(|(name, _)| *name == "locale" || other.contains_key(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        differing.to_string()
    };
    (text(declared, live), text(live, declared))
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

pub(super) fn or_none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "none".to_owned())
}

/// A negative age is possible in a database that is older than the server's check of the age.
pub(super) fn age(seconds: i64) -> String {
    u64::try_from(seconds).map_or_else(|_| format!("{seconds}s"), |seconds| Age(seconds).to_string())
}

/// Old shells wrote `unique: 1`.
pub(super) fn is_true(value: &Bson) -> bool {
    match value {
        Bson::Boolean(value) => *value,
        Bson::Int32(number) => *number != 0,
        Bson::Int64(number) => *number != 0,
        Bson::Double(number) => *number != 0.0,
        _ => false,
    }
}

/// Returns whole seconds, as the server counts them. As on the server, NaN is the maximum.
pub(super) fn seconds(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        Bson::Double(number) if number.is_nan() => Some(i64::from(i32::MAX)),
        #[allow(clippy::cast_possible_truncation)] // saturates, as the server does
        Bson::Double(number) => Some(*number as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
