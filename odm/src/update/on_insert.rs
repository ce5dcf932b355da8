//! `$setOnInsert` of a whole document, without the fields that the update writes itself.

use mongodb::bson::{Bson, Document};

use super::{changes::Data, operator_expressions::OperatorExpressions};
use crate::error::codec::{CodecError, CodecResult};

/// Operators that write nothing if the field does not exist yet.
const WRITES_NOTHING: [&str; 4] = ["$pull", "$pullAll", "$pop", "$rename"];

/// Returns the fields of `document` that these operators do not write, also inside embedded documents.
pub(super) fn not_written_by(
    operators: &OperatorExpressions,
    data: &Data,
    document: Document,
) -> CodecResult<Document> {
    let written = Written::by(operators);
    let mut left = Document::new();
    for (name, value) in document {
        nameable(&name)?;
        written.leave(name, value, data, &mut left)?;
    }
    Ok(left)
}

/// Refuses a name that `$setOnInsert` would read as something else (a path, a positional operator), and an empty
/// name.
fn nameable(name: &str) -> CodecResult<()> {
    if name.is_empty() || name.contains('.') || name.starts_with('$') {
        let expected = "a document to insert whose names an update can use as paths";
        let found = "a name that is empty, holds `.` or starts with `$`; `insert_one` stores it";
        return Err(CodecError::new(expected, found).with_value(name));
    }
    Ok(())
}

/// Returns whether an operator names this field or something inside it.
pub(super) fn is_named(operators: &OperatorExpressions, name: &str) -> bool {
    let Written(names) = Written::by(operators);
    names.iter().any(|(named, _)| {
        named.strip_prefix(name).is_some_and(|below| below.is_empty() || below.starts_with('.'))
    })
}

/// The names that an update writes, each with its operator.
struct Written<'u>(Vec<(&'u str, &'u str)>);

/// Adds a name to the path of an error. The update must write the name or something inside it: `data` has no
/// information about other names.
fn at(problem: CodecError, name: String, data: &Data) -> CodecError {
    if data.has(&name) { problem.at_key(name) } else { problem.at(name) }
}

impl<'u> Written<'u> {
    fn by(operators: &'u OperatorExpressions) -> Self {
        let mut written = Vec::new();
        for (operator, fields) in operators.fields() {
            for (name, value) in fields {
                written.push((name.as_str(), operator));
                if let ("$rename", Bson::String(to)) = (operator, value) {
                    written.push((to, operator));
                }
            }
        }
        Self(written)
    }

    fn leave(&self, name: String, value: Bson, data: &Data, left: &mut Document) -> CodecResult<()> {
        if let Some((_, operator)) = self.0.iter().find(|(written, _)| *written == name) {
            return if WRITES_NOTHING.contains(operator) {
                let problem = CodecError::new(
                    "an update that writes the field, or leaves it to the document to insert",
                    format!("`{operator}`, which writes nothing where there is no field yet"),
                );
                Err(at(problem, name, data))
            } else {
                Ok(())
            };
        }
        let inside = self.0.iter().find(|(written, _)| {
            written.strip_prefix(name.as_str()).is_some_and(|below| below.starts_with('.'))
        });
        match (inside, value) {
            (None, value) => {
                left.insert(name, value);
            }
            (Some(_), Bson::Document(document)) => {
                for (key, value) in document {
                    nameable(&key).map_err(|problem| at(problem, name.clone(), data))?;
                    self.leave(format!("{name}.{key}"), value, data, left)?;
                }
            }
            // The update creates a document in place of null.
            (Some(_), Bson::Null) => {}
            (Some((written, _)), _) => {
                let found = if data.has(written) {
                    "a change of something inside it".to_owned()
                } else {
                    format!("a change of `{written}` inside it")
                };
                let problem = CodecError::new(
                    "an update that writes the whole field, or leaves it to the document to insert",
                    found,
                );
                return Err(at(problem, name, data));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    fn left(operators: &Document) -> Result<String, String> {
        let document = doc! {
            "_id": 7, "name": "ada", "visits": 1, "tags": ["a"],
            "home": { "city": "Oslo", "geo": { "lat": 59, "lon": 10 } }, "work": null,
        };
        not_written_by(&operators.clone().into(), &Data::default(), document)
            .map(|left| left.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_update_does_not_write() {
        for (operators, expected) in [
            (
                doc! {},
                r#"{ "_id": 7, "name": "ada", "visits": 1, "tags": ["a"], "home": { "city": "Oslo", "geo": { "lat": 59, "lon": 10 } }, "work": null }"#,
            ),
            (
                doc! { "$inc": { "visits": 1 }, "$push": { "tags": "b" }, "$set": { "home": {}, "_id": 8 } },
                r#"{ "name": "ada", "work": null }"#,
            ),
            // The other fields of an embedded document remain. A name that only begins with the same letters is
            // another field.
            (
                doc! { "$set": { "home.geo.lat": 1, "work.city": "Rome", "nam": 1 }, "$unset": { "tags": "" } },
                r#"{ "_id": 7, "name": "ada", "visits": 1, "home.city": "Oslo", "home.geo.lon": 10 }"#,
            ),
            (
                doc! { "$setOnInsert": { "home": 1 } },
                r#"{ "_id": 7, "name": "ada", "visits": 1, "tags": ["a"], "work": null }"#,
            ),
        ] {
            assert_eq!(left(&operators).as_deref(), Ok(expected), "{operators}");
        }
    }

    /// A value may contain these names. They become paths only if the value is split into its fields.
    #[test]
    fn names_that_no_path_has() {
        let left = |operators: Document, document: Document| {
            not_written_by(&operators.into(), &Data::default(), document)
                .map(|left| left.to_string())
                .map_err(|error| error.to_string())
        };
        for name in ["a.b", ".", "$x", "$", "$[]", ""] {
            let error = left(doc! {}, doc! { "_id": 1, name: 1 }).unwrap_err();
            assert_eq!(
                error,
                "expected a document to insert whose names an update can use as paths, found a name that is empty, \
                 holds `.` or starts with `$`; `insert_one` stores it"
            );
            let nested = doc! { "m": { "n": { name: 1 } } };
            assert_eq!(left(doc! { "$set": { "n": 1 } }, nested.clone()), Ok(nested.to_string()));
            for sibling in ["m.n.other", "m.n.other.below"] {
                let error = left(doc! { "$inc": { sibling: 1 } }, nested.clone()).unwrap_err();
                assert!(error.starts_with("`m.n`: expected a document to insert"), "{error}");
            }
            assert_eq!(
                left(doc! { "$inc": { "m.o": 1 } }, nested),
                Ok(doc! { "m.n": { name: 1 } }.to_string())
            );
        }
    }

    #[test]
    fn what_would_not_be_the_document() {
        assert_eq!(
            left(&doc! { "$set": { "tags.0": "b" } }).unwrap_err(),
            "`tags`: expected an update that writes the whole field, or leaves it to the document to insert, found a \
             change of `tags.0` inside it"
        );
        let renamed = left(&doc! { "$rename": { "visits": "calls" } }).unwrap_err();
        assert!(
            renamed.starts_with("`visits`: ") && renamed.contains("`$rename`, which writes nothing"),
            "{renamed}"
        );
        assert!(left(&doc! { "$rename": { "calls": "visits" } }).unwrap_err().starts_with("`visits`: "));
        assert_eq!(
            left(&doc! { "$pull": { "tags": "b" } }).unwrap_err(),
            "`tags`: expected an update that writes the field, or leaves it to the document to insert, found `$pull`, \
             which writes nothing where there is no field yet"
        );
    }
}
