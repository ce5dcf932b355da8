//! A filter of a document, as a filter of the field that contains this document.

use mongodb::bson::{Bson, Document, doc};

use crate::error::{Error, Result};

/// Returns the filter with its paths below the field. The document in the field must satisfy it.
///
/// Refuses what the server evaluates only for stored documents, and what it does not evaluate in the same way each time:
/// a stream that resumes would not find its last event.
pub(crate) fn below(field: &str, filter: Document) -> Result<Document> {
    let mut moved = Document::new();
    for (name, value) in filter {
        match (name.as_str(), value) {
            ("$and" | "$or" | "$nor", Bson::Array(branches)) => {
                let branch = |branch| match branch {
                    Bson::Document(branch) => below(field, branch).map(Bson::Document),
                    other => Ok(other),
                };
                let branches = branches.into_iter().map(branch).collect::<Result<Vec<_>>>()?;
                moved.insert(name, branches);
            }
            ("$expr", condition) => {
                moved.insert(name, expression(field, condition)?);
            }
            ("$jsonSchema", schema) => {
                moved.insert(name, doc! { "properties": { field: schema } });
            }
            ("$comment" | "$alwaysTrue" | "$alwaysFalse", value) => {
                moved.insert(name, value);
            }
            (operator, _) if operator.starts_with('$') => return Err(refused(operator)),
            (_, test) => {
                sorts_by_distance(&test)?;
                moved.insert(format!("{field}.{name}"), test);
            }
        }
    }
    Ok(moved)
}

/// Refuses `$near` and `$nearSphere`, which are about the order of a result.
fn sorts_by_distance(test: &Bson) -> Result<()> {
    let Bson::Document(test) = test else { return Ok(()) };
    test.iter().try_for_each(|(operator, value)| match operator.as_str() {
        "$near" | "$nearSphere" | "$geoNear" => Err(refused(operator)),
        "$not" => sorts_by_distance(value),
        _ => Ok(()),
    })
}

/// Returns the expression with its paths below the field.
fn expression(field: &str, value: Bson) -> Result<Bson> {
    Ok(match value {
        Bson::String(text) => Bson::String(path(field, text)),
        Bson::Array(items) => {
            Bson::Array(items.into_iter().map(|item| expression(field, item)).collect::<Result<_>>()?)
        }
        Bson::Document(document) => {
            let members = document.into_iter().map(|(name, value)| {
                let value = member(field, &name, value)?;
                Ok((name, value))
            });
            Bson::Document(members.collect::<Result<Document>>()?)
        }
        other => other,
    })
}

/// Returns the argument of an operator, or the value of a field in the literal of a document.
fn member(field: &str, name: &str, value: Bson) -> Result<Bson> {
    match (name, value) {
        ("$literal" | "$const", constant) => Ok(constant),
        ("$rand" | "$sampleRate" | "$meta", _) => Err(refused(name)),
        // Its input is the document, unless another one is named.
        ("$getField", argument) => {
            let of_document = match argument {
                Bson::Document(argument) if argument.contains_key("field") => argument,
                name => doc! { "field": name },
            };
            let is_of_input = of_document.contains_key("input");
            let Bson::Document(mut moved) = expression(field, Bson::Document(of_document))? else {
                return Err(refused(name));
            };
            if !is_of_input {
                moved.insert("input", format!("${field}"));
            }
            Ok(Bson::Document(moved))
        }
        ("$function", Bson::Document(mut script)) => {
            if let Some(arguments) = script.remove("args") {
                script.insert("args", expression(field, arguments)?);
            }
            Ok(Bson::Document(script))
        }
        ("$let", Bson::Document(argument))
            if argument.get_document("vars").is_ok_and(|vars| vars.contains_key("CURRENT")) =>
        {
            Err(refused("$let` of `CURRENT"))
        }
        (_, value) => expression(field, value),
    }
}

/// Returns the path of a field, or of a variable that is the document, below the field.
fn path(field: &str, text: String) -> String {
    if let Some(variable) = text.strip_prefix("$$") {
        let (name, below) = variable.split_at(variable.find('.').unwrap_or(variable.len()));
        return if matches!(name, "ROOT" | "CURRENT") { format!("${field}{below}") } else { text };
    }
    match text.strip_prefix('$') {
        Some(path) => format!("${field}.{path}"),
        None => text,
    }
}

#[cold]
fn refused(operator: &str) -> Error {
    Error::refused(format!(
        "`{operator}` selects stored documents, and cannot select changes: remove this condition, and test the changes \
         that arrive"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(filter: Document) -> Document {
        below("fullDocument", filter).unwrap()
    }

    #[test]
    fn the_paths_are_below_the_field() {
        let filter = doc! {
            "status": { "$eq": "paid" },
            "lines": { "$elemMatch": { "qty": { "$gt": 1 } } },
            "$or": [{ "total": { "$not": { "$gt": 1 } } }, { "$and": [{ "a.b": null }] }],
            "$nor": [{ "x": "$y" }],
            "$comment": "why",
        };
        let expected = doc! {
            "fullDocument.status": { "$eq": "paid" },
            "fullDocument.lines": { "$elemMatch": { "qty": { "$gt": 1 } } },
            "$or": [
                { "fullDocument.total": { "$not": { "$gt": 1 } } },
                { "$and": [{ "fullDocument.a.b": null }] },
            ],
            "$nor": [{ "fullDocument.x": "$y" }],
            "$comment": "why",
        };
        assert_eq!(moved(filter), expected);
    }

    #[test]
    fn the_paths_of_expressions_are_below_the_field() {
        for (own, expected) in [
            (
                doc! { "$gt": ["$spent", "$a.b"] },
                doc! { "$gt": ["$fullDocument.spent", "$fullDocument.a.b"] },
            ),
            (doc! { "$eq": ["$$ROOT.a", "$$CURRENT"] }, doc! { "$eq": ["$fullDocument.a", "$fullDocument"] }),
            (
                doc! { "$eq": ["$$NOW", { "$literal": "$a" }] },
                doc! { "$eq": ["$$NOW", { "$literal": "$a" }] },
            ),
            (
                doc! { "$anyElementTrue": { "$map": { "input": "$a", "as": "x", "in": "$$x.y" } } },
                doc! { "$anyElementTrue": { "$map": { "input": "$fullDocument.a", "as": "x", "in": "$$x.y" } } },
            ),
            (
                doc! { "$let": { "vars": { "a": "$b" }, "in": "$$a" } },
                doc! { "$let": { "vars": { "a": "$fullDocument.b" }, "in": "$$a" } },
            ),
            (
                doc! { "$getField": { "$literal": "$a" } },
                doc! { "$getField": { "field": { "$literal": "$a" }, "input": "$fullDocument" } },
            ),
            (
                doc! { "$getField": { "field": "a", "input": "$b" } },
                doc! { "$getField": { "field": "a", "input": "$fullDocument.b" } },
            ),
            (
                doc! { "$function": { "body": "$a", "args": ["$a"], "lang": "js" } },
                doc! { "$function": { "body": "$a", "lang": "js", "args": ["$fullDocument.a"] } },
            ),
        ] {
            assert_eq!(moved(doc! { "$expr": own }), doc! { "$expr": expected });
        }
    }

    #[test]
    fn a_schema_is_that_of_the_field() {
        let schema = doc! { "required": ["a"] };
        let expected = doc! { "$jsonSchema": { "properties": { "fullDocument": schema.clone() } } };
        assert_eq!(moved(doc! { "$jsonSchema": schema }), expected);
    }

    #[test]
    fn what_selects_only_stored_documents_is_refused() {
        for (filter, operator) in [
            (doc! { "$where": "true" }, "$where"),
            (doc! { "$or": [{ "$text": { "$search": "x" } }] }, "$text"),
            (doc! { "$sampleRate": 0.5 }, "$sampleRate"),
            (doc! { "at": { "$near": [0, 0] } }, "$near"),
            (doc! { "$expr": { "$lt": [{ "$rand": {} }, 0.5] } }, "$rand"),
            (doc! { "$expr": { "$let": { "vars": { "CURRENT": "$a" }, "in": "$b" } } }, "$let` of `CURRENT"),
        ] {
            let error = below("fullDocument", filter).unwrap_err();
            assert!(error.is_not_sent());
            assert_eq!(
                error.to_string(),
                format!(
                    "`{operator}` selects stored documents, and cannot select changes: remove this condition, and test \
                     the changes that arrive; nothing was sent"
                )
            );
        }
    }
}
