//! `Writer`: encodes values directly to BSON bytes.

use mongodb::bson::spec::ElementType;

use super::{Flatten, Raw, Value};
use crate::{
    error::codec::{CodecError, CodecResult},
    stack::{self, MAX_DEPTH},
};

/// A growing BSON document.
///
/// A value appends its bytes and returns its type. The writer then patches the type byte, which precedes the key, so
/// nothing is buffered twice.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    depth: u16,
}

impl Writer {
    /// Returns an empty writer.
    pub fn new() -> Self {
        Self { bytes: Vec::with_capacity(1024), depth: 0 }
    }

    /// Returns an empty writer for a value in a filter or an update. Most are short, and a large allocation costs
    /// more than growing a small one.
    pub(crate) fn short() -> Self {
        Self { bytes: Vec::with_capacity(64), depth: 0 }
    }

    /// Returns the bytes written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes written, and consumes the writer.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns the number of documents and arrays that are open.
    pub(super) fn depth(&self) -> u16 {
        self.depth
    }

    /// Removes all bytes after the first `length`, and the documents that were not finished.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.bytes.truncate(length);
        self.depth = 0;
    }

    /// Appends plain bytes.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a BSON string: its length, its bytes, a zero.
    #[inline]
    pub fn put_str(&mut self, text: &str) -> CodecResult<ElementType> {
        let length = i32::try_from(text.len() + 1)
            .map_err(|_| CodecError::new("a string of at most 2 GiB", "a longer one"))?;
        self.put(&length.to_le_bytes());
        self.put(text.as_bytes());
        self.bytes.push(0);
        Ok(ElementType::String)
    }

    /// Appends a zero-terminated string. It must not contain a zero itself.
    pub fn put_cstr(&mut self, text: &str) -> CodecResult<()> {
        if text.as_bytes().contains(&0) {
            return Err(CodecError::new("a string without NUL", "a string with NUL"));
        }
        self.put(text.as_bytes());
        self.bytes.push(0);
        Ok(())
    }

    /// Appends the element of a declared field, whose first bytes are [`Key::HEADER`](crate::path::Key::HEADER). They
    /// are copied at once, and the type in front of the name is set after the value.
    #[inline]
    pub fn field<T>(
        &mut self,
        header: &'static str,
        value: &T,
        encode: impl FnOnce(&T, &mut Self) -> CodecResult<ElementType>,
    ) -> CodecResult<()> {
        let at = self.bytes.len();
        self.put(header.as_bytes());
        match encode(value, self) {
            Ok(element_type) => {
                self.bytes[at] = element_type as u8;
                Ok(())
            }
            Err(error) => Err(error.at(header.trim_matches('\0'))),
        }
    }

    /// Appends one element under a key known at compile time (the derive refuses NUL in it).
    #[inline]
    pub fn element<V: Value>(&mut self, key: &'static str, value: &V) -> CodecResult<()> {
        let at = self.bytes.len();
        self.bytes.push(0);
        self.put(key.as_bytes());
        self.bytes.push(0);
        match value.encode(self) {
            Ok(element_type) => {
                self.bytes[at] = element_type as u8;
                Ok(())
            }
            Err(error) => Err(error.at(key)),
        }
    }

    /// Appends one element whose key is data and whose bytes `encode` writes.
    pub fn element_with(
        &mut self,
        key: &str,
        encode: impl FnOnce(&mut Self) -> CodecResult<ElementType>,
    ) -> CodecResult<()> {
        self.keyed(key, encode).map_err(|error| error.at_key(key))
    }

    /// Appends one element under a key known at compile time, whose bytes `encode` writes.
    pub fn element_at(
        &mut self,
        key: &'static str,
        encode: impl FnOnce(&mut Self) -> CodecResult<ElementType>,
    ) -> CodecResult<()> {
        self.keyed(key, encode).map_err(|error| error.at(key))
    }

    #[inline]
    fn keyed(
        &mut self,
        key: &str,
        encode: impl FnOnce(&mut Self) -> CodecResult<ElementType>,
    ) -> CodecResult<()> {
        let at = self.bytes.len();
        self.bytes.push(0);
        self.put_cstr(key)?;
        let element_type = encode(self)?;
        self.bytes[at] = element_type as u8;
        Ok(())
    }

    /// Appends a document whose elements `fill` writes.
    #[inline]
    pub fn document(&mut self, fill: impl FnOnce(&mut Self) -> CodecResult<()>) -> CodecResult<ElementType> {
        self.frame(fill)?;
        Ok(ElementType::EmbeddedDocument)
    }

    /// Appends a document with the elements of `document`. Only `Value::encode` of a document calls it.
    ///
    /// If the stack is too small, the document is encoded anew on a further segment. So there is one call of
    /// `encode_fields`, which the compiler therefore inlines.
    #[inline]
    pub fn document_of<D: Flatten>(&mut self, document: &D) -> CodecResult<ElementType> {
        if !stack::has_space::<D>(self.depth) {
            return stack::on_new_segment::<D, _>(|| document.encode(self));
        }
        self.document(|writer| document.encode_fields(writer))
    }

    /// Appends a value that contains other values, with the function `write`.
    #[inline]
    pub fn level<T>(
        &mut self,
        value: &T,
        write: fn(&T, &mut Self) -> CodecResult<ElementType>,
    ) -> CodecResult<ElementType> {
        stack::with_space::<T, _>(self.depth, || write(value, self))
    }

    /// Appends one element under a key known at compile time, whose document `fill` writes.
    pub fn document_at(
        &mut self,
        key: &'static str,
        fill: impl FnOnce(&mut Self) -> CodecResult<()>,
    ) -> CodecResult<()> {
        self.element_at(key, |writer| writer.document(fill))
    }

    /// Appends one element under a key known at compile time, whose array `fill` writes: keys `0`, `1`, ..
    pub fn tuple_at(
        &mut self,
        key: &'static str,
        fill: impl FnOnce(&mut Self) -> CodecResult<()>,
    ) -> CodecResult<()> {
        self.element_at(key, |writer| writer.tuple(fill))
    }

    /// Appends one element under a key known at compile time, whose value is a string.
    pub fn text_at(&mut self, key: &'static str, text: &str) -> CodecResult<()> {
        self.element_at(key, |writer| writer.put_str(text))
    }

    /// Appends one element under a key known at compile time, whose value is null.
    pub fn null_at(&mut self, key: &'static str) -> CodecResult<()> {
        self.element_at(key, |_| Ok(ElementType::Null))
    }

    /// Appends an array whose elements `fill` writes under the keys `0`, `1`, ..
    pub fn tuple(&mut self, fill: impl FnOnce(&mut Self) -> CodecResult<()>) -> CodecResult<ElementType> {
        self.frame(fill)?;
        Ok(ElementType::Array)
    }

    /// Appends the elements of a value that is a document, without the length and the final zero byte.
    pub fn put_elements<V: Value>(&mut self, value: &V) -> CodecResult<()> {
        self.put_elements_with(|writer| value.encode(writer))
    }

    /// Appends the elements of the document that `encode` writes, without a frame around them. `encode` writes the
    /// frame first, so the depth is reduced meanwhile: the elements belong to the document that is already open.
    pub fn put_elements_with(
        &mut self,
        encode: impl FnOnce(&mut Self) -> CodecResult<ElementType>,
    ) -> CodecResult<()> {
        let at = self.bytes.len();
        self.depth = self.depth.saturating_sub(1);
        let written = encode(self);
        self.depth += 1;
        match written? {
            ElementType::EmbeddedDocument => {
                self.bytes.pop();
                self.bytes.drain(at..at + 4);
                Ok(())
            }
            other => Err(Raw::new(other, &[]).expected("a document, to be flattened into another")),
        }
    }

    /// Appends a document of elements that are encoded already.
    pub(super) fn raw_document<'de>(
        &mut self,
        elements: impl IntoIterator<Item = (&'de [u8], Raw<'de>)>,
    ) -> CodecResult<()> {
        self.frame(|writer| {
            for (key, value) in elements {
                writer.bytes.push(value.tag());
                writer.put(key);
                writer.bytes.push(0);
                writer.put(value.bytes());
            }
            Ok(())
        })
    }

    /// Returns the position of the next byte.
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// Appends an array of `items`.
    pub fn array<'v, V: Value>(
        &mut self,
        items: impl IntoIterator<Item = &'v V>,
    ) -> CodecResult<ElementType> {
        self.frame(|writer| {
            for (index, item) in items.into_iter().enumerate() {
                let at = writer.bytes.len();
                writer.bytes.push(0);
                writer.put_index(index);
                match item.encode(writer) {
                    Ok(element_type) => writer.bytes[at] = element_type as u8,
                    Err(error) => return Err(error.at(index.to_string())),
                }
            }
            Ok(())
        })?;
        Ok(ElementType::Array)
    }

    /// Appends a length, the elements and a zero. The length is patched after the elements are written.
    #[inline]
    fn frame(&mut self, fill: impl FnOnce(&mut Self) -> CodecResult<()>) -> CodecResult<()> {
        if self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.depth += 1;
        self.sized(|writer| {
            fill(writer)?;
            writer.bytes.push(0);
            Ok(())
        })?;
        self.depth -= 1;
        Ok(())
    }

    /// Appends the bytes that `fill` writes, after their length (including the four bytes of the length itself).
    #[inline]
    pub(super) fn sized(&mut self, fill: impl FnOnce(&mut Self) -> CodecResult<()>) -> CodecResult<()> {
        let at = self.bytes.len();
        self.put(&[0; 4]);
        fill(self)?;
        let length = i32::try_from(self.bytes.len() - at)
            .map_err(|_| CodecError::new("a document of at most 2 GiB", "a longer one"))?;
        self.bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// Appends the key of an array element: the index in decimal.
    #[inline]
    fn put_index(&mut self, index: usize) {
        let mut digits = [0_u8; 20];
        let mut start = digits.len();
        let mut rest = index;
        loop {
            start -= 1;
            #[allow(clippy::cast_possible_truncation)] // one digit
            let digit = (rest % 10) as u8;
            digits[start] = b'0' + digit;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.put(&digits[start..]);
        self.bytes.push(0);
    }
}

#[cold]
pub(super) fn too_deep() -> CodecError {
    CodecError::new("at most 180 nested levels", "more").in_bytes()
}
