//! Other forms of what is stored: with one of them in place of a value, one side has to read what it read before,
//! and the other side the same.

use odm::bson::{Bson, Document, doc};

use super::subject::{Read, Subject};

/// Whether both sides read the same once every value for which `others` has another form is in that form, as long as
/// that changes nothing of what one side reads, which `unchanged` tells.
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
            // There may be one more form.
            Some(changed) => document = changed,
            None => number += 1,
        }
    }
    read(&document).is_some_and(
        |Read { ours, theirs }| matches!((ours, theirs), (Ok(ours), Ok(theirs)) if ours == theirs),
    )
}

/// The value that `target` counts down to.
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

/// An integer, for an integral double.
pub(crate) fn integer(value: &Bson) -> Vec<Bson> {
    match value {
        #[allow(clippy::cast_possible_truncation)] // integral
        Bson::Double(double) if double.fract() == 0.0 && double.abs() <= 9_007_199_254_740_992.0 => {
            vec![Bson::Int64(*double as i64)]
        }
        _ => Vec::new(),
    }
}

/// The nearest `i32`, for what is beyond.
pub(crate) fn nearest(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Int64(number) if *number > i64::from(i32::MAX) => vec![Bson::Int32(i32::MAX)],
        Bson::Int64(number) if *number < i64::from(i32::MIN) => vec![Bson::Int32(i32::MIN)],
        _ => Vec::new(),
    }
}

/// The double that is nearest, or the nearest `f32`, for a number that is beyond what they hold exactly.
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
    #[allow(clippy::cast_precision_loss)] // that is what it is about
    let (double, single) = (integer as f64, integer as f32);
    vec![Bson::Double(double), Bson::Double(single.into())]
}

/// An array of fewer items.
pub(crate) fn shorter(value: &Bson) -> Vec<Bson> {
    let Bson::Array(items) = value else { return Vec::new() };
    (0..items.len()).map(|length| Bson::Array(items[..length].to_vec())).collect()
}

/// The first element alone.
pub(crate) fn first_alone(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(document) if document.len() > 1 => {
            vec![Bson::Document(document.clone().into_iter().take(1).collect())]
        }
        _ => Vec::new(),
    }
}

/// A document of fewer elements.
pub(crate) fn fewer(value: &Bson) -> Vec<Bson> {
    let Bson::Document(document) = value else { return Vec::new() };
    let without = |name: &String| {
        let mut fewer = document.clone();
        fewer.remove(name);
        Bson::Document(fewer)
    };
    document.keys().map(without).collect()
}

/// Without the tags of structs, which the types begin with the same word.
pub(crate) fn without_tags(value: &Bson) -> Vec<Bson> {
    let Bson::Document(document) = value else { return Vec::new() };
    let (tags, others): (Vec<_>, Vec<_>) =
        document.clone().into_iter().partition(|(name, _)| name.starts_with("tag "));
    if tags.is_empty() { Vec::new() } else { vec![Bson::Document(others.into_iter().collect())] }
}

/// Null, for a document or an array of nothing.
pub(crate) fn null(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(document) if document.is_empty() => vec![Bson::Null],
        Bson::Array(items) if items.is_empty() => vec![Bson::Null],
        _ => Vec::new(),
    }
}

/// The name, for `{ name: null }`.
pub(crate) fn name(value: &Bson) -> Vec<Bson> {
    let Bson::Document(document) = value else { return Vec::new() };
    match document.iter().next() {
        Some((name, Bson::Null)) if document.len() == 1 => vec![Bson::String(name.clone())],
        _ => Vec::new(),
    }
}

/// A document without elements or with an odd one, for what extended JSON has a document of, and for an array.
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

/// The document with something else at this path.
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

/// Whether both sides read the same without some elements that odm refuses where they stand: it names each of them, or
/// one that is missing beside it.
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

/// The same value without one of its elements, however deep.
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
