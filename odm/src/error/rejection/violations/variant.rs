//! Which of several schemas a document was meant to satisfy: the variant of an enum.

use mongodb::bson::{Bson, Document};

use super::{keyword, list, operator};

/// Returns the schema that the document was meant to satisfy, if it is clear.
pub(super) fn right<'d>(branches: &[&'d Document]) -> Option<&'d Document> {
    if let [only] = branches {
        return Some(only);
    }
    // A tag is wrong in all variants but the right one.
    let wrong: Vec<Vec<&str>> = branches.iter().map(|branch| wrong_values(branch)).collect();
    let names = wrong.iter().flatten();
    let is_tag =
        |name: &&&str| wrong.iter().filter(|names| names.contains(name)).count() == branches.len() - 1;
    if let Some(tag) = names.into_iter().find(is_tag) {
        let right = wrong.iter().position(|names| !names.contains(tag))?;
        return branches.get(right).copied();
    }
    if let Some((first, others)) = wrong.split_first()
        && first.iter().any(|name| others.iter().all(|names| names.contains(name)))
    {
        return None;
    }
    // Else the type of the value, or the only element of a document, is that of one variant.
    let mut fitting = branches.iter().filter(|branch| !is_of_another_kind(branch));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Returns the message for a value that is none of the variants.
pub(super) fn none(branches: &[&Document]) -> String {
    let mut types: Vec<&str> = Vec::new();
    for branch in branches {
        let rules = list(branch, "details").filter(|rule| operator(rule) == "bsonType");
        let expected: Vec<&Bson> =
            rules.filter_map(|rule| rule.get_document("specifiedAs").ok()?.get("bsonType")).collect();
        if expected.is_empty() {
            return "must be one of the declared variants".to_owned();
        }
        for expected in expected {
            match expected {
                Bson::Array(names) => types.extend(names.iter().filter_map(Bson::as_str)),
                Bson::String(name) => types.push(name),
                _ => {}
            }
        }
    }
    types.dedup();
    keyword::of_types(&types)
}

/// Returns the names of the properties whose values are wrong as a tag or a version is.
fn wrong_values(branch: &Document) -> Vec<&str> {
    let rules = list(branch, "details").filter(|rule| operator(rule) == "properties");
    let properties = rules.flat_map(|rule| list(rule, "propertiesNotSatisfied"));
    let wrong = properties.filter(|property| {
        list(property, "details").any(|rule| matches!(operator(rule), "enum" | "not" | "minimum" | "maximum"))
    });
    wrong.filter_map(|property| property.get_str("propertyName").ok()).collect()
}

/// Returns whether the value has another type than the variant, or another element than the one that names it.
fn is_of_another_kind(branch: &Document) -> bool {
    list(branch, "details").any(|rule| match operator(rule) {
        "bsonType" | "enum" | "not" | "required" => true,
        "additionalProperties" => rule.contains_key("additionalProperties"),
        _ => false,
    })
}
