//! Where odm reads another thing than serde, and why: nothing else may differ.

use odm::{
    bson::{Bson, Document, RawBsonRef, RawDocument},
    error::codec::CodecError,
};

use super::subject::Subject;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Exception {
    /// Shells write `7` as the double `7.0`, so an integral double is read as an integer.
    IntegralDouble,
    /// serde reads `None` from whatever a flattened value refuses, and loses it when it is written back.
    FlattenedOption,
    /// serde does not look at what stands behind the last item of a tuple or array, and loses it when it is written
    /// back.
    LongerArray,
    /// Where serde buffers a value first (in a tagged, untagged or flattened one) it does look there; a field that odm
    /// reads through serde is not buffered.
    BufferedArray,
    /// `bson` does not look at what stands beside the one element that is an enum's variant.
    SecondVariant,
    /// serde reads a struct from an array of its fields, and an ObjectId, a date, .. as the document that extended
    /// JSON makes of it: a struct of defaults alone is read from each.
    NoDocument,
    /// serde reads an ObjectId, a date, .. as the map that extended JSON makes of it.
    ExtendedJson,
    /// serde refuses content beside the name of an unknown variant, which odm reads as `other` all the same: what it
    /// does not know may well have content.
    OtherWithContent,
    /// serde reads a unit that it buffered from an empty document or array too.
    EmptyDocumentForNull,
    /// serde writes a flattened variant without data as `{ name: null }`, which `bson` reads only where serde buffers.
    NameWithNull,
    /// serde reads a tag in that form too, beside its content.
    TagWithNull,
    /// Where serde buffers what it lays flat, it hands `bson` a decimal in a form that `bson` does not write.
    BufferedDecimal,
    /// serde refuses the tag of a struct, which it has written itself, where unknown fields are denied, and lays it into
    /// a flattened map.
    OwnTag,
}

/// Names that only extended JSON has.
const EXTENDED: &[&str] = &[
    "\"$oid\"",
    "\"$date\"",
    "\"$timestamp\"",
    "\"$binary\"",
    "\"$numberDecimal",
    "\"$regularExpression\"",
    "\"$code\"",
    "\"$symbol\"",
    "\"$undefined\"",
    "\"$minKey\"",
    "\"$maxKey\"",
];

/// The reason why the two differ, if it is one of those.
pub(crate) fn of(
    subject: &Subject,
    bytes: &[u8],
    ours: &Result<String, CodecError>,
    theirs: &Result<String, String>,
) -> Option<Exception> {
    match (ours, theirs) {
        (Ok(_), Err(theirs)) if theirs.contains("expected unit variant") => Some(Exception::OtherWithContent),
        (Ok(ours), _) if is_the_same_without_tags(subject, bytes, ours) => Some(Exception::OwnTag),
        (Ok(_), Err(theirs)) if theirs.contains("expected a string enum, got a document") => {
            Some(Exception::NameWithNull)
        }
        (Ok(ours), _) => {
            let mut document = Document::from_reader(bytes).ok()?;
            document.iter_mut().for_each(|(_, value)| integers(value));
            let theirs = (subject.read)(&document.to_vec().ok()?).theirs;
            // An integer has no negative zero.
            let plain = |text: &str| text.replace("-0.0", "0.0");
            if theirs.is_ok_and(|theirs| plain(&theirs) == plain(ours)) {
                return Some(Exception::IntegralDouble);
            }
            replaced(bytes, shorter)?
                .iter()
                .any(|bytes| (subject.read)(bytes).theirs.is_ok_and(|theirs| theirs == *ours))
                .then_some(Exception::BufferedArray)
        }
        (Err(error), Ok(theirs)) => stricter(subject, bytes, error, theirs),
        _ => None,
    }
}

/// Whether serde reads the same from the document without the tags of its structs.
fn is_the_same_without_tags(subject: &Subject, bytes: &[u8], ours: &str) -> bool {
    fn remove(value: &mut Bson) -> bool {
        match value {
            Bson::Document(document) => {
                let tags: Vec<String> =
                    document.keys().filter(|name| name.starts_with("tag ")).cloned().collect();
                let below = document.iter_mut().fold(false, |found, (_, value)| remove(value) || found);
                tags.iter().fold(below, |found, tag| document.remove(tag).is_some() || found)
            }
            Bson::Array(items) => items.iter_mut().map(remove).fold(false, |found, removed| found | removed),
            _ => false,
        }
    }
    let Ok(document) = Document::from_reader(bytes) else { return false };
    let mut value = Bson::Document(document);
    remove(&mut value)
        && value
            .as_document()
            .and_then(|document| document.to_vec().ok())
            .is_some_and(|bytes| (subject.read)(&bytes).theirs.is_ok_and(|theirs| theirs == ours))
}

/// The reason why odm writes what `bson` refuses, if there is one.
pub(crate) fn of_writing(theirs: &str) -> Option<Exception> {
    theirs.contains("can't serialize string for step Decimal128Value").then_some(Exception::BufferedDecimal)
}

/// What serde read and odm refuses.
fn stricter(subject: &Subject, bytes: &[u8], error: &CodecError, theirs: &str) -> Option<Exception> {
    let expected = error.expected();
    if expected.starts_with("an array of") || is_ignored(subject, bytes, &error.path(), theirs) {
        return Some(Exception::LongerArray);
    }
    match (expected, error.found()) {
        ("a document with one element, the variant", "more") => return Some(Exception::SecondVariant),
        ("null", "a document" | "an array") => return Some(Exception::EmptyDocumentForNull),
        ("a string", "a document") if is_name_with_null(bytes, &error.path()) => {
            return Some(Exception::TagWithNull);
        }
        _ if EXTENDED.iter().any(|name| theirs.contains(name)) => return Some(Exception::ExtendedJson),
        ("a document", found) if found != "null" => return Some(Exception::NoDocument),
        (_, found) if expected.starts_with("a value of a variant") && !found.starts_with("a document") => {
            return Some(Exception::NoDocument);
        }
        _ => {}
    }
    // Inside an untagged enum, which says only that nothing fits.
    if replaced(bytes, empty)?.iter().any(|bytes| (subject.read)(bytes).ours.is_ok_and(|ours| ours == theirs))
    {
        return Some(Exception::NoDocument);
    }
    subject.flat_option.then_some(Exception::FlattenedOption)
}

/// Whether `{ name: null }` stands at this path.
fn is_name_with_null(bytes: &[u8], path: &str) -> bool {
    fn find<'b>(value: &'b Bson, path: &str) -> Option<&'b Bson> {
        if path.is_empty() {
            return Some(value);
        }
        let below = |name: &str, value: &'b Bson| {
            let rest = path.strip_prefix(name)?;
            find(value, rest.strip_prefix('.').or_else(|| rest.is_empty().then_some(""))?)
        };
        match value {
            Bson::Document(document) => document.iter().find_map(|(name, value)| below(name, value)),
            Bson::Array(items) => {
                items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item))
            }
            _ => None,
        }
    }
    let Ok(document) = Document::from_reader(bytes) else { return false };
    find(&Bson::Document(document), path)
        .and_then(Bson::as_document)
        .is_some_and(|found| found.len() == 1 && found.values().all(|value| *value == Bson::Null))
}

/// Whether serde reads the same without the item of an array at this path.
fn is_ignored(subject: &Subject, bytes: &[u8], path: &str, theirs: &str) -> bool {
    fn remove(value: &mut Bson, path: &str) -> bool {
        let Bson::Document(document) = value else {
            let Bson::Array(items) = value else { return false };
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            let Ok(index) = index.parse::<usize>() else { return false };
            if items.get_mut(index).is_some_and(|item| remove(item, rest)) {
                return true;
            }
            let there = index < items.len();
            items.truncate(index);
            return there;
        };
        // Names may contain dots.
        document.iter_mut().any(|(name, value)| {
            path.strip_prefix(name.as_str())
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|rest| remove(value, rest))
        })
    }
    let Ok(document) = Document::from_reader(bytes) else { return false };
    let mut value = Bson::Document(document);
    if !remove(&mut value, path) {
        return false;
    }
    let Bson::Document(document) = value else { return false };
    document.to_vec().is_ok_and(|bytes| (subject.read)(&bytes).theirs.is_ok_and(|other| other == theirs))
}

/// An array with fewer items.
fn shorter(value: &Bson) -> Vec<Bson> {
    let Bson::Array(items) = value else { return Vec::new() };
    (0..items.len()).map(|length| Bson::Array(items[..length].to_vec())).collect()
}

/// What a struct without fields is, or one of defaults alone, for what serde reads it from too.
fn empty(value: &Bson) -> Vec<Bson> {
    match value {
        Bson::Document(_)
        | Bson::String(_)
        | Bson::Boolean(_)
        | Bson::Null
        | Bson::Int32(_)
        | Bson::Int64(_)
        | Bson::Double(_) => Vec::new(),
        _ => vec![Bson::Document(Document::new())],
    }
}

/// The document with something else in place of one value, for each value and each thing.
fn replaced(bytes: &[u8], others: impl Fn(&Bson) -> Vec<Bson>) -> Option<Vec<Vec<u8>>> {
    fn collect<'b>(value: &'b Bson, found: &mut Vec<&'b Bson>) {
        found.push(value);
        match value {
            Bson::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Bson::Document(document) => document.iter().for_each(|(_, value)| collect(value, found)),
            _ => {}
        }
    }
    /// Puts `other` in place of the value that `target` counts down to.
    fn replace(value: &mut Bson, target: &mut usize, other: &Bson) -> bool {
        if *target == 0 {
            other.clone_into(value);
            return true;
        }
        *target -= 1;
        match value {
            Bson::Array(items) => items.iter_mut().any(|item| replace(item, target, other)),
            Bson::Document(document) => document.iter_mut().any(|(_, value)| replace(value, target, other)),
            _ => false,
        }
    }
    let document = Bson::Document(Document::from_reader(bytes).ok()?);
    let mut found = Vec::new();
    collect(&document, &mut found);
    let mut all = Vec::new();
    for (number, value) in found.into_iter().enumerate() {
        for other in others(value) {
            let mut changed = document.clone();
            replace(&mut changed, &mut { number }, &other);
            all.extend(changed.as_document().and_then(|document| document.to_vec().ok()));
        }
    }
    Some(all)
}

/// What serde would have to read: integers for doubles.
fn integers(value: &mut Bson) {
    match value {
        #[allow(clippy::cast_possible_truncation)] // integral
        Bson::Double(double) if double.fract() == 0.0 && double.abs() <= 9_007_199_254_740_992.0 => {
            *value = Bson::Int64(*double as i64);
        }
        Bson::Document(document) => document.iter_mut().for_each(|(_, value)| integers(value)),
        Bson::Array(items) => items.iter_mut().for_each(integers),
        _ => {}
    }
}

pub(crate) fn has_a_name_twice(bytes: &[u8]) -> bool {
    fn twice(document: &RawDocument) -> bool {
        let mut names = Vec::new();
        document.iter().any(|element| {
            let Ok((name, value)) = element else { return true };
            let again = names.contains(&name.to_owned());
            names.push(name.to_owned());
            again || inside(value)
        })
    }
    fn inside(value: RawBsonRef<'_>) -> bool {
        match value {
            RawBsonRef::Document(document) => twice(document),
            RawBsonRef::Array(items) => items.into_iter().any(|item| item.is_ok_and(inside)),
            _ => false,
        }
    }
    RawDocument::from_bytes(bytes).is_ok_and(twice)
}
