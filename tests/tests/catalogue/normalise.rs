//! What may differ between an example and what a case renders, because it means the same.

use std::collections::BTreeMap;

use odm::bson::{Bson, Document, Regex, doc};

/// The operators on a date, which accept the date alone or `{ date: date }`.
const DATE_PARTS: [&str; 13] = [
    "$year",
    "$month",
    "$dayOfMonth",
    "$dayOfWeek",
    "$dayOfYear",
    "$hour",
    "$minute",
    "$second",
    "$millisecond",
    "$week",
    "$isoWeek",
    "$isoWeekYear",
    "$isoDayOfWeek",
];

/// Returns the stages as text, in which equal meanings are equal texts.
pub(crate) fn normalised(stages: Vec<Document>) -> String {
    let mut all: Vec<Document> = Vec::new();
    for stage in stages.into_iter().map(stage) {
        // Several `$unset` are one.
        if let (Some(Ok(before)), Ok(more)) =
            (all.last_mut().map(|stage| stage.get_array_mut("$unset")), stage.get_array("$unset"))
        {
            before.extend(more.clone());
        } else {
            all.push(stage);
        }
    }
    let texts: Vec<_> = all.into_iter().map(|stage| value(Bson::Document(stage), false)).collect();
    format!("[{}]", texts.join(", "))
}

/// Writes a stage in one form.
fn stage(stage: Document) -> Document {
    // A filter or an update, which is compared like a stage, may have no key or several.
    if stage.len() != 1 {
        return stage;
    }
    let Some((name, argument)) = stage.into_iter().next() else { return Document::new() };
    match (name.as_str(), argument) {
        ("$match", Bson::Document(conditions)) => doc! { "$match": filter(conditions) },
        ("$addFields", fields) => doc! { "$set": fields },
        ("$unset", Bson::String(field)) => doc! { "$unset": [field] },
        ("$merge", Bson::Document(mut merge)) => {
            if let Some(update) = merge.get_mut("whenMatched") {
                *update = stages(update.clone());
            }
            doc! { "$merge": merge }
        }
        // The server requires the database beside `coll`, which the example leaves out.
        ("$out", Bson::Document(out)) if out.len() == 1 => doc! { "$out": out.get_str("coll").unwrap() },
        ("$group", Bson::Document(mut group)) => {
            group.entry("_id").or_insert(Bson::Null);
            doc! { "$group": group }
        }
        ("$project", Bson::Document(fields)) => project(fields),
        ("$facet", Bson::Document(facets)) => {
            let facets: Document =
                facets.into_iter().map(|(name, pipeline)| (name, stages(pipeline))).collect();
            doc! { "$facet": facets }
        }
        (_, argument) => doc! { name: argument },
    }
}

/// Writes each stage of a pipeline inside a stage in one form.
fn stages(pipeline: Bson) -> Bson {
    let Bson::Array(pipeline) = pipeline else { return pipeline };
    let one = |one| match one {
        Bson::Document(one) => Bson::Document(stage(one)),
        other => other,
    };
    Bson::Array(pipeline.into_iter().map(one).collect())
}

/// Writes a filter in one form: `$and` is explicit only where two conditions cannot be in one document.
fn filter(conditions: Document) -> Document {
    let (mut joined, mut apart) = (Document::new(), Vec::new());
    for (name, test) in flat(conditions) {
        let test = if name.starts_with('$') { test } else { test_of(test) };
        match (joined.get_mut(&name), test) {
            (None, test) => {
                joined.insert(name, test);
            }
            (Some(Bson::Document(before)), Bson::Document(more))
                if before.keys().all(|operator| !more.contains_key(operator)) =>
            {
                before.extend(more);
            }
            (Some(_), test) => apart.push(Bson::Document(doc! { name: test })),
        }
    }
    if !apart.is_empty() {
        joined.insert("$and", apart);
    }
    joined
}

/// Returns the conditions without `$and`.
fn flat(conditions: Document) -> Vec<(String, Bson)> {
    conditions
        .into_iter()
        .flat_map(|(name, test)| match (name.as_str(), test) {
            ("$and", Bson::Array(all)) => {
                all.into_iter().flat_map(|one| flat(one.as_document().cloned().unwrap_or_default())).collect()
            }
            (_, test) => vec![(name, test)],
        })
        .collect()
}

/// Writes a test with its operator: a value is equal, and a regular expression is matched.
fn test_of(test: Bson) -> Bson {
    match test {
        Bson::RegularExpression(Regex { pattern, options }) if options.as_str().is_empty() => {
            doc! { "$regex": pattern.as_str() }.into()
        }
        Bson::Document(test) if test.keys().any(|key| key.starts_with('$')) => {
            let operators = test.into_iter().map(|(operator, argument)| {
                let argument = if operator == "$not" { test_of(argument) } else { argument };
                (operator, argument)
            });
            Bson::Document(operators.collect())
        }
        value => doc! { "$eq": value }.into(),
    }
}

/// A `$project` without inclusions is a `$unset`; the `_id` is included or excluded as the type of the row says.
fn project(mut fields: Document) -> Document {
    let excluded = |value: &Bson| matches!(value, Bson::Int32(0) | Bson::Int64(0) | Bson::Boolean(false));
    if fields.values().all(excluded) {
        let names: Vec<Bson> = fields.keys().cloned().map(Bson::String).collect();
        return doc! { "$unset": names };
    }
    if fields.get("_id").is_some_and(|id| excluded(id) || included(id)) {
        fields.remove("_id");
    }
    doc! { "$project": inclusions("", fields) }
}

/// Writes the fields of a `$project` below a path in one form: a field that is itself, or null if it is missing, is included.
fn inclusions(above: &str, fields: Document) -> Document {
    let field = |(name, value): (String, Bson)| {
        let value = inclusion(&format!("{above}{name}"), value);
        (name, value)
    };
    fields.into_iter().map(field).collect()
}

fn inclusion(path: &str, value: Bson) -> Bson {
    match value {
        value if included(&value) => Bson::Int64(1),
        Bson::Document(fields) => match fields.get_array("$ifNull") {
            // A missing value is null in a row.
            Ok(both) if both.len() == 2 && both[1] == Bson::Null => match both[0].as_str() {
                Some(field) if field.strip_prefix('$') == Some(path) => Bson::Int64(1),
                _ => fields.into(),
            },
            _ if fields.keys().any(|name| name.starts_with('$')) => fields.into(),
            _ => inclusions(&format!("{path}."), fields).into(),
        },
        value => value,
    }
}

fn included(value: &Bson) -> bool {
    matches!(value, Bson::Int32(1) | Bson::Int64(1) | Bson::Boolean(true))
}

/// Writes a value as text. The order of the keys counts only in a sort.
fn value(bson: Bson, ordered: bool) -> String {
    match bson {
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        // A whole number is the same number in each type.
        Bson::Double(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Bson::Array(items) => {
            format!("[{}]", items.into_iter().map(|item| value(item, false)).collect::<Vec<_>>().join(", "))
        }
        Bson::Document(fields) => document(fields, ordered),
        other => other.to_string(),
    }
}

fn document(fields: Document, ordered: bool) -> String {
    if let (1, Some((name, operand))) = (fields.len(), fields.iter().next()) {
        match (name.as_str(), operand) {
            // `{ field: { $eq: value } }` is `{ field: value }`.
            ("$eq", operand) if !matches!(operand, Bson::Array(both) if both.len() == 2) => {
                return value(operand.clone(), false);
            }
            // The document of `$getField` is the current one, if it is not given. A server of version 6.0 needs it.
            ("$getField", Bson::Document(arguments)) if !arguments.contains_key("input") => {
                let mut arguments = arguments.clone();
                arguments.insert("input", "$$CURRENT");
                return document(doc! { "$getField": arguments }, false);
            }
            // A constant is itself, unless the server reads it as something else.
            ("$literal", constant) => return value(constant.clone(), false),
            // A missing value is null in a row.
            ("$ifNull", Bson::Array(both)) if both.len() == 2 && both[1] == Bson::Null => {
                return value(both[0].clone(), false);
            }
            ("$cond", Bson::Array(three)) if three.len() == 3 => {
                let three = doc! { "if": &three[0], "then": &three[1], "else": &three[2] };
                return document(doc! { "$cond": three }, false);
            }
            // One argument is the same in a list and alone.
            (name, Bson::Array(one)) if name.starts_with('$') && one.len() == 1 && !is_condition(name) => {
                return document(doc! { name: &one[0] }, false);
            }
            (name, date)
                if DATE_PARTS.contains(&name)
                    && !date.as_document().is_some_and(|date| date.contains_key("date")) =>
            {
                return document(doc! { name: { "date": date } }, false);
            }
            _ => {}
        }
    }
    let mut written: Vec<(String, String)> = fields
        .into_iter()
        .map(|(name, field)| {
            let sort = matches!(name.as_str(), "$sort" | "sortBy");
            let text = value(field, sort);
            (name, text)
        })
        .collect();
    if !ordered {
        written = written.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
    }
    let fields: Vec<_> = written.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// Operators of filters whose argument is a list also if it has one element.
fn is_condition(name: &str) -> bool {
    matches!(name, "$and" | "$or" | "$nor" | "$in" | "$nin" | "$all" | "$each" | "$pullAll" | "$unset")
}
