//! Alternative forms of stored values. If one side reads the same after a value is replaced by another form, the
//! other side must then read the same, too.

use odm::bson::{Bson, Document, doc};

use super::erased_type::{Read, Subject};

/// Replaces each value by one of the forms that `others` returns for it, if `unchanged` returns `true` for the new
/// result. Returns whether both sides read the same in the end.
pub(crate) fn agree(
    subject: &Subject,
    bytes: &[u8],
    others: impl Fn(&Bson) -> Vec<Bson>,
    unchanged: impl Fn(&Read) -> bool,
) -> bool {
    let Ok(document) = Document::from_reader(bytes) else { return false };
    let mut document = Bson::Document(document);
    let read = |document: &Bson| {
        let bytes = document.as_document()?.to_vec().ok()?;
        Some((subject.read)(&bytes))
    };
    let mut number = 0;
    while let Some(value) = nth(&document, &mut { number }) {
        let changed = others(value).into_iter().find_map(|other| {
            let mut changed = document.clone();
            *nth_mut(&mut changed, &mut { number })? = other;
            read(&changed).is_some_and(|read| unchanged(&read)).then_some(changed)
        });
        match changed {
            // The value may have a further form.
            Some(changed) => document = changed,
            None => number += 1,
        }
    }
    read(&document).is_some_and(
        |Read { ours, theirs }| matches!((ours, theirs), (Ok(ours), Ok(theirs)) if ours == theirs),
    )
}

/// Returns the nested value with the number `target`.
fn nth<'b>(value: &'b Bson, target: &mut usize) -> Option<&'b Bson> {
    if *target == 0 {
        return Some(value);
    }
    *target -= 1;
    match value {
        Bson::Document(document) => document.iter().find_map(|(_, value)| nth(value, target)),
        Bson::Array(items) => items.iter().find_map(|item| nth(item, target)),
        _ => None,
    }
}

fn nth_mut<'b>(value: &'b mut Bson, target: &mut usize) -> Option<&'b mut Bson> {
    if *target == 0 {
        return Some(value);
    }
    *target -= 1;
    match value {
        Bson::Document(document) => document.iter_mut().find_map(|(_, value)| nth_mut(value, target)),
        Bson::Array(items) => items.iter_mut().find_map(|item| nth_mut(item, target)),
        _ => None,
    }
}

/// Returns the integer for an integral double.
pub(crate) fn integer(value: &Bson) -> Vec<Bson> {
    match value {
        #[allow(clippy::cast_possible_truncation)] // integral
        Bson::Double(double) if double.fract() == 0.0 && double.abs() <= 9_007_199_254_740_992.0 => {
            vec![Bson::Int64(*double as i64)]
        }
        _ => Vec::new(),
    }
}

/// Returns the decimal for an integer.
pub(crate) fn decimal(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Int32(_) | Bson::Int64(_) => {
            value.to_string().parse().map(Bson::Decimal128).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the nearest `i32` for a number outside of its range.
pub(crate) fn nearest(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Int64(number) if *number > i64::from(i32::MAX) => vec![Bson::Int32(i32::MAX)],
        Bson::Int64(number) if *number < i64::from(i32::MIN) => vec![Bson::Int32(i32::MIN)],
        _ => Vec::new(),
    }
}

/// Returns the nearest double and the nearest `f32` for a number that they cannot hold exactly.
pub(crate) fn rounded(value: &Bson) -> Vec<Bson> {
    let integer = match value {
        Bson::Int32(number) => i64::from(*number),
        Bson::Int64(number) => *number,
        Bson::Double(double) if double.is_finite() && double.abs() > f64::from(f32::MAX) => {
            return vec![Bson::Double(f64::INFINITY.copysign(*double))];
        }
        _ => return Vec::new(),
    };
    if integer.unsigned_abs() <= 1 << 24 {
        return Vec::new();
    }
    #[allow(clippy::cast_precision_loss)] // the rounding is intended
    let (double, single) = (integer as f64, integer as f32);
    vec![Bson::Double(double), Bson::Double(single.into())]
}

/// Returns every shorter prefix of an array.
pub(crate) fn shorter(value: &Bson) -> Vec<Bson> {
    let Bson::Array(items) = value else { return Vec::new() };
    (0..items.len()).map(|length| Bson::Array(items[..length].to_vec())).collect()
}

/// Returns a document with only the first element.
pub(crate) fn first_alone(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(document) if document.len() > 1 => {
            vec![Bson::Document(document.clone().into_iter().take(1).collect())]
        }
        _ => Vec::new(),
    }
}

/// Returns the document without one of its elements, for each element.
pub(crate) fn fewer(value: &Bson) -> Vec<Bson> {
    let Bson::Document(document) = value else { return Vec::new() };
    let without = |name: &String| {
        let mut fewer = document.clone();
        fewer.remove(name);
        Bson::Document(fewer)
    };
    document.keys().map(without).collect()
}

/// Returns a document without the tags of structs, whose names all begin with `tag `.
pub(crate) fn without_tags(value: &Bson) -> Vec<Bson> {
    let Bson::Document(document) = value else { return Vec::new() };
    let (tags, others): (Vec<_>, Vec<_>) =
        document.clone().into_iter().partition(|(name, _)| name.starts_with("tag "));
    if tags.is_empty() { Vec::new() } else { vec![Bson::Document(others.into_iter().collect())] }
}

/// Returns null for an empty document or array.
pub(crate) fn null(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(document) if document.is_empty() => vec![Bson::Null],
        Bson::Array(items) if items.is_empty() => vec![Bson::Null],
        _ => Vec::new(),
    }
}

/// Returns the name for `{ name: null }`.
pub(crate) fn name(value: &Bson) -> Vec<Bson> {
    let Bson::Document(document) = value else { return Vec::new() };
    match document.iter().next() {
        Some((name, Bson::Null)) if document.len() == 1 => vec![Bson::String(name.clone())],
        _ => Vec::new(),
    }
}

/// Returns an empty document, and one with an unexpected element, for an array and for every type that extended JSON
/// writes as a document.
pub(crate) fn document(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(_)
        | Bson::String(_)
        | Bson::Boolean(_)
        | Bson::Null
        | Bson::Int32(_)
        | Bson::Int64(_)
        | Bson::Double(_) => Vec::new(),
        _ => vec![Bson::Document(Document::new()), Bson::Document(doc! { "$oid": "" })],
    }
}

/// Returns the document with another value at this path.
pub(crate) fn with(bytes: &[u8], path: &str, other: Bson) -> Option<Vec<u8>> {
    fn find<'b>(value: &'b mut Bson, path: &str) -> Option<&'b mut Bson> {
        if path.is_empty() {
            return Some(value);
        }
        // Names may contain dots.
        let below = |name: &str| {
            let rest = path.strip_prefix(name)?;
            rest.strip_prefix('.').or_else(|| rest.is_empty().then_some(""))
        };
        match value {
            Bson::Document(document) => {
                document.iter_mut().find_map(|(name, value)| find(value, below(name)?))
            }
            Bson::Array(items) => {
                items.iter_mut().enumerate().find_map(|(index, item)| find(item, below(&index.to_string())?))
            }
            _ => None,
        }
    }
    let mut document = Bson::Document(Document::from_reader(bytes).ok()?);
    *find(&mut document, path)? = other;
    document.as_document()?.to_vec().ok()
}

/// Returns whether both sides read the same after up to three elements are removed: those that odm refuses, or those
/// beside which it misses one.
pub(crate) fn without_refused(subject: &Subject, bytes: &[u8]) -> bool {
    let Ok(document) = Document::from_reader(bytes) else { return false };
    let mut candidates = vec![Bson::Document(document)];
    for _ in 0..3 {
        let fewer: Vec<Bson> = candidates.iter().flat_map(without_one).take(500).collect();
        let agree = |document: &Bson| {
            let bytes = document.as_document().and_then(|document| document.to_vec().ok());
            bytes.is_some_and(|bytes| {
                let Read { ours, theirs } = (subject.read)(&bytes);
                matches!((ours, theirs), (Ok(ours), Ok(theirs)) if ours == theirs)
            })
        };
        if fewer.iter().any(agree) {
            return true;
        }
        candidates = fewer;
    }
    false
}

/// Returns the value without one of its elements at any level, for each element.
fn without_one(value: &Bson) -> Vec<Bson> {
    let mut number = 0;
    let mut all = Vec::new();
    while let Some(inner) = nth(value, &mut { number }) {
        for other in fewer(inner) {
            let mut changed = value.clone();
            if let Some(place) = nth_mut(&mut changed, &mut { number }) {
                *place = other;
                all.push(changed);
            }
        }
        number += 1;
    }
    all
}
