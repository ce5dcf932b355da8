//! The vocabulary of `#[odm(..)]`: which words are valid where, and the correct form of each.

use std::fmt::Write;

use syn::Ident;

use crate::ast::Derive;

// words
pub(crate) const BINARY: &str = "binary";
pub(crate) const COLLECTION: &str = "collection";
pub(crate) const CRATE: &str = "crate";
pub(crate) const CUSTOM: &str = "custom";
pub(crate) const DESCENDING: &str = "descending";
pub(crate) const EMAIL: &str = "email";
pub(crate) const EQUAL: &str = "equal";
pub(crate) const FROM: &str = "from";
pub(crate) const ID: &str = "id";
pub(crate) const INDEX: &str = "index";
pub(crate) const KEY: &str = "key";
pub(crate) const LENGTH: &str = "length";
pub(crate) const MAX: &str = "max";
pub(crate) const MIN: &str = "min";
pub(crate) const NAME: &str = "name";
pub(crate) const NESTED: &str = "nested";
pub(crate) const OF: &str = "of";
pub(crate) const ORDERED: &str = "ordered";
pub(crate) const PARTIAL: &str = "partial";
pub(crate) const PATTERN: &str = "pattern";
pub(crate) const RANGE: &str = "range";
pub(crate) const RENAME: &str = "rename";
pub(crate) const SCHEMA_VERSION: &str = "schema_version";
pub(crate) const SERDE: &str = "serde";
pub(crate) const SPARSE: &str = "sparse";
pub(crate) const TEXT_SCORE: &str = "text_score";
pub(crate) const TTL: &str = "ttl";
pub(crate) const UNIQUE: &str = "unique";
pub(crate) const UNIT: &str = "unit";
pub(crate) const UPGRADE: &str = "upgrade";
pub(crate) const VALIDATE: &str = "validate";

/// The correct form of each word, for messages.
pub(crate) mod form {
    pub(crate) const COLLECTION: &str = "#[odm(collection = \"orders\")]";
    pub(crate) const CRATE: &str = "#[odm(crate = path::to::odm)]";
    pub(crate) const KEY: &str = "#[odm(key = String)]";
    pub(crate) const INDEX: &str = "#[odm(index(customer, placed_at = -1, unique))]";
    pub(crate) const INDEX_NAME: &str = "#[odm(index(customer, name = \"by_customer\"))]";
    pub(crate) const FIELD_INDEX: &str = "#[odm(index)]` or `#[odm(index(unique, sparse, ttl = \"90d\"))]";
    pub(crate) const TTL: &str = "ttl = \"90d\"";
    pub(crate) const FROM: &str = "#[odm(from = parents_field)]";
    pub(crate) const OF: &str = "#[odm(of = Order)]";
    pub(crate) const ORDERED: &str = "#[odm(ordered)]";
    pub(crate) const TEXT_SCORE: &str = "#[odm(text_score)]";
    pub(crate) const ID: &str = "#[odm(id)]";
    pub(crate) const RENAME: &str = "#[odm(rename = \"storedName\")]";
    pub(crate) const SCHEMA_VERSION: &str =
        "#[odm(schema_version = 3)]` or `#[odm(schema_version(3, name = \"v\"))]";
    pub(crate) const UPGRADE: &str = "#[odm(upgrade(1 = path::to::step, 2 = path::to::next_step))]";
    pub(crate) const SERDE: &str = "#[odm(serde)]` or `#[odm(serde(ordered))]";
    pub(crate) const BINARY: &str = "#[odm(binary)]";
    pub(crate) const UNIT: &str = "#[odm(unit = \"ms\")]";
    pub(crate) const VALIDATE: &str = "#[odm(validate(length(min = 1, max = 100)))]";
    pub(crate) const VALIDATE_ALL: &str = "#[odm(validate(custom = path::to::function))]";
    pub(crate) const LENGTH: &str = "length(min = 1, max = 100)` or `length(equal = 3)";
    pub(crate) const RANGE: &str = "range(min = 0, max = 100)";
    pub(crate) const PATTERN: &str = "pattern = \"^[a-z]+$\"";
    pub(crate) const CUSTOM: &str = "custom = path::to::function";
}

/// A position of `#[odm(..)]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    /// The words that are valid here.
    pub(crate) valid: &'static [&'static str],
    /// The position, for messages.
    pub(crate) name: &'static str,
    derive: Derive,
}

impl Position {
    /// Returns the position on a struct or enum.
    pub(crate) fn container(derive: Derive) -> Self {
        let (valid, name): (&[_], _) = match derive {
            Derive::Model => {
                (&[COLLECTION, INDEX, KEY, VALIDATE, SCHEMA_VERSION, UPGRADE, CRATE], "on a model")
            }
            Derive::Embedded => (&[VALIDATE, SCHEMA_VERSION, UPGRADE, CRATE], "on an embedded document"),
            Derive::Shape => (&[CRATE], "on a shape"),
            Derive::View => (&[OF, CRATE], "on a view"),
            Derive::Value => (&[ORDERED, CRATE], "on a value"),
        };
        Self { valid, name, derive }
    }

    /// Returns the position on a field.
    pub(crate) fn field(derive: Derive, in_variant: bool, named: bool) -> Self {
        let (valid, name): (&[_], _) = match derive {
            Derive::Model if in_variant && named => {
                (&[ID, RENAME, SERDE, BINARY, UNIT, VALIDATE], "on a field of a variant")
            }
            Derive::Value if in_variant && named => {
                (&[RENAME, SERDE, BINARY, UNIT, VALIDATE], "on a field of a variant")
            }
            Derive::Model | Derive::Value if in_variant => {
                (&[SERDE, BINARY, UNIT], "on a value of a variant")
            }
            Derive::Model => (&[ID, INDEX, RENAME, SERDE, BINARY, UNIT, VALIDATE], "on a field of a model"),
            Derive::Embedded => {
                (&[RENAME, SERDE, BINARY, UNIT, VALIDATE], "on a field of an embedded document")
            }
            Derive::Shape => (&[ID, RENAME, SERDE, BINARY, UNIT], "on a field of a shape"),
            Derive::View => (&[FROM, TEXT_SCORE], "on a field of a view"),
            Derive::Value => (&[SERDE, BINARY, UNIT], "on the field of a value"),
        };
        Self { valid, name, derive }
    }

    /// Returns the position on a variant.
    pub(crate) fn variant() -> Self {
        Self { valid: &[RENAME], name: "on a variant", derive: Derive::Value }
    }

    /// Returns the error for a word that is not valid here.
    pub(crate) fn unknown(self, word: &Ident) -> syn::Error {
        let text = word.to_string();
        match self.elsewhere(&text) {
            Some(reason) => syn::Error::new(word.span(), reason),
            None => unknown(word, self.valid, self.name),
        }
    }

    /// Returns why a word of another position is not valid at this one, and what to do instead.
    fn elsewhere(self, word: &str) -> Option<String> {
        if self.valid.contains(&word) {
            return None;
        }
        let reason = match (self.derive, word) {
            (Derive::Embedded, INDEX | UNIQUE | SPARSE | TTL) => {
                "an embedded document has no indexes of its own: index it from the model that holds it, \
                 `#[odm(index(address.city))]`"
            }
            (Derive::View, RENAME) => {
                "a view reads a field under the stored name of its parent's field: to give it another Rust name, \
                 specify the parent's field, `#[odm(from = parents_field)]`"
            }
            (Derive::View, ID | SERDE | BINARY | UNIT) => {
                "a view reads a field as its parent stores it: put it on the parent's field"
            }
            (Derive::View, COLLECTION | INDEX | KEY | VALIDATE | SCHEMA_VERSION | UPGRADE) => {
                "a view is read and never written: put it on its parent"
            }
            (_, ORDERED) => "`ordered` is only for an enum without data that derives `odm::Value`",
            (Derive::Shape, INDEX) => "a shape has no collection, so no indexes: declare them on the model",
            (Derive::Embedded, ID) => {
                "an embedded document has no identity of its own: rename the field with \
                 `#[odm(rename = \"_id\")]` if it is to be stored as `_id`"
            }
            (Derive::Embedded | Derive::Shape | Derive::Value, COLLECTION) => {
                "only a model has a collection: derive `odm::Model`"
            }
            (Derive::Embedded | Derive::Shape | Derive::Value, KEY) => {
                "only a model has an identity, so a key: derive `odm::Model`"
            }
            (Derive::Shape, SCHEMA_VERSION | UPGRADE) => {
                "a shape is stored nowhere, so it has no older versions: put it on the model or the embedded document"
            }
            (Derive::Value, SCHEMA_VERSION | UPGRADE) => {
                "a value cannot have a version of its own: put it on the document that holds it"
            }
            (Derive::Shape, VALIDATE) => "a shape is read and never written, so it has nothing to validate",
            (Derive::Value, VALIDATE | INDEX | ID) => {
                "a value has no rules, indexes or identity of its own: put it on the field that holds it"
            }
            (Derive::Model, UNIQUE | SPARSE | DESCENDING | TTL) => {
                let on_model = if self.valid.contains(&COLLECTION) { "field, " } else { "" };
                let value = if word == TTL { " = \"90d\"" } else { "" };
                return Some(format!(
                    "`{word}` is an option of an index: write `index({on_model}{word}{value})`"
                ));
            }
            (Derive::Model, ID | RENAME | SERDE | BINARY | UNIT) if self.valid.contains(&COLLECTION) => {
                return Some(format!("`{word}` belongs on a field, not on the model"));
            }
            (Derive::Model | Derive::Embedded, SCHEMA_VERSION | UPGRADE)
            | (Derive::Model, COLLECTION | KEY) => {
                return Some(format!("`{word}` belongs on the struct, not on a field"));
            }
            _ => return None,
        };
        Some(reason.to_owned())
    }
}

/// Returns the name of the unit's type in `odm`.
pub(crate) fn unit(text: &syn::LitStr) -> syn::Result<&'static str> {
    Ok(match text.value().as_str() {
        "ns" => "Nanos",
        "us" => "Micros",
        "ms" => "Millis",
        "s" => "Seconds",
        "m" => "Minutes",
        "h" => "Hours",
        "d" => "Days",
        other => {
            let message =
                format!("`{other}` is not a unit of time: write `ns`, `us`, `ms`, `s`, `m`, `h` or `d`");
            return Err(syn::Error::new(text.span(), message));
        }
    })
}

/// Returns the error for a partial index, which a model cannot declare.
pub(crate) fn partial(word: &Ident) -> syn::Error {
    let message = "a model declares no partial indexes: create this one through the driver, \
                   `collection.driver().create_index(..)`";
    syn::Error::new(word.span(), message)
}

/// Returns the error for a word that is not valid at a position.
pub(crate) fn unknown(word: &Ident, valid: &[&str], place: &str) -> syn::Error {
    let text = word.to_string();
    let mut message = format!("unknown word `{text}` {place}; ");
    if valid.len() == 1 {
        let _ = write!(message, "the only valid word here is `{}`", valid[0]);
    } else {
        let _ = write!(message, "valid here: {}", enumerate(valid));
    }
    if let Some(close) = closest(&text, valid) {
        let _ = write!(message, "; did you mean `{close}`?");
    }
    syn::Error::new(word.span(), message)
}

/// Returns the error for a word that is followed by something wrong.
pub(crate) fn malformed(word: &Ident, form: &str) -> syn::Error {
    syn::Error::new(word.span(), correct(form))
}

/// Returns a message with the correct form.
pub(crate) fn correct(form: &str) -> String {
    format!("the correct form is `{form}`")
}

/// Returns a list of the words, for messages.
pub(crate) fn enumerate(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the word that the user probably meant.
pub(crate) fn closest<'w>(text: &str, valid: &[&'w str]) -> Option<&'w str> {
    let distance = |word: &str| strsim::osa_distance(text, word);
    let close = valid.iter().copied().min_by_key(|word| distance(word))?;
    (distance(close) <= 1 + close.len() / 4).then_some(close)
}
