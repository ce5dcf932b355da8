//! Why the server refuses a document that the model accepts.

use mongodb::bson::{Bson, Document, RawDocument, doc};

use super::run::id;
use crate::{
    Database,
    error::Result,
    exec,
    meta::bson_type_name,
    operation::{Operation, Verb},
    schema::validator::ModelValidator,
};

const AGGREGATE: Verb = Verb::new("scan", "aggregate").reading();

/// The number of parts in one command. The server limits the stages of a pipeline.
const PARTS: usize = 100;

/// Returns the parts of the validator that the document violates, as text. The server returns no reasons for a stored
/// document, so it matches the document with each part.
pub(super) async fn reason(
    db: &Database,
    collection: &str,
    validator: &ModelValidator,
    document: &RawDocument,
) -> Result<String> {
    let mut violated = Vec::new();
    for parts in parts(validator, document).chunks(PARTS) {
        let mut facets = Document::new();
        for (position, (part, _)) in parts.iter().enumerate() {
            let stages = [doc! { "$match": { "$nor": [part.clone()] } }, doc! { "$project": { "_id": 1 } }];
            facets.insert(position.to_string(), stages.to_vec());
        }
        let pipeline = [doc! { "$match": { "_id": { "$eq": id(document) } } }, doc! { "$facet": facets }];
        let driver = db.driver().collection::<Document>(collection);
        let found: Document = exec::run(Operation::new(AGGREGATE, db.name(), Some(collection)), async {
            let mut cursor = driver.aggregate(pipeline).await?;
            if cursor.advance().await? { cursor.deserialize_current() } else { Ok(Document::new()) }
        })
        .await?;
        let is_violated = |position: usize| {
            found.get_array(position.to_string()).is_ok_and(|documents| !documents.is_empty())
        };
        let reasons = parts.iter().enumerate().filter(|(position, _)| is_violated(*position));
        violated.extend(reasons.map(|(_, (_, reason))| reason.as_str().to_owned()));
    }
    Ok(format!("the model accepts it, and the validator refuses {}", violated.join(", ")))
}

/// Returns conditions that together are the validator, each with what it is about.
fn parts(validator: &ModelValidator, document: &RawDocument) -> Vec<(Document, String)> {
    let schema = validator.json_schema();
    let declared = schema.get_document("properties").cloned().unwrap_or_default();
    let mut parts = Vec::new();
    for (name, property) in &declared {
        let Ok(Some(value)) = document.get(name) else { continue };
        let found = bson_type_name(value.element_type());
        let part = doc! { "$jsonSchema": { "properties": { name: property } } };
        parts.push((part, format!("`{name}`, which is stored as {found}")));
    }
    for (keyword, value) in schema {
        match keyword.as_str() {
            "title" | "description" | "properties" => {}
            "required" => {
                for name in value.as_array().into_iter().flatten().filter_map(Bson::as_str) {
                    let part = doc! { "$jsonSchema": { "required": [name] } };
                    parts.push((part, format!("that `{name}` is missing")));
                }
            }
            "additionalProperties" => {
                let any: Document = declared.keys().map(|name| (name.clone(), doc! {}.into())).collect();
                let part = doc! { "$jsonSchema": { "properties": any, "additionalProperties": value } };
                let names =
                    document.iter_elements().flatten().map(|element| element.key().as_str().to_owned());
                let undeclared: Vec<String> = names.filter(|name| !declared.contains_key(name)).collect();
                parts.push((part, format!("undeclared fields (`{}`)", undeclared.join("`, `"))));
            }
            _ => parts.push((doc! { "$jsonSchema": { keyword: value } }, format!("its `{keyword}`"))),
        }
    }
    for condition in validator.document().get_array("$and").into_iter().flatten() {
        if let Bson::Document(condition) = condition {
            parts.push((condition.clone(), format!("the condition {condition}")));
        }
    }
    parts
}
