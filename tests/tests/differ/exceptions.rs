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
}

/// Names that only extended JSON has.
const EXTENDED: &[&str] = &["\"$oid\"", "\"$date\"", "\"$timestamp\"", "\"$binary\"", "\"$numberDecimal"];

/// The reason why the two differ, if it is one of those.
pub(crate) fn of(
    subject: &Subject,
    bytes: &[u8],
    ours: &Result<String, CodecError>,
    theirs: &Result<String, String>,
) -> Option<Exception> {
    match (ours, theirs) {
        (Ok(_), Err(theirs)) if theirs.contains("expected unit variant") => Some(Exception::OtherWithContent),
        (Ok(ours), _) => {
            let mut document = Document::from_reader(bytes).ok()?;
            document.iter_mut().for_each(|(_, value)| integers(value));
            let theirs = (subject.read)(&document.to_vec().ok()?).theirs;
            // An integer has no negative zero.
            let plain = |text: &str| text.replace("-0.0", "0.0");
            if theirs.is_ok_and(|theirs| plain(&theirs) == plain(ours)) {
                return Some(Exception::IntegralDouble);
            }
            shorter(bytes)?
                .iter()
                .any(|bytes| (subject.read)(bytes).theirs.is_ok_and(|theirs| theirs == *ours))
                .then_some(Exception::BufferedArray)
        }
        (Err(error), Ok(theirs)) => stricter(subject, bytes, error, theirs),
        _ => None,
    }
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
        _ if EXTENDED.iter().any(|name| theirs.contains(name)) => return Some(Exception::ExtendedJson),
        ("a document", found) if found != "null" => return Some(Exception::NoDocument),
        (_, found) if expected.starts_with("a value of a variant") && !found.starts_with("a document") => {
            return Some(Exception::NoDocument);
        }
        _ => {}
    }
    subject.flat_option.then_some(Exception::FlattenedOption)
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

/// The document with one of its arrays an item shorter, for each array.
fn shorter(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    /// Shortens the array of this number, counted from the outside; gives how many there are.
    fn shorten(value: &mut Bson, number: usize, seen: &mut usize) {
        match value {
            Bson::Array(items) => {
                if *seen == number {
                    items.pop();
                }
                *seen += 1;
                for item in items {
                    shorten(item, number, seen);
                }
            }
            Bson::Document(document) => {
                document.iter_mut().for_each(|(_, value)| shorten(value, number, seen));
            }
            _ => {}
        }
    }
    let document = Bson::Document(Document::from_reader(bytes).ok()?);
    let mut arrays = 0;
    shorten(&mut document.clone(), usize::MAX, &mut arrays);
    let shortened = |number| {
        let mut document = document.clone();
        shorten(&mut document, number, &mut 0);
        document.as_document().and_then(|document| document.to_vec().ok())
    };
    Some((0..arrays).filter_map(shortened).collect())
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
