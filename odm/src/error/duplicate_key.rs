//! Duplicate keys: what the server's `E11000` text tells.

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
    /// What the server's text and, beside it, `keyPattern` and `keyValue` tell.
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
            // Without a key behind it, there is no telling where the name ends.
            None => ("", None),
        };
        let index = head.split_once(" index: ").map_or("", |(_, index)| index);
        let index = index.split_once(" collation: ").map_or(index, |(index, _)| index).trim();
        let named = value.map(fields_of_key).unwrap_or_default();
        let fields = match fields_of_default_name(index) {
            // A stored text can pass for more fields in the key's text; it cannot take away the first ones.
            Some(fields) if named.is_empty() || named.starts_with(&fields) => fields,
            _ => named,
        };
        Self { index: index.to_owned(), fields, value: value.map(str::to_owned), values: None }
    }

    /// Finds the values in the document that was not stored. What goes through an array stays unknown: any of its
    /// elements may be the one.
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

    /// The name of the unique index, `email_1`; empty where the server's text does not tell it.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// The stored names of the index's fields, in the index's order.
    ///
    /// Where the server names them in its text alone (within a bulk write across collections), and the index does
    /// not have the name that MongoDB gives by default, a stored text can pass for a field: compare them with your own
    /// names, do not print them.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The value of this field in the key, by the field's stored name: what another document already has. It is stored
    /// data: do not log it unless you may.
    ///
    /// `None` where it is not told: for a bulk write across collections, and for an inserted document's array. A text of
    /// an index with a collation may be given as the bytes that the index compares.
    pub fn value_of(&self, field: &str) -> Option<&Bson> {
        self.values.as_ref()?.get(field)
    }

    /// The key as the server prints it, `{ email: "a@b.c" }`. It is stored data: do not log it unless you may.
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

/// The fields of an index that has the name MongoDB gives by default, `customer_1_placedAt_-1`.
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

/// The names in `{ a: 1, b.c: "x", d: { e: 2 } }`: what stands before a `:` at the first level, outside quotes.
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
