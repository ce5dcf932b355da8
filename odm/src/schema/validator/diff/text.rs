//! Schemas and the values of keywords, as a plan displays them.

use mongodb::bson::{Bson, Document};

/// Returns the value of a keyword: a list of alternatives, a schema, or a constant.
pub(super) fn one_of(value: &Bson) -> String {
    match value {
        Bson::Document(schema) => summary(schema),
        Bson::Array(items) => {
            let items: Vec<String> = items.iter().map(constant).collect();
            items.join(" or ")
        }
        other => constant(other),
    }
}

/// Returns a schema in short: `string or null (minLength 1)`.
pub(super) fn summary(schema: &Document) -> String {
    let mut base = match (schema.get("bsonType"), schema.get("enum"), schema.get_array("anyOf")) {
        (Some(types), ..) => one_of(types),
        (None, Some(values), _) => one_of(values),
        (None, None, Ok(branches)) => {
            let branches: Vec<String> = branches.iter().map(one_of).collect();
            branches.join(" or ")
        }
        _ => "any".to_owned(),
    };
    if let Some(Bson::Document(items)) = schema.get("items") {
        base = format!("{base} of {}", summary(items));
    }
    let details = schema.iter().filter(|(keyword, _)| {
        !matches!(keyword.as_str(), "bsonType" | "enum" | "anyOf" | "items" | "title" | "description")
    });
    let details: Vec<String> = details
        .map(|(keyword, value)| match value {
            Bson::Document(properties) if keyword == "properties" => {
                let names: Vec<&str> = properties.keys().map(String::as_str).collect();
                format!("fields {}", names.join(", "))
            }
            Bson::Array(names) if keyword == "required" => {
                let names: Vec<&str> = names.iter().filter_map(Bson::as_str).collect();
                format!("required {}", names.join(", "))
            }
            Bson::Document(values) => format!("{keyword} {}", summary(values)),
            other => format!("{keyword} {}", constant(other)),
        })
        .collect();
    if details.is_empty() { base } else { format!("{base} ({})", details.join("; ")) }
}

fn constant(value: &Bson) -> String {
    match value {
        // The names of types, and listed texts.
        Bson::String(text) => text.clone(),
        Bson::Document(schema) => summary(schema),
        other => other.to_string(),
    }
}
