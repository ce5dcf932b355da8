//! The literals of documents among the fields of `$set` and `$project`.
//!
//! The server merges such a literal into the document that a row has in the field, and repeats it for each element of an
//! array there. So it is wrapped in an operator, which makes it one value, where the row may have such a field. Elsewhere
//! it is sent as it is written.

use mongodb::bson::{Bson, Document, doc, spec::ElementType};

use crate::{
    expr::rendered::{Form, Forms},
    meta::TypeMeta,
};

/// Returns how a row stores the field with a name, or `None` if it has no such field.
pub(super) type StoredFields = fn(&str) -> Option<&'static TypeMeta>;

/// Returns whether a document is a literal, and not an operator.
fn is_literal(document: &Document) -> bool {
    !document.keys().next().is_some_and(|key| key.starts_with('$'))
}

/// Wraps a value in an operator.
fn whole(value: Bson) -> Bson {
    doc! { "$mergeObjects": [value] }.into()
}

/// Returns the value of a field of `$set`. A scalar, which the row may have in the field, is replaced.
pub(super) fn set_to(value: Bson, stored: Option<&TypeMeta>) -> Bson {
    let merged =
        || stored.is_some_and(|stored| stored.may_be(&[ElementType::EmbeddedDocument, ElementType::Array]));
    match &value {
        Bson::Document(document) if is_literal(document) && (document.is_empty() || merged()) => whole(value),
        _ => value,
    }
}

/// Renders the fields of a literal as those of a `$project`, in which a number or a bool means that a field is included.
pub(super) fn projection(fields: Document, row: StoredFields, forms: &Forms) -> Document {
    let mut projection = Projection { fields: Document::new(), forms };
    if !fields.contains_key("_id") {
        projection.fields.insert("_id", 0);
    }
    for (name, value) in fields {
        let stored = row(&name);
        projection.insert(name, value, stored);
    }
    projection.fields
}

struct Projection<'a> {
    fields: Document,
    /// The fields with a form that the caller selects.
    forms: &'a Forms,
}

impl Projection<'_> {
    fn insert(&mut self, path: String, value: Bson, stored: Option<&'static TypeMeta>) {
        let dotted = self.forms.has(&path, Form::Dotted);
        let selected = self.forms.has(&path, Form::Included).then(|| selected(&path, &value)).flatten();
        match (selected, value) {
            (Some(fields), _) if dotted => self.include(&path, fields),
            (Some(fields), _) => {
                self.fields.insert(path, fields);
            }
            (None, Bson::Document(inside)) if dotted && is_literal(&inside) && !is_repeated(stored) => {
                for (name, value) in inside {
                    let stored = stored.and_then(|stored| stored.field(&name));
                    self.insert(format!("{path}.{name}"), value, stored);
                }
            }
            (None, value) => {
                let value = projected(&path, value, stored, self.forms);
                self.fields.insert(path, value);
            }
        }
    }

    /// Inserts inclusions with dotted names.
    fn include(&mut self, path: &str, fields: Document) {
        for (name, value) in fields {
            let path = format!("{path}.{name}");
            match value {
                Bson::Document(inside) => self.include(&path, inside),
                value => {
                    self.fields.insert(path, value);
                }
            }
        }
    }
}

/// Returns the inclusions that are the same as an expression, if it only selects fields from the documents in the array with
/// this name: `{ sku: 1 }` for `{ $map: { input: "$lines", in: { sku: "$$this.sku" } } }`.
fn selected(path: &str, value: &Bson) -> Option<Document> {
    let map = value.as_document()?.get_document("$map").ok()?;
    let is_array = map.get_str("input").ok()?.strip_prefix('$') == Some(path);
    if is_array && !map.contains_key("as") {
        inclusions("$$this", map.get_document("in").ok()?)
    } else {
        None
    }
}

fn inclusions(above: &str, fields: &Document) -> Option<Document> {
    let field = |(name, value): (&String, &Bson)| {
        let path = format!("{above}.{name}");
        let value = match value {
            Bson::String(field) if *field == path => 1.into(),
            Bson::Document(inside) if is_literal(inside) => inclusions(&path, inside)?.into(),
            // A field that is missing is read as null.
            Bson::Document(operator) => match operator.get_array("$ifNull").ok()?.as_slice() {
                [Bson::String(field), Bson::Null] if *field == path => 1.into(),
                _ => return None,
            },
            _ => return None,
        };
        Some((name.clone(), value))
    };
    if fields.is_empty() || !is_literal(fields) { None } else { fields.iter().map(field).collect() }
}

/// Returns whether the server would repeat a literal for each element.
fn is_repeated(stored: Option<&TypeMeta>) -> bool {
    stored.is_some_and(|stored| stored.may_be(&[ElementType::Array]))
}

/// Returns the value of a field of `$project`: `1` for the field itself, and a value that is no inclusion for any other.
fn projected(path: &str, value: Bson, stored: Option<&'static TypeMeta>, forms: &Forms) -> Bson {
    match value {
        Bson::String(field) if field.strip_prefix('$') == Some(path) && !forms.has(path, Form::Computed) => {
            1.into()
        }
        Bson::Document(inside) if is_literal(&inside) => {
            if inside.is_empty() || is_repeated(stored) {
                return whole(inside.into());
            }
            let field = |(name, value): (String, Bson)| {
                let stored = stored.and_then(|stored| stored.field(&name));
                let value = projected(&format!("{path}.{name}"), value, stored, forms);
                (name, value)
            };
            Bson::Document(inside.into_iter().map(field).collect())
        }
        Bson::Int32(_)
        | Bson::Int64(_)
        | Bson::Double(_)
        | Bson::Decimal128(_)
        | Bson::Boolean(_)
        | Bson::Null => doc! { "$literal": value }.into(),
        value => value,
    }
}
