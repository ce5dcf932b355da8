//! `ObjectSchema`: the schema of a document while it is collected, because flattened documents add to it.
//!
//! A schema reads a name with a dot as a path, and the server aborts if one is empty. The derives refuse such names.

use mongodb::bson::{Bson, Document, doc};

/// The schema of a document.
#[derive(Debug, Default)]
pub(super) struct ObjectSchema {
    required: Vec<String>,
    properties: Document,
    all_of: Vec<Document>,
    undeclared: Additional,
    /// Some elements have names that are not known, so undeclared names cannot be refused.
    is_open: bool,
}

/// Which elements are accepted that no field declares.
#[derive(Debug, Default)]
enum Additional {
    #[default]
    Any,
    /// Those of a flattened map.
    Schema(Document),
    None,
}

impl ObjectSchema {
    /// Adds a property. If another property has the name, both schemas must be satisfied.
    pub(super) fn property(&mut self, name: &str, schema: Document) {
        if let Some(Bson::Document(existing)) = self.properties.get(name)
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

    /// Requires an element.
    pub(super) fn require(&mut self, name: &str) {
        if !self.required.iter().any(|required| required == name) {
            self.required.push(name.to_owned());
        }
    }

    /// Adds a schema that the document must satisfy too.
    pub(super) fn also(&mut self, schema: Document) {
        if !schema.is_empty() {
            self.all_of.push(schema);
        }
    }

    /// Refuses elements that are not declared.
    pub(super) fn deny_undeclared(&mut self) {
        if matches!(self.undeclared, Additional::Any) {
            self.undeclared = Additional::None;
        }
    }

    /// Accepts only elements with this schema if they are not declared.
    pub(super) fn undeclared(&mut self, schema: Document) {
        self.undeclared = Additional::Schema(schema);
    }

    /// Records that there are elements with unknown names.
    pub(super) fn open(&mut self) {
        self.is_open = true;
    }

    /// Records that undeclared elements may have any value, if their schema accepts any.
    pub(super) fn open_if_untyped(&mut self) {
        if let Additional::Schema(values) = &self.undeclared {
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
        match self.undeclared {
            Additional::None if !self.is_open => drop(schema.insert("additionalProperties", false)),
            Additional::Schema(values) if !self.is_open && !values.is_empty() => {
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

#[cfg(test)]
mod tests {
    use super::*;

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
