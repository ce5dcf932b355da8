//! Where odm reads another thing than serde, and why: nothing else may differ.

use odm::{
    bson::{Bson, RawBsonRef, RawDocument},
    error::codec::CodecError,
};

use super::{
    forms::{
        agree, document, fewer, first_alone, integer, name, nearest, null, rounded, shorter, with,
        without_refused, without_tags,
    },
    subject::Subject,
};

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
    /// Where serde buffers it does look there; a field that odm reads through serde is not buffered.
    BufferedVariant,
    /// serde reads the nearest number that a `Saturating` holds, which would be written back.
    Saturating,
    /// serde rounds an integer that the field's floating-point number does not hold, and makes an infinity of a double
    /// beyond every `f32`.
    Rounded,
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
    /// Where serde buffers it reads a tag in that form too, beside its content, and one of plain names.
    BufferedName,
    /// Where serde buffers what it lays flat, it hands `bson` a decimal in a form that `bson` does not write.
    BufferedDecimal,
    /// serde writes a variant without data as `{ name: null }` where an untagged variant holds its enum and lies flat;
    /// odm does not know there that it is to be laid flat.
    UntaggedName,
    /// serde refuses the tag of a struct, which it has written itself, where unknown fields are denied, and lays it into
    /// a flattened map.
    OwnTag,
    /// serde gives a flattened map the elements of a part too that it does not know by name, and of what is written and not
    /// read: it cannot write what it has read.
    Shared,
    /// serde refuses the elements of such a part where unknown fields are denied.
    DeniedPart,
    /// serde gives a flattened map what belongs to a variant that the enum beside it does not hold.
    OtherVariant,
    /// serde writes an entry of a flattened map under the name or an alias of a field that is declared beside it.
    DeclaredName,
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
    let more = ours.as_ref().ok().and_then(|ours| more_lenient(subject, bytes, ours, theirs.as_ref().err()));
    more.or_else(|| theirs.as_ref().ok().and_then(|theirs| stricter(subject, bytes, ours, theirs)))
        .or_else(|| beside_a_map(subject, bytes, ours, theirs))
}

/// What differs only because a flattened map has nothing that is declared beside it.
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

/// What odm read and serde refuses, the whole or a part that it then takes for something else: serde reads the same
/// as odm from another form.
fn more_lenient(subject: &Subject, bytes: &[u8], ours: &str, theirs: Option<&String>) -> Option<Exception> {
    // A flattened map beside another part has the double too, and keeps it.
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
        // A double may be there besides.
        () if agree(|value| [without_tags(value), integer(value)].concat()) => Exception::OwnTag,
        () if is_unit && agree(fewer) => Exception::OtherWithContent,
        () if agree(name) => Exception::NameWithNull,
        () if subject.via && agree(shorter) => Exception::BufferedArray,
        () if subject.via && not_one && agree(first_alone) => Exception::BufferedVariant,
        () => return None,
    })
}

/// What serde read and odm refuses, the whole or a part that it then takes for something else: odm reads the same as
/// serde from another form.
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

/// Whether odm refused a document or an array in place of a unit, itself or through serde. An `Option` of a unit is
/// read as `Some` from these alone.
fn is_no_unit(ours: &Result<String, CodecError>) -> bool {
    ours.as_ref().is_err_and(|error| match (error.expected(), error.found()) {
        ("null", found) => found == "a document" || found == "an array",
        _ => error.value().is_some_and(|words| {
            words.contains("invalid type: map, expected unit")
                || words.contains("invalid type: sequence, expected unit")
        }),
    })
}

/// Whether serde reads the same whatever odd thing stands where odm refused a value. The document of a flattened
/// `Option` may be there without any element, so that only a value which does not fit makes it `None`.
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

/// The reason why one of the two refuses to write a value, if it is one of those.
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

/// Whether serde wrote one name twice.
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

/// Whether a document, or one inside of it, is so.
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
