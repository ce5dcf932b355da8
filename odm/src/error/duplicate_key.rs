//! Duplicate keys, as the server's `E11000` message describes them.

use std::fmt;

use mongodb::bson::{Bson, Document, RawBsonRef, RawDocument};

use super::redact;

/// A key that another document already has in a unique index.
#[derive(Clone, PartialEq)]
pub struct DuplicateKey {
    index: String,
    fields: Vec<String>,
    value: Option<String>,
    values: Option<Document>,
}

impl DuplicateKey {
    /// Reads the server's message, `keyPattern` and `keyValue`.
    pub(super) fn new(message: &str, pattern: Option<Document>, values: Option<Document>) -> Self {
        let mut key = Self::parse(message);
        if let Some(pattern) = pattern {
            key.fields = pattern.into_iter().map(|(field, _)| field).collect();
        }
        key.values = values;
        key
    }

    /// Reads `E11000 duplicate key error collection: shop.users index: email_1 dup key: { email: "a@b.c" }`.
    fn parse(message: &str) -> Self {
        let message = message.find("E11000").map_or(message, |at| &message[at..]);
        let (head, value) = match message.split_once(" dup key: ") {
            Some((head, value)) => (head, Some(value.trim())),
            // If no key follows, the end of the index name cannot be determined.
            None => ("", None),
        };
        let index = head.split_once(" index: ").map_or("", |(_, index)| index);
        let index = index.split_once(" collation: ").map_or(index, |(index, _)| index).trim();
        let named = value.map(fields_of_key).unwrap_or_default();
        let fields = match fields_of_default_name(index) {
            // A stored string can look like further fields of the key, but it cannot remove the first ones.
            Some(fields) if named.is_empty() || named.starts_with(&fields) => fields,
            _ => named,
        };
        Self { index: index.to_owned(), fields, value: value.map(str::to_owned), values: None }
    }

    /// Finds the values in the document that was not stored. The value of a path through an array stays unknown,
    /// because any array element may be the duplicate.
    pub(super) fn find_values(&mut self, document: &RawDocument) {
        if self.values.is_some() {
            return;
        }
        let find = |field: &String| {
            let (way, last) = field.rsplit_once('.').unwrap_or(("", field));
            let steps = way.split('.').filter(|step| !step.is_empty());
            let parent = steps.into_iter().try_fold(document, |at, step| at.get_document(step).ok())?;
            match parent.get(last).ok()? {
                None => Some((field.clone(), Bson::Null)),
                Some(RawBsonRef::Array(_)) => None,
                Some(value) => Some((field.clone(), Bson::try_from(value).ok()?)),
            }
        };
        self.values = Some(self.fields.iter().filter_map(find).collect());
    }

    /// Returns the name of the unique index, such as `email_1`. It is empty if the server's message does not contain
    /// it.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// Returns the stored names of the index's fields, in the order of the index.
    ///
    /// In a bulk write across collections, the fields are read from the server's message. If the index does not have
    /// a default name there, a stored string can look like a field. Compare the names with your own ones, and do not
    /// print them.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Returns the duplicate value of a field of the key, by the field's stored name. It is stored data. Log it
    /// only if stored values may be logged.
    ///
    /// Returns `None` if the value is not known: in a bulk write across collections, and for an array of an inserted
    /// document. For an index with a collation, a string may be returned as the bytes that the index compares.
    pub fn value_of(&self, field: &str) -> Option<&Bson> {
        self.values.as_ref()?.get(field)
    }

    /// Returns the key as the server prints it, such as `{ email: "a@b.c" }`. It is stored data: do not log it unless
    /// you may.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for DuplicateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index.as_str() {
            "" => f.write_str("another document already has this key in a unique index"),
            "_id_" => f.write_str("another document already has this `_id`"),
            index => write!(
                f,
                "another document already has this key in the unique index `{}`",
                redact::name(index),
            ),
        }
    }
}

impl fmt::Debug for DuplicateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DuplicateKey").field("index", &self.index).finish_non_exhaustive()
    }
}

/// Returns the fields of an index with a default name, such as `customer_1_placedAt_-1`.
fn fields_of_default_name(index: &str) -> Option<Vec<String>> {
    if index == "_id_" {
        return Some(vec!["_id".to_owned()]);
    }
    let mut fields = Vec::new();
    let mut field = String::new();
    for part in index.split('_') {
        if matches!(part, "1" | "-1" | "hashed") && !field.is_empty() {
            fields.push(std::mem::take(&mut field));
        } else {
            if !field.is_empty() {
                field.push('_');
            }
            field.push_str(part);
        }
    }
    (field.is_empty() && !fields.is_empty()).then_some(fields)
}

/// Returns the names in `{ a: 1, b.c: "x", d: { e: 2 } }`: the text before each `:` at the first level, outside
/// quotes.
fn fields_of_key(key: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let (mut depth, mut quoted, mut name) = (0_usize, false, Some(String::new()));
    for letter in key.chars() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => name = Some(String::new()),
            ':' if depth == 1 => {
                fields.extend(name.take().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
            }
            _ => {
                if let (1, Some(name)) = (depth, &mut name) {
                    name.push(letter);
                }
            }
        }
    }
    fields
}
