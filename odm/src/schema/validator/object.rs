//! `ObjectSchema`: the schema of a document while it is collected, because flattened documents add to it.

use mongodb::bson::{Bson, Document, doc};

/// The schema of a document.
#[derive(Debug, Default)]
pub(super) struct ObjectSchema {
    required: Vec<String>,
    properties: Document,
    /// The schemas of names that contain a dot, which `properties` would read as paths.
    patterns: Document,
    all_of: Vec<Document>,
    undeclared: Undeclared,
    /// Some elements have names that are not known, so undeclared names cannot be refused.
    is_open: bool,
}

/// Which elements are accepted that no field declares.
#[derive(Debug, Default)]
enum Undeclared {
    #[default]
    Any,
    /// Those of a flattened map.
    Schema(Document),
    None,
}

impl ObjectSchema {
    /// Adds a property. If another property has the name, both schemas must be satisfied.
    pub(super) fn property(&mut self, name: &str, schema: Document) {
        if name.is_empty() {
            // The server aborts if a schema contains an empty name.
            self.is_open = true;
        } else if name.contains('.') {
            self.patterns.insert(format!("^{}$", escaped(name)), schema);
        } else if let Some(Bson::Document(existing)) = self.properties.get(name)
            && !existing.is_empty()
        {
            if !schema.is_empty() && *existing != schema {
                let (name, schema) = (name.to_owned(), schema);
                self.all_of.push(doc! { "properties": { name: schema } });
            }
        } else {
            self.properties.insert(name, schema);
        }
    }

    /// Requires an element. Returns `false` if a schema cannot require an element with this name.
    pub(super) fn require(&mut self, name: &str) -> bool {
        if name.is_empty() || name.contains('.') {
            return false;
        }
        if !self.required.iter().any(|required| required == name) {
            self.required.push(name.to_owned());
        }
        true
    }

    /// Adds a schema that the document must satisfy too.
    pub(super) fn also(&mut self, schema: Document) {
        if !schema.is_empty() {
            self.all_of.push(schema);
        }
    }

    /// Refuses elements that are not declared.
    pub(super) fn deny_undeclared(&mut self) {
        if matches!(self.undeclared, Undeclared::Any) {
            self.undeclared = Undeclared::None;
        }
    }

    /// Accepts only elements with this schema if they are not declared.
    pub(super) fn undeclared(&mut self, schema: Document) {
        self.undeclared = Undeclared::Schema(schema);
    }

    /// Records that there are elements with unknown names.
    pub(super) fn open(&mut self) {
        self.is_open = true;
    }

    /// Records that undeclared elements may have any value, if their schema accepts any.
    pub(super) fn open_if_untyped(&mut self) {
        if let Undeclared::Schema(values) = &self.undeclared {
            self.is_open |= values.is_empty();
        }
    }

    /// Returns the names that are declared.
    pub(super) fn names(&self) -> Vec<String> {
        self.properties.keys().cloned().collect()
    }

    /// Returns the schema without the type.
    pub(super) fn into_keywords(self) -> Document {
        let mut schema = Document::new();
        if !self.required.is_empty() {
            schema.insert("required", self.required);
        }
        if !self.properties.is_empty() {
            schema.insert("properties", self.properties);
        }
        if !self.patterns.is_empty() {
            schema.insert("patternProperties", self.patterns);
        }
        match self.undeclared {
            Undeclared::None if !self.is_open => drop(schema.insert("additionalProperties", false)),
            Undeclared::Schema(values) if !self.is_open && !values.is_empty() => {
                schema.insert("additionalProperties", values);
            }
            _ => {}
        }
        if !self.all_of.is_empty() {
            schema.insert("allOf", self.all_of);
        }
        schema
    }

    /// Returns the schema.
    pub(super) fn into_schema(self) -> Document {
        let mut schema = doc! { "bsonType": "object" };
        schema.extend(self.into_keywords());
        schema
    }
}

/// Returns a regular expression that matches this text.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len() + 8);
    for char in name.chars() {
        if char.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_dot_are_patterns_because_properties_reads_them_as_paths() {
        let mut object = ObjectSchema::default();
        object.property("a.b", doc! { "bsonType": "int" });
        assert!(!object.require("a.b"));
        object.deny_undeclared();
        assert_eq!(
            object.into_schema(),
            doc! {
                "bsonType": "object", "patternProperties": { "^a\\.b$": { "bsonType": "int" } },
                "additionalProperties": false,
            }
        );
    }

    #[test]
    fn an_empty_name_is_not_in_the_schema() {
        let mut object = ObjectSchema::default();
        object.property("", doc! { "bsonType": "int" });
        assert!(!object.require(""));
        object.deny_undeclared();
        assert_eq!(object.into_schema(), doc! { "bsonType": "object" });
    }

    #[test]
    fn one_name_declared_twice_has_both_schemas() {
        let mut object = ObjectSchema::default();
        object.property("kind", doc! { "enum": ["a"] });
        object.property("kind", Document::new());
        object.property("kind", doc! { "enum": ["a", "b"] });
        assert_eq!(
            object.into_keywords(),
            doc! {
                "properties": { "kind": { "enum": ["a"] } },
                "allOf": [{ "properties": { "kind": { "enum": ["a", "b"] } } }],
            }
        );
    }
}
