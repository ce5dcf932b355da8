//! The intended differences between odm and serde, and their reasons. Any other difference fails the test.

use odm::{
    bson::{Bson, RawBsonRef, RawDocument},
    error::codec::CodecError,
};

use super::{
    erased_type::Subject,
    forms::{
        agree, decimal, document, fewer, first_alone, integer, name, nearest, null, rounded, shorter, with,
        without_refused, without_tags,
    },
};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Exception {
    /// odm reads an integral double as an integer, because shells write `7` as the double `7.0`.
    IntegralDouble,
    /// odm reads an integer as a decimal, exactly, because the server returns the integer 0 for the sum of no decimals.
    IntegerAsDecimal,
    /// serde reads `None` if a flattened value refuses its elements, and loses them when it is written back.
    FlattenedOption,
    /// serde ignores elements after the last one of a tuple or array, and loses them when it is written back.
    LongerArray,
    /// Where serde buffers a value first (in a tagged, untagged or flattened type), it does not ignore them. A field
    /// that odm reads through serde is not buffered.
    BufferedArray,
    /// `bson` ignores elements beside the one element that is the variant of an enum.
    SecondVariant,
    /// Where serde buffers, it does not ignore them. A field that odm reads through serde is not buffered.
    BufferedVariant,
    /// serde reads a number outside of the range of a `Saturating` as the nearest number, which would be written
    /// back.
    Saturating,
    /// serde rounds an integer that the field's floating-point type cannot hold, and reads a double beyond the range
    /// of `f32` as infinity.
    Rounded,
    /// serde reads a struct from an array of its fields. It also reads it from the extended JSON document of an
    /// ObjectId, a date and so on, for example if all its fields have defaults.
    NoDocument,
    /// serde reads an ObjectId, a date and so on as the map that is its extended JSON.
    ExtendedJson,
    /// serde refuses content beside the name of an unknown variant. odm reads it as `other`, because an unknown
    /// variant may have content.
    OtherWithContent,
    /// serde also reads a buffered unit from an empty document or array.
    EmptyDocumentForNull,
    /// serde writes a flattened unit variant as `{ name: null }`, which `bson` reads only where serde buffers.
    NameWithNull,
    /// Where serde buffers, it also reads an adjacent tag and an enum of unit variants in that form.
    BufferedName,
    /// Where serde buffers a flattened value, it passes a decimal to `bson` in a form that `bson` does not write.
    BufferedDecimal,
    /// serde writes a unit variant as `{ name: null }` if its enum is in an untagged variant that is flattened. odm
    /// does not know there that the enum is flattened.
    UntaggedName,
    /// serde writes the tag of a struct but refuses it if unknown fields are denied, and reads it into a flattened
    /// map.
    OwnTag,
    /// serde reads some elements of a flattened document into a flattened map as well: those that it does not know by
    /// name, and those that are written but not read. It cannot write what it has read.
    Shared,
    /// serde refuses those elements of a flattened document if unknown fields are denied.
    DeniedPart,
    /// serde reads elements of another variant into a flattened map, although the enum beside the map does not
    /// contain that variant.
    OtherVariant,
    /// serde writes an entry of a flattened map even if its key is the name or an alias of a field declared beside
    /// the map.
    DeclaredName,
}

/// Names that occur only in extended JSON.
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

/// Returns the reason for a difference, if it is an intended one.
pub(crate) fn of(
    subject: &Subject,
    bytes: &[u8],
    ours: &Result<String, CodecError>,
    theirs: &Result<String, String>,
) -> Option<Exception> {
    let more = ours.as_ref().ok().and_then(|ours| more_lenient(subject, bytes, ours, theirs.as_ref().err()));
    more.or_else(|| theirs.as_ref().ok().and_then(|theirs| stricter(subject, bytes, ours, theirs)))
        .or_else(|| beside_a_map(subject, bytes, ours, theirs))
}

/// Returns the reason for a difference that exists only because odm's flattened maps contain no declared field.
fn beside_a_map(
    subject: &Subject,
    bytes: &[u8],
    ours: &Result<String, CodecError>,
    theirs: &Result<String, String>,
) -> Option<Exception> {
    match (ours, theirs) {
        (Ok(_), Ok(_)) if !(subject.again)(bytes).theirs => Some(Exception::Shared),
        (Ok(_), Err(theirs)) if theirs.contains("unknown field") && (subject.again)(bytes).ours => {
            Some(Exception::DeniedPart)
        }
        (Err(ours), Ok(_)) if is_of_another_variant(ours) => Some(Exception::OtherVariant),
        (Err(_), Ok(_)) if subject.flat_option && without_refused(subject, bytes) => {
            Some(Exception::FlattenedOption)
        }
        _ => None,
    }
}

fn is_of_another_variant(error: &CodecError) -> bool {
    matches!(
        error.expected(),
        "an element of the variant that the document holds" | "a document with one element, the variant"
    )
}

/// Returns the reason why odm reads a value that serde refuses. serde may refuse the whole, or a part of it that it
/// then reads as something else. It must read the same as odm from another form of the document.
fn more_lenient(subject: &Subject, bytes: &[u8], ours: &str, theirs: Option<&String>) -> Option<Exception> {
    // A flattened map beside another flattened document also contains the double, and keeps it.
    let is_double = theirs.is_some_and(|theirs| theirs.contains("invalid type: floating point"));
    let is_integral = is_double && agree(subject, bytes, integer, |read| read.ours.is_ok());
    let agree = |others: fn(&Bson) -> Vec<Bson>| {
        agree(subject, bytes, others, |read| read.ours.as_ref().is_ok_and(|read| read == ours))
    };
    let is_unit = theirs.is_some_and(|theirs| theirs.contains("expected unit variant"));
    let not_one = theirs.is_none_or(|theirs| {
        theirs.contains("map with a single key") || theirs.contains("did not match any variant")
    });
    Some(match () {
        () if is_integral || agree(integer) => Exception::IntegralDouble,
        () if agree(decimal) => Exception::IntegerAsDecimal,
        // The document may contain an integral double, too.
        () if agree(|value| [without_tags(value), integer(value)].concat()) => Exception::OwnTag,
        () if is_unit && agree(fewer) => Exception::OtherWithContent,
        () if agree(name) => Exception::NameWithNull,
        () if subject.via && agree(shorter) => Exception::BufferedArray,
        () if subject.via && not_one && agree(first_alone) => Exception::BufferedVariant,
        () => return None,
    })
}

/// Returns the reason why serde reads a value that odm refuses. odm may refuse the whole, or a part of it that it
/// then reads as something else. It must read the same as serde from another form of the document.
fn stricter(
    subject: &Subject,
    bytes: &[u8],
    ours: &Result<String, CodecError>,
    theirs: &str,
) -> Option<Exception> {
    let agree = |others: fn(&Bson) -> Vec<Bson>| {
        agree(subject, bytes, others, |read| read.theirs.as_ref().is_ok_and(|read| read == theirs))
    };
    let (expected, found) = ours.as_ref().err().map_or(("", ""), |error| (error.expected(), error.found()));
    let is_more = ours.is_ok() || expected.starts_with("a value of a variant") || found == "more";
    Some(match () {
        () if agree(shorter) => Exception::LongerArray,
        () if is_more && agree(first_alone) => Exception::SecondVariant,
        () if agree(null) || is_no_unit(ours) => Exception::EmptyDocumentForNull,
        () if agree(name) => Exception::BufferedName,
        () if agree(nearest) => Exception::Saturating,
        () if agree(rounded) => Exception::Rounded,
        () if agree(document) => Exception::NoDocument,
        () if is_extended(theirs) && !ours.as_ref().is_ok_and(|ours| is_extended(ours)) => {
            Exception::ExtendedJson
        }
        () if expected == "a document" && found != "null" => Exception::NoDocument,
        () if expected.starts_with("a value of a variant") && found.starts_with("an array") => {
            Exception::NoDocument
        }
        () if subject.flat_option && (agree(fewer) || is_passed_over(subject, bytes, ours, theirs)) => {
            Exception::FlattenedOption
        }
        () => return None,
    })
}

/// Returns whether odm refused a document or an array in place of a unit, itself or through serde. An `Option` of a
/// unit is read as `Some` only from these.
fn is_no_unit(ours: &Result<String, CodecError>) -> bool {
    ours.as_ref().is_err_and(|error| match (error.expected(), error.found()) {
        ("null", found) => found == "a document" || found == "an array",
        _ => error.value().is_some_and(|words| {
            words.contains("invalid type: map, expected unit")
                || words.contains("invalid type: sequence, expected unit")
        }),
    })
}

/// Returns whether serde reads the same, whatever value replaces the one that odm refused. The document of a
/// flattened `Option` may lack all its elements, so only a value that does not fit makes it `None`.
fn is_passed_over(subject: &Subject, bytes: &[u8], ours: &Result<String, CodecError>, theirs: &str) -> bool {
    let Err(error) = ours else { return false };
    error.found() != "a field that is not declared"
        && [Bson::MinKey, Bson::Undefined, Bson::Boolean(true), Bson::Int32(-7)].into_iter().all(|odd| {
            with(bytes, &error.path(), odd)
                .is_some_and(|bytes| (subject.read)(&bytes).theirs.is_ok_and(|read| read == theirs))
        })
}

fn is_extended(read: &str) -> bool {
    EXTENDED.iter().any(|name| read.contains(name))
}

/// Returns the reason why only one side refuses to write a value, if it is an intended one.
pub(crate) fn of_writing(
    ours: &Result<Vec<u8>, CodecError>,
    theirs: &Result<Vec<u8>, String>,
) -> Option<Exception> {
    match (ours, theirs) {
        (Err(ours), Ok(_)) if ours.expected() == "the declared field of this name" => {
            Some(Exception::DeclaredName)
        }
        (Ok(_), Err(theirs)) if theirs.contains("can't serialize string for step Decimal128Value") => {
            Some(Exception::BufferedDecimal)
        }
        (Err(ours), Ok(theirs))
            if ours.expected() == "a document, to be flattened into another"
                && ours.found() == "a string"
                && any(theirs, &|document| {
                    document.iter().flatten().any(|(_, value)| value == RawBsonRef::Null)
                }) =>
        {
            Some(Exception::UntaggedName)
        }
        _ => None,
    }
}

/// Returns whether serde wrote one name twice.
pub(crate) fn has_a_name_twice(bytes: &[u8]) -> bool {
    any(bytes, &|document| {
        let mut names = Vec::new();
        document.iter().any(|element| {
            let Ok((name, _)) = element else { return true };
            let again = names.contains(&name);
            names.push(name);
            again
        })
    })
}

/// Returns whether the predicate holds for a document or for one nested in it.
fn any(bytes: &[u8], is_so: &dyn Fn(&RawDocument) -> bool) -> bool {
    fn document(document: &RawDocument, is_so: &dyn Fn(&RawDocument) -> bool) -> bool {
        is_so(document) || document.iter().flatten().any(|(_, value)| inside(value, is_so))
    }
    fn inside(value: RawBsonRef<'_>, is_so: &dyn Fn(&RawDocument) -> bool) -> bool {
        match value {
            RawBsonRef::Document(inner) => document(inner, is_so),
            RawBsonRef::Array(items) => items.into_iter().flatten().any(|item| inside(item, is_so)),
            _ => false,
        }
    }
    RawDocument::from_bytes(bytes).is_ok_and(|whole| document(whole, is_so))
}
