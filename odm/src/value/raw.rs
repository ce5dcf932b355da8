//! `Raw`: encoded values as they are read, without copying.

mod length;

use mongodb::bson::{Bson, RawDocument, spec::ElementType};

pub(super) use self::length::split_value;
use self::length::{length_at, value_length};
use super::{Elements, Flatten, Value, writer::too_deep};
use crate::{
    error::codec::{CodecError, CodecResult},
    stack::{self, MAX_DEPTH},
};

/// One encoded value: its type and exactly its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'de> {
    tag: u8,
    /// Whether only exact types are read, because the type may be the only difference between two untagged variants.
    strict: bool,
    /// How many values are read from the same bytes, one inside the other: untagged enums, flattened documents.
    rereads: u8,
    bytes: &'de [u8],
    depth: u16,
}

/// How many untagged enums and flattened documents may be nested without a document or an array between them.
const MAX_REREADS: u8 = 16;

/// Counts one more value that is read from the same bytes. Without a limit, reading a type that contains itself there
/// would not end.
pub(super) fn count_reread(rereads: u8) -> CodecResult<u8> {
    if rereads < MAX_REREADS {
        return Ok(rereads + 1);
    }
    Err(CodecError::new(
        "a value of finite depth",
        "a type that contains itself without a document or an array in between",
    ))
}

impl<'de> Raw<'de> {
    /// Wraps a whole document, as the server sends it.
    pub fn document(bytes: &'de [u8]) -> Self {
        Self { tag: ElementType::EmbeddedDocument as u8, strict: false, rereads: 0, bytes, depth: 0 }
    }

    /// Wraps a value of the given type. If the length of the bytes is not that of the type, or that in their length
    /// prefix, reading the value fails with an error for malformed bytes.
    pub fn new(element_type: ElementType, bytes: &'de [u8]) -> Self {
        let tag = element_type as u8;
        let whole = value_length(tag, bytes).is_ok_and(|length| length == bytes.len());
        Self { tag, strict: false, rereads: 0, bytes: if whole { bytes } else { &[] }, depth: 0 }
    }

    /// Wraps a value of a type without bytes, such as null.
    #[cfg(feature = "live")]
    pub(crate) const fn valueless(element_type: ElementType) -> Self {
        Self { tag: element_type as u8, strict: false, rereads: 0, bytes: &[], depth: 0 }
    }

    /// Wraps one of the values of a document or array.
    #[inline]
    pub(super) fn element(tag: u8, bytes: &'de [u8], strict: bool, depth: u16) -> Self {
        Self { tag, strict, rereads: 0, bytes, depth }
    }

    /// Wraps a document that is read in place of another, from whose bytes `rereads` nested values were read.
    pub(super) fn reread_document(bytes: &'de [u8], strict: bool, rereads: u8, depth: u16) -> Self {
        Self { tag: ElementType::EmbeddedDocument as u8, strict, rereads, bytes, depth }
    }

    /// Returns the BSON type, or `None` if the type byte is unknown.
    pub fn element_type(self) -> Option<ElementType> {
        ElementType::from(self.tag)
    }

    /// Returns the same bytes, to be read as the value inside the one that is stored in them.
    ///
    /// # Errors
    ///
    /// Returns an error if too many values are stored in the same bytes: reading a type that contains itself without
    /// a document or an array in between would not end.
    pub fn reread(self) -> CodecResult<Self> {
        Ok(Self { rereads: count_reread(self.rereads)?, ..self })
    }

    /// Returns whether several values have been read from these bytes, one inside the other.
    pub(super) fn is_reread(self) -> bool {
        self.rereads > 1
    }

    /// Returns the same value, to be read only as its exact type: no integer is read from a double.
    pub(super) fn strictly(self) -> Self {
        Self { strict: true, ..self }
    }

    pub(super) fn is_strict(self) -> bool {
        self.strict
    }

    /// Returns whether there may be values in it.
    #[inline]
    pub(super) fn is_composite(self) -> bool {
        self.is(ElementType::EmbeddedDocument) || self.is(ElementType::Array)
    }

    /// Reads a document from its elements. Only `Value::decode` of a document calls it.
    ///
    /// If the stack is too small, the document is decoded anew on a further segment. So there is one call of
    /// `decode_fields`, which the compiler therefore inlines.
    #[inline]
    pub fn document_of<D: Flatten>(self) -> CodecResult<D> {
        if !stack::has_space::<D>(self.depth) {
            return stack::on_new_segment::<D, _>(|| D::decode(self));
        }
        D::decode_fields(self.elements()?)
    }

    /// Reads a value that contains other values, with the function `read`.
    #[inline]
    pub fn level<T>(self, read: fn(Self) -> CodecResult<T>) -> CodecResult<T> {
        stack::with_space::<T, _>(self.depth, || read(self))
    }

    /// Returns the encoded bytes.
    pub fn bytes(self) -> &'de [u8] {
        self.bytes
    }

    /// Returns another document, to be read in place of this one.
    pub(super) fn in_place(self, bytes: &[u8]) -> Raw<'_> {
        Raw::reread_document(bytes, self.strict, self.rereads, self.depth)
    }

    /// Returns the same value, inside `depth` documents and arrays.
    pub(super) fn at_depth(self, depth: u16) -> Self {
        Self { depth, ..self }
    }

    #[inline]
    pub(super) fn tag(self) -> u8 {
        self.tag
    }

    #[inline]
    pub(crate) fn is(self, element_type: ElementType) -> bool {
        self.tag == element_type as u8
    }

    /// Returns the elements of a document.
    #[inline]
    pub fn elements(self) -> CodecResult<Elements<'de>> {
        if !self.is(ElementType::EmbeddedDocument) {
            return Err(self.expected("a document"));
        }
        self.open()
    }

    /// Returns the elements of an array. Their keys are positions.
    #[inline]
    pub fn items(self) -> CodecResult<Elements<'de>> {
        if !self.is(ElementType::Array) {
            return Err(self.expected("an array"));
        }
        self.open()
    }

    fn open(self) -> CodecResult<Elements<'de>> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        let length = length_at(self.bytes)?;
        match self.bytes {
            [_, _, _, _, rest @ .., 0] if length == self.bytes.len() => {
                Ok(Elements::new(rest, self.strict, self.rereads, self.depth + 1))
            }
            _ => Err(CodecError::malformed()),
        }
    }

    /// Returns the content of a string.
    #[inline]
    pub fn str(self) -> CodecResult<&'de str> {
        if !self.is(ElementType::String) {
            return Err(self.expected("a string"));
        }
        self.text()
    }

    /// Returns the content of a value with the layout of a string: a string, a symbol or code.
    #[inline]
    pub(super) fn text(self) -> CodecResult<&'de str> {
        match self.bytes {
            [_, _, _, _, text @ .., 0] => utf8(text),
            _ => Err(CodecError::malformed()),
        }
    }

    #[inline]
    pub(crate) fn fixed<const N: usize>(self) -> CodecResult<[u8; N]> {
        self.bytes.try_into().map_err(|_| CodecError::malformed())
    }

    /// Returns the error for a value of another type.
    #[cold]
    #[inline(never)]
    pub fn expected(self, expected: &'static str) -> CodecError {
        CodecError::new(expected, describe(self.tag))
    }

    /// Returns a document with this value as its one element `v`, for code that reads whole documents.
    pub(crate) fn wrapped(self) -> CodecResult<Vec<u8>> {
        let length = self.bytes.len() + 8;
        let prefix = i32::try_from(length).map_err(|_| CodecError::malformed())?;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(&prefix.to_le_bytes());
        bytes.extend_from_slice(&[self.tag, b'v', 0]);
        bytes.extend_from_slice(self.bytes);
        bytes.push(0);
        Ok(bytes)
    }

    /// Returns the value as a `Bson`.
    pub fn to_bson(self) -> CodecResult<Bson> {
        Bson::decode(self)
    }

    /// Returns the two parts of JavaScript code with a scope, which is stored as length, code, scope document.
    pub(super) fn code_and_scope(self) -> CodecResult<(&'de str, Raw<'de>)> {
        if !self.is(ElementType::JavaScriptCodeWithScope) {
            return Err(self.expected("JavaScript code with a scope"));
        }
        let rest = self.bytes.get(4..).ok_or_else(CodecError::malformed)?;
        let (code, scope) = split_value(ElementType::String as u8, rest)?;
        let code = Raw { bytes: code, ..self };
        Ok((code.text()?, Raw { tag: ElementType::EmbeddedDocument as u8, bytes: scope, ..self }))
    }

    /// Returns the pattern and the options of a regular expression, in the order in which they are stored.
    pub(super) fn pattern_and_options(self) -> CodecResult<(&'de str, &'de str)> {
        if !self.is(ElementType::RegularExpression) {
            return Err(self.expected("a regular expression"));
        }
        let text = utf8(self.bytes)?;
        let (pattern, rest) = text.split_once('\0').ok_or_else(CodecError::malformed)?;
        Ok((pattern, rest.strip_suffix('\0').ok_or_else(CodecError::malformed)?))
    }

    /// Returns the subtype and the data of binary data.
    pub(crate) fn binary(self) -> CodecResult<(u8, &'de [u8])> {
        const OLD: u8 = 2;
        if !self.is(ElementType::Binary) {
            return Err(self.expected("binary data"));
        }
        match self.bytes {
            [_, _, _, _, OLD, inner @ ..] => match inner.split_at_checked(4) {
                Some((_, data)) if length_at(inner)? == data.len() => Ok((OLD, data)),
                _ => Err(CodecError::new("binary data of subtype 2 with its length", "another length")),
            },
            [_, _, _, _, subtype, data @ ..] => Ok((*subtype, data)),
            _ => Err(CodecError::malformed()),
        }
    }

    /// Returns the number of levels. Refuses a value that nests too deep for code that recurses without a bound.
    pub(super) fn check_depth(self) -> CodecResult<u16> {
        match self.element_type() {
            Some(ElementType::EmbeddedDocument | ElementType::Array) => {
                let (mut elements, mut below) = (self.open()?, 0);
                while let Some((_, value)) = elements.next()? {
                    below = below.max(value.check_depth()?);
                }
                Ok(below + 1)
            }
            Some(ElementType::JavaScriptCodeWithScope) => self.code_and_scope()?.1.check_depth(),
            _ => Ok(0),
        }
    }

    /// Reads a `DBPointer` through `bson`, because its fields are private there.
    pub(super) fn pointer(self) -> CodecResult<Bson> {
        let (namespace, _) = split_value(ElementType::String as u8, self.bytes)?;
        Raw { bytes: namespace, ..self }.text()?;
        let bytes = self.wrapped()?;
        let document = RawDocument::from_bytes(&bytes).map_err(|_| CodecError::malformed())?;
        match document.get("v") {
            Ok(Some(value)) => Bson::try_from(value).map_err(|_| CodecError::malformed()),
            _ => Err(CodecError::malformed()),
        }
    }
}

#[inline]
fn utf8(bytes: &[u8]) -> CodecResult<&str> {
    std::str::from_utf8(bytes).map_err(|_| CodecError::new("UTF-8 text", "other bytes"))
}

/// Returns the BSON type in words, for messages.
fn describe(tag: u8) -> &'static str {
    match tag {
        0x01 => "a double",
        0x02 => "a string",
        0x03 => "a document",
        0x04 => "an array",
        0x05 => "binary data",
        0x06 => "undefined",
        0x07 => "an ObjectId",
        0x08 => "a bool",
        0x09 => "a date",
        0x0A => "null",
        0x0B => "a regular expression",
        0x0C => "a DBPointer",
        0x0D | 0x0F => "JavaScript code",
        0x0E => "a symbol",
        0x10 => "an int32",
        0x11 => "a timestamp",
        0x12 => "an int64",
        0x13 => "a decimal128",
        0x7F => "a max key",
        0xFF => "a min key",
        _ => "an unknown type",
    }
}
