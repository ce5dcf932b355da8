//! Whether a validator accepts every document that another one accepts.
//!
//! The server has no such comparison, so this one proves what it can: `true` is certain, and `false` means that a document
//! may exist which only the other validator accepts. Both are in their normal form.

mod live;
mod number;

use mongodb::bson::{Bson, Document};

pub(super) use self::live::{documents, list};
use self::{
    live::Live,
    number::{Bound, is_multiple},
};

/// Returns whether the declared validator accepts every document that the live one accepts.
pub(super) fn covers(declared: &Document, live: &Document) -> bool {
    let known = conditions(live);
    conditions(declared).iter().all(|condition| known.contains(condition))
        && covers_schema(
            documents(declared.get("$jsonSchema")),
            &Live::of(documents(live.get("$jsonSchema"))),
        )
}

/// Returns the query clauses of a validator besides its schema.
pub(super) fn conditions(validator: &Document) -> Vec<Bson> {
    let others = validator.iter().filter(|(key, _)| !matches!(key.as_str(), "$jsonSchema" | "$and"));
    let others =
        others.map(|(key, value)| Bson::Document([(key.clone(), value.clone())].into_iter().collect()));
    validator.get_array("$and").cloned().unwrap_or_default().into_iter().chain(others).collect()
}

/// Returns whether every value that the live schemas accept satisfies the schema.
fn covers_schema(declared: &Document, live: &Live<'_>) -> bool {
    live.has(declared)
        || declared.iter().all(|(keyword, operand)| is_implied_in_each_case(keyword, operand, declared, live))
}

/// Returns the same as [`is_implied`], and distinguishes the alternatives of the live schemas if that is necessary.
fn is_implied_in_each_case(keyword: &str, operand: &Bson, declared: &Document, live: &Live<'_>) -> bool {
    is_implied(keyword, operand, declared, live)
        || live
            .cases()
            .any(|mut cases| cases.all(|case| is_implied_in_each_case(keyword, operand, declared, &case)))
}

/// Returns whether every value that the live schemas accept satisfies this keyword of the schema.
fn is_implied(keyword: &str, operand: &Bson, declared: &Document, live: &Live<'_>) -> bool {
    if let Some(types) = types_of(keyword)
        && live.has_no_type_of(types)
    {
        return true;
    }
    match (keyword, operand) {
        // The bounds include `exclusiveMinimum` and `exclusiveMaximum`.
        ("title" | "description" | "exclusiveMinimum" | "exclusiveMaximum", _)
        | ("minLength" | "minItems" | "minProperties", Bson::Int32(0))
        | ("uniqueItems", Bson::Boolean(false)) => true,
        ("bsonType", accepted) => live.has_types_in(list(Some(accepted))),
        ("enum", accepted) => live.has_values_in(list(Some(accepted))),
        ("minimum" | "maximum", _) => {
            Bound::of(declared, keyword).is_some_and(|bound| live.is_bounded(&bound))
        }
        ("multipleOf", divisor) => live.is_multiple_of(divisor),
        ("minLength" | "minItems" | "minProperties" | "maxLength" | "maxItems" | "maxProperties", length) => {
            let is_min = keyword.starts_with("min");
            live.operands(keyword).any(|other| {
                number::order(other, length).is_some_and(|order| order.is_eq() || order.is_gt() == is_min)
            })
        }
        ("required", names) => list(Some(names))
            .iter()
            .all(|name| live.operands("required").any(|required| list(Some(required)).contains(name))),
        ("properties", properties) => documents(Some(properties)).iter().all(|(name, schema)| {
            schema.as_document().is_some_and(|schema| {
                schema.is_empty() || live.property(name).is_none_or(|values| covers_schema(schema, &values))
            })
        }),
        ("patternProperties", patterns) => documents(Some(patterns)).iter().all(|(pattern, schema)| {
            schema.as_document().is_some_and(|schema| covers_schema(schema, &live.pattern(pattern)))
        }),
        ("additionalProperties", rest) => covers_undeclared(rest, declared, live),
        ("items", Bson::Document(schema)) => covers_schema(schema, &live.items(None)),
        ("items", Bson::Array(schemas)) => schemas.iter().enumerate().all(|(index, schema)| {
            schema.as_document().is_some_and(|schema| covers_schema(schema, &live.items(Some(index))))
        }),
        ("anyOf", branches) => list(Some(branches))
            .iter()
            .filter_map(Bson::as_document)
            .any(|branch| covers_schema(branch, live)),
        ("allOf", parts) => list(Some(parts))
            .iter()
            .all(|part| part.as_document().is_some_and(|part| covers_schema(part, live))),
        // A value must not satisfy two of them, so a further one refuses values too.
        ("oneOf", branches) => live.operands("oneOf").any(|other| {
            let (one, other) = (list(Some(branches)), list(Some(other)));
            one.len() == other.len() && one.iter().all(|branch| other.contains(branch))
        }),
        ("not", Bson::Document(refused)) => live
            .operands("not")
            .filter_map(Bson::as_document)
            .any(|refused_now| covers_schema(refused_now, &Live::of(refused))),
        (_, operand) => live.operands(keyword).any(|other| other == operand),
    }
}

/// Returns whether `additionalProperties` accepts every field that the schema does not declare, and that the live
/// schemas accept.
fn covers_undeclared(rest: &Bson, declared: &Document, live: &Live<'_>) -> bool {
    let accepts = |values: Option<Live<'_>>| match (rest, values) {
        (Bson::Boolean(true), _) | (_, None) => true,
        (Bson::Document(schema), Some(values)) => covers_schema(schema, &values),
        _ => false,
    };
    let (names, patterns) =
        (documents(declared.get("properties")), documents(declared.get("patternProperties")));
    let mut other_names = live.names("properties").filter(|name| !names.contains_key(*name));
    let mut other_patterns =
        live.names("patternProperties").filter(|pattern| !patterns.contains_key(*pattern));
    other_names.all(|name| accepts(live.property(name)))
        && other_patterns.all(|pattern| accepts(Some(live.pattern(pattern))))
        && accepts(live.rest())
}

/// Returns the types whose values a keyword checks. It accepts all values of other types.
fn types_of(keyword: &str) -> Option<&'static [&'static str]> {
    Some(match keyword {
        "minimum" | "maximum" | "multipleOf" => &live::NUMBERS,
        "minLength" | "maxLength" | "pattern" => &["string"],
        "minItems" | "maxItems" | "uniqueItems" | "items" | "additionalItems" => &["array"],
        "required"
        | "properties"
        | "patternProperties"
        | "additionalProperties"
        | "minProperties"
        | "maxProperties"
        | "dependencies" => &["object"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
