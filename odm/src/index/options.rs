//! The options of an index.

use std::{collections::BTreeMap, time::Duration};

use mongodb::{
    bson::{Bson, Document, serialize_to_document},
    options::Collation,
};

use super::{Age, Index};

/// The options of an index. An option that is `None`, `false` or empty is not sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Options {
    pub(super) unique: bool,
    pub(super) sparse: bool,
    pub(super) hidden: bool,
    pub(super) expire_after: Option<Duration>,
    pub(super) partial: Option<Result<Document, String>>,
    pub(super) collation: Option<Document>,
    pub(super) weights: BTreeMap<String, u32>,
    pub(super) default_language: Option<String>,
    pub(super) language_override: Option<String>,
    pub(super) bits: Option<u32>,
    pub(super) bounds: Option<(f64, f64)>,
    /// The fields of a wildcard index, and whether it includes or excludes them.
    pub(super) projection: Vec<(String, bool)>,
}

impl Index {
    /// Refuses a document with the same keys as another. `{ unique: true }`
    ///
    /// A missing field counts as null, so a second document without it is refused too. [`sparse`](Self::sparse) and
    /// [`partial`](Self::partial) exclude documents.
    pub fn unique(mut self) -> Self {
        self.options.unique = true;
        self
    }

    /// Excludes documents that have none of the fields. `{ sparse: true }`
    pub fn sparse(mut self) -> Self {
        self.options.sparse = true;
        self
    }

    /// Hides the index from queries. The server still maintains it. `{ hidden: true }`
    ///
    /// See [hidden indexes](https://www.mongodb.com/docs/manual/core/index-hidden/).
    pub fn hidden(mut self) -> Self {
        self.options.hidden = true;
        self
    }

    /// Deletes a document when `age` has passed since the date in the field. `{ expireAfterSeconds: .. }`
    ///
    /// The age is in whole seconds, at most 2147483647 (68 years). The server checks once a minute. A document
    /// without a date in the field is not deleted. See
    /// [TTL indexes](https://www.mongodb.com/docs/manual/core/index-ttl/).
    pub fn expire_after(mut self, age: Duration) -> Self {
        self.options.expire_after = Some(age);
        self
    }

    /// Sets the filter of a partial index, or why it cannot be sent.
    pub(crate) fn with_partial(mut self, filter: Result<Document, String>) -> Self {
        self.options.partial = Some(filter);
        self
    }

    /// Compares strings by the rules of a language. `{ collation: { locale: "en", strength: 2 } }`
    ///
    /// A query uses the index for strings only if it has the same collation. Without this option, the index has the
    /// collation of its collection. See [collation](https://www.mongodb.com/docs/manual/reference/collation/).
    #[allow(clippy::needless_pass_by_value)] // like the other setters
    pub fn collation(mut self, collation: Collation) -> Self {
        // The driver's type has no value that cannot be BSON.
        self.options.collation = serialize_to_document(&collation).ok();
        self
    }

    /// Sets the weight of a field of a text index, 1 to 99999. The default is 1. `{ weights: { title: 10 } }`
    pub fn weight(mut self, field: impl Into<String>, weight: u32) -> Self {
        self.options.weights.insert(field.into(), weight);
        self
    }

    /// Sets the language of a text index, such as `german`, or `none`. The default is `english`.
    /// `{ default_language: "german" }`
    ///
    /// See [text search languages](https://www.mongodb.com/docs/manual/reference/text-search-languages/).
    pub fn default_language(mut self, language: impl Into<String>) -> Self {
        self.options.default_language = Some(language.into());
        self
    }

    /// Sets the stored name of the field with the language of a document, for a text index. The default is
    /// `language`. `{ language_override: "idioma" }`
    pub fn language_override(mut self, field: impl Into<String>) -> Self {
        self.options.language_override = Some(field.into());
        self
    }

    /// Sets the precision of a `2d` index, 1 to 32. The default is 26. `{ bits: 20 }`
    pub fn bits(mut self, bits: u32) -> Self {
        self.options.bits = Some(bits);
        self
    }

    /// Sets the least and the greatest coordinate of a `2d` index. The defaults are -180 and 180.
    /// `{ min: -10, max: 10 }`
    pub fn bounds(mut self, min: f64, max: f64) -> Self {
        self.options.bounds = Some((min, max));
        self
    }

    /// Restricts a wildcard index of the whole document to a field, by its dotted stored name.
    /// `{ wildcardProjection: { attributes: 1 } }`
    pub fn include(mut self, field: impl Into<String>) -> Self {
        self.options.projection.push((field.into(), true));
        self
    }

    /// Excludes a field from a wildcard index of the whole document, by its dotted stored name.
    /// `{ wildcardProjection: { secret: 0 } }`
    pub fn exclude(mut self, field: impl Into<String>) -> Self {
        self.options.projection.push((field.into(), false));
        self
    }
}

impl Options {
    /// Returns the elements after `key` and `name`.
    pub(super) fn to_document(&self) -> Document {
        let mut document = Document::new();
        let mut set = |name: &str, value: Option<Bson>| {
            if let Some(value) = value {
                document.insert(name, value);
            }
        };
        let number = |number: u32| Bson::Int32(i32::try_from(number).unwrap_or(i32::MAX));
        set("unique", self.unique.then_some(Bson::Boolean(true)));
        set("sparse", self.sparse.then_some(Bson::Boolean(true)));
        set("hidden", self.hidden.then_some(Bson::Boolean(true)));
        let seconds = self.expire_after.map(|age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        set("expireAfterSeconds", seconds.map(Bson::Int64));
        let partial = self.partial.as_ref().and_then(|filter| filter.as_ref().ok());
        set("partialFilterExpression", partial.cloned().map(Bson::Document));
        set("collation", self.collation.clone().map(Bson::Document));
        let weights: Document =
            self.weights.iter().map(|(field, weight)| (field.clone(), number(*weight))).collect();
        set("weights", (!weights.is_empty()).then_some(Bson::Document(weights)));
        set("default_language", self.default_language.clone().map(Bson::String));
        set("language_override", self.language_override.clone().map(Bson::String));
        set("bits", self.bits.map(number));
        set("min", self.bounds.map(|(min, _)| Bson::Double(min)));
        set("max", self.bounds.map(|(_, max)| Bson::Double(max)));
        let included = |included: &bool| Bson::Int32(i32::from(*included));
        let projection: Document = self
            .projection
            .iter()
            .map(|(field, is_included)| (field.clone(), included(is_included)))
            .collect();
        set("wildcardProjection", (!projection.is_empty()).then_some(Bson::Document(projection)));
        document
    }

    /// Returns what `Display` of an index shows.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (name, value) in self.to_document() {
            notes.push(match (name.as_str(), value) {
                ("expireAfterSeconds", _) => {
                    format!("ttl {}", Age(self.expire_after.unwrap_or_default().as_secs()))
                }
                ("partialFilterExpression", filter) => format!("partial {filter}"),
                ("wildcardProjection", projection) => format!("projection {projection}"),
                ("default_language", Bson::String(language)) => format!("language {language}"),
                ("language_override", Bson::String(field)) => format!("language in {field}"),
                (name, Bson::Boolean(_)) => name.to_owned(),
                (name, value) => format!("{name} {value}"),
            });
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use mongodb::{bson::doc, options::CollationStrength};

    use super::*;
    use crate::index::IndexType::{Ascending, Geo2d, Text, Wildcard};

    #[test]
    fn only_options_that_are_set_are_sent() {
        let index = Index::new().key("a", Ascending);
        assert_eq!(index.to_document(), doc! { "key": { "a": 1 }, "name": "a_1" });
        let index = index.unique().sparse().hidden().expire_after(Duration::from_secs(60));
        assert_eq!(
            index.to_document().to_string(),
            r#"{ "key": { "a": 1 }, "name": "a_1", "unique": true, "sparse": true, "hidden": true, "expireAfterSeconds": 60 }"#
        );
    }

    #[test]
    fn each_kind_of_index_has_its_options() {
        let collation = Collation::builder().locale("en").strength(CollationStrength::Secondary).build();
        let index = Index::new().key("a", Ascending).collation(collation);
        assert_eq!(index.to_string(), r#"a_1 (collation { "locale": "en", "strength": 2 })"#);
        let text = Index::new().key("title", Text).key("body", Text).weight("title", 10);
        let text = text.default_language("german").language_override("idioma");
        assert_eq!(
            text.to_document(),
            doc! {
                "key": { "title": "text", "body": "text" }, "name": "title_text_body_text",
                "weights": { "title": 10 }, "default_language": "german", "language_override": "idioma",
            }
        );
        assert_eq!(
            text.to_string(),
            r#"title_text_body_text (weights { "title": 10 }, language german, language in idioma)"#
        );
        let plane = Index::new().key("spot", Geo2d).bits(20).bounds(-10.0, 10.0);
        assert_eq!(plane.to_string(), "spot_2d (bits 20, min -10, max 10)");
        let wildcard = Index::new().key("$**", Wildcard).include("a").exclude("_id");
        assert_eq!(
            wildcard.to_document(),
            doc! { "key": { "$**": 1 }, "name": "$**_1", "wildcardProjection": { "a": 1, "_id": 0 } }
        );
    }
}
