//! The filter for the documents that follow a position in the server's order.
//!
//! `$gt` and `$lt` compare only values of one class of types, match nothing for NaN, and never match null. So the
//! filter consists of ranges: equal in the first keys, and greater in the next one, inside of its class of types or in
//! a later class. A plain `$or` of the ranges would be a mistake: with an index, the server merges one scan for each
//! range, and then orders missing fields before null ones, although a sort treats them as equal. A `$nor` of a `$nor`
//! has the same meaning and is not merged.

use mongodb::bson::{Bson, Document, doc};

use super::{keys::Keys, position::PagePosition};

/// The classes of types in ascending order. Values of different types in one class are compared by their value.
const CLASSES: [&[&str]; 16] = [
    &["minKey"],
    &["undefined"],
    &["null"],
    &["number"],
    &["string", "symbol"],
    &["object"],
    &["binData"],
    &["objectId"],
    &["bool"],
    &["date"],
    &["timestamp"],
    &["regex"],
    &["dbPointer"],
    &["javascript"],
    &["javascriptWithScope"],
    &["maxKey"],
];

const NULL: usize = 2;

/// Returns the conditions that together match exactly the documents after the position, in the order of the keys.
/// `backward` turns the order round. `inclusive` matches the document at the position too.
pub(super) fn after(keys: &Keys, backward: bool, position: &PagePosition, inclusive: bool) -> Vec<Bson> {
    let mut ranges = Vec::new();
    let mut equal = Document::new();
    let mut bound = None;
    for (index, (name, ascending, value)) in keys.iter(backward).zip(position.values()).map(flat).enumerate()
    {
        if index == 0 {
            bound = bounded(value, ascending).map(|test| doc! { name: test });
        }
        for condition in greater(name, value, ascending) {
            let mut range = equal.clone();
            range.extend(condition);
            ranges.push(Bson::Document(range));
        }
        equal.insert(name, doc! { "$eq": value.clone() });
    }
    if inclusive {
        ranges.push(Bson::Document(equal));
    }
    if ranges.is_empty() {
        return vec![Bson::Document(doc! { "$nor": [{}] })];
    }
    let ranges = doc! { "$nor": [{ "$nor": ranges }] };
    bound.into_iter().chain([ranges]).map(Bson::Document).collect()
}

fn flat<'a>(((name, ascending), value): ((&'a str, bool), &'a Bson)) -> (&'a str, bool, &'a Bson) {
    (name, ascending, value)
}

/// Returns conditions of which one holds if the field comes after the value in this direction.
fn greater(name: &str, value: &Bson, ascending: bool) -> Vec<Document> {
    let class = class(value);
    let beyond = if ascending { class + 1..CLASSES.len() } else { 0..class };
    let types: Vec<&str> =
        CLASSES[beyond.clone()].concat().into_iter().filter(|alias| *alias != "null").collect();
    let mut conditions = within(name, value, ascending);
    if beyond.contains(&NULL) {
        // A missing field too, which has no type.
        conditions.push(doc! { name: { "$eq": null } });
    }
    if !types.is_empty() {
        conditions.push(doc! { name: { "$type": types } });
    }
    conditions
}

/// Returns the conditions for the values of the same class.
fn within(name: &str, value: &Bson, ascending: bool) -> Vec<Document> {
    let operator = if ascending { "$gt" } else { "$lt" };
    match value {
        Bson::Null | Bson::Undefined | Bson::MinKey | Bson::MaxKey => Vec::new(),
        // NaN comes before all other numbers.
        number if is_nan(number) => {
            if ascending {
                vec![doc! { name: { "$gte": f64::NEG_INFINITY } }]
            } else {
                Vec::new()
            }
        }
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) if !ascending => {
            vec![doc! { name: { "$lt": value.clone() } }, doc! { name: { "$eq": f64::NAN } }]
        }
        // The server refuses `$gt` with a regular expression.
        Bson::RegularExpression(_) => {
            let path = format!("${name}");
            vec![doc! { "$expr": { "$and": [
                { "$eq": [{ "$type": path.as_str() }, "regex"] },
                { operator: [path.as_str(), { "$literal": value.clone() }] },
            ] } }]
        }
        _ => vec![doc! { name: { operator: value.clone() } }],
    }
}

/// Returns a condition of the first key that all ranges imply, from which the server makes the bounds of an index scan.
/// There is none for values whose bounds the server cannot compute.
fn bounded(value: &Bson, ascending: bool) -> Option<Document> {
    match value {
        Bson::Null
        | Bson::Undefined
        | Bson::MinKey
        | Bson::MaxKey
        | Bson::RegularExpression(_)
        | Bson::Symbol(_) => None,
        number if is_nan(number) => None,
        _ if class(value) > NULL && ascending => Some(doc! { "$ne": null, "$not": { "$lt": value.clone() } }),
        _ if ascending => Some(doc! { "$not": { "$lt": value.clone() } }),
        _ => Some(doc! { "$not": { "$gt": value.clone() } }),
    }
}

fn is_nan(value: &Bson) -> bool {
    match value {
        Bson::Double(number) => number.is_nan(),
        // The bits of a NaN begin with five ones, after the sign.
        Bson::Decimal128(number) => number.bytes()[15] & 0x7c == 0x7c,
        _ => false,
    }
}

/// Returns the index of the class of a value. A position never contains an array.
fn class(value: &Bson) -> usize {
    match value {
        Bson::MinKey => 0,
        Bson::Undefined => 1,
        Bson::Null | Bson::Array(_) => NULL,
        Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => 3,
        Bson::String(_) | Bson::Symbol(_) => 4,
        Bson::Document(_) => 5,
        Bson::Binary(_) => 6,
        Bson::ObjectId(_) => 7,
        Bson::Boolean(_) => 8,
        Bson::DateTime(_) => 9,
        Bson::Timestamp(_) => 10,
        Bson::RegularExpression(_) => 11,
        Bson::DbPointer(_) => 12,
        Bson::JavaScriptCode(_) => 13,
        Bson::JavaScriptCodeWithScope(_) => 14,
        Bson::MaxKey => 15,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_recognised_in_both_types() {
        for (text, nan) in [("NaN", true), ("Infinity", false), ("-Infinity", false), ("1E+6000", false)] {
            assert_eq!(is_nan(&Bson::Decimal128(text.parse().unwrap())), nan, "{text}");
        }
        assert!(is_nan(&Bson::Double(f64::NAN)) && !is_nan(&Bson::Double(f64::INFINITY)));
    }
}
