//! `Elements`: the elements of a document as they are read, and the errors for missing and unexpected elements.

use super::{
    Raw, Value, Writer,
    raw::{count_reread, split_value},
};
use crate::error::codec::{CodecError, CodecResult};

/// The elements of a document or array that are still to be read.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'de> {
    rest: &'de [u8],
    strict: bool,
    rereads: u8,
    depth: u16,
}

impl<'de> Elements<'de> {
    #[inline]
    pub(super) fn new(rest: &'de [u8], strict: bool, rereads: u8, depth: u16) -> Self {
        Self { rest, strict, rereads, depth }
    }

    /// Returns the same elements, to be read for one more value that is stored in the same bytes.
    pub(super) fn reread(self) -> CodecResult<Self> {
        Ok(Self { rereads: count_reread(self.rereads)?, ..self })
    }

    /// Returns `bytes`, a document with some or all of these elements, to be read in place of their document.
    pub(super) fn document_of<'d>(&self, bytes: &'d [u8]) -> Raw<'d> {
        Raw::reread_document(bytes, self.strict, self.rereads, self.depth.saturating_sub(1))
    }

    /// Returns how many documents and arrays the elements are inside of.
    #[inline]
    pub(super) fn depth(&self) -> u16 {
        self.depth
    }

    /// Returns whether everything has been read.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    fn value(&self, tag: u8, bytes: &'de [u8]) -> Raw<'de> {
        Raw::element(tag, bytes, self.strict, self.depth)
    }

    /// Returns the elements of bytes without a frame, as a writer contains them.
    pub(super) fn written(bytes: &'de [u8]) -> Self {
        Self { rest: bytes, strict: false, rereads: 0, depth: 0 }
    }

    /// Decodes a document with these elements, for code that reads whole documents.
    pub fn decode_whole<V: Value>(self) -> CodecResult<V> {
        let mut writer = Writer::new();
        writer.document(|writer| {
            writer.put(self.rest);
            Ok(())
        })?;
        V::decode(self.document_of(writer.as_bytes()))
    }

    /// Skips the next element if its key is `key`, and returns whether it was.
    #[inline]
    pub fn skip(&mut self, key: &str) -> CodecResult<bool> {
        let Some((&tag, rest)) = self.rest.split_first() else { return Ok(false) };
        let Some(rest) = after_key(rest, key) else { return Ok(false) };
        (_, self.rest) = split_value(tag, rest)?;
        Ok(true)
    }

    /// Returns how many bytes are still to be read.
    #[inline]
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Fills `slot` if the key of the next element is `key`. This is one comparison, without a scan.
    ///
    /// The derive calls this once for each field in declared order. With one copy per value type, which is not
    /// inlined, both decoding and the build of many models are fast.
    #[inline(never)]
    pub fn take<V: Value>(&mut self, key: &'static str, slot: &mut Option<V>) -> CodecResult<()> {
        let Some((&tag, rest)) = self.rest.split_first() else { return Ok(()) };
        let Some(rest) = after_key(rest, key) else { return Ok(()) };
        let (bytes, rest) = split_value(tag, rest).map_err(|error| error.at(key))?;
        self.rest = rest;
        fill(key, self.value(tag, bytes), slot)
    }

    /// Returns the value of the next element if its key is `key`.
    #[inline]
    pub(crate) fn next_if(&mut self, key: &str) -> CodecResult<Option<Raw<'de>>> {
        let Some((&tag, rest)) = self.rest.split_first() else { return Ok(None) };
        let Some(rest) = after_key(rest, key) else { return Ok(None) };
        let (bytes, rest) = split_value(tag, rest).map_err(|error| error.at(key.to_owned()))?;
        self.rest = rest;
        Ok(Some(self.value(tag, bytes)))
    }

    /// Fills `slot` from an element that was read out of the declared order.
    #[inline(never)]
    pub fn put<V: Value>(key: &'static str, value: Raw<'_>, slot: &mut Option<V>) -> CodecResult<()> {
        fill(key, value, slot)
    }

    /// Returns the next element.
    #[inline]
    #[allow(clippy::should_implement_trait)] // fallible: not an `Iterator`
    pub fn next(&mut self) -> CodecResult<Option<(&'de [u8], Raw<'de>)>> {
        let Some((&tag, rest)) = self.rest.split_first() else { return Ok(None) };
        let end = rest.iter().position(|byte| *byte == 0).ok_or_else(CodecError::malformed)?;
        let (key, rest) = (&rest[..end], &rest[end + 1..]);
        let (bytes, rest) = split_value(tag, rest).map_err(|error| at_bytes(error, key))?;
        self.rest = rest;
        Ok(Some((key, self.value(tag, bytes))))
    }
}

/// Reads a field. It is inlined into `take`, so that a field in the declared order needs only one call.
#[inline]
fn fill<V: Value>(key: &'static str, value: Raw<'_>, slot: &mut Option<V>) -> CodecResult<()> {
    if slot.is_some() {
        return Err(duplicate(key));
    }
    match V::decode(value) {
        Ok(value) => {
            *slot = Some(value);
            Ok(())
        }
        Err(error) => Err(error.at(key)),
    }
}

/// Takes the value of a field out of its slot, after the whole document was read.
#[inline(never)]
pub fn require<V: Value>(slot: &mut Option<V>, key: &'static str) -> CodecResult<V> {
    match slot.take() {
        Some(value) => Ok(value),
        None => V::missing().ok_or_else(|| CodecError::missing(key)),
    }
}

/// Returns the error for a key that a document which denies unknown fields does not declare.
#[cold]
#[inline(never)]
pub fn unknown_field(key: &[u8], names: &[&str]) -> CodecError {
    at_bytes(CodecError::new(one_of(names), "a field that is not declared"), key)
}

/// Adds a key, which may be invalid UTF-8, to the path of an error.
#[cold]
#[inline(never)]
fn at_bytes(error: CodecError, key: &[u8]) -> CodecError {
    error.at_key(String::from_utf8_lossy(key))
}

/// Returns the error for a string that is not the name of a variant of an enum. `CodecError::value` returns the string
/// itself.
#[cold]
#[inline(never)]
pub fn unknown_variant(name: &str, names: &[&str]) -> CodecError {
    CodecError::new(one_of(names), "another text").with_value(name)
}

fn one_of(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [name] => name.clone(),
        names => format!("one of {}", names.join(", ")),
    }
}

#[cold]
pub(crate) fn duplicate(key: &'static str) -> CodecError {
    CodecError::new("one element of this name", "two").at(key)
}

/// Returns the bytes after `key` and its zero, if `bytes` begin with them.
#[inline]
fn after_key<'de>(bytes: &'de [u8], key: &str) -> Option<&'de [u8]> {
    let (found, rest) = bytes.split_at_checked(key.len())?;
    match rest.split_first() {
        Some((0, rest)) if same(found, key.as_bytes()) => Some(rest),
        _ => None,
    }
}

/// Returns whether two keys of one length are equal. Most are short, and a call of `memcmp` would cost more than the
/// comparison itself.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    /// Returns the first and the last `N` bytes, which together cover a key of at most `2 * N` bytes.
    #[inline]
    fn ends<const N: usize>(bytes: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        Some((bytes.first_chunk()?, bytes.last_chunk()?))
    }
    match one.len() {
        0..4 => one.iter().zip(other).all(|(one, other)| one == other),
        4..=8 => ends::<4>(one) == ends(other),
        9..=16 => ends::<8>(one) == ends(other),
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_length_are_distinguished() {
        for length in 0..40 {
            let key: String = ('a'..='z').cycle().take(length).collect();
            let mut bytes = key.clone().into_bytes();
            bytes.extend([0, 7]);
            assert_eq!(after_key(&bytes, &key), Some(&[7][..]));
            for at in 0..=length {
                assert_eq!(after_key(&bytes[..at], &key), None);
                let mut other = bytes.clone();
                other[at] ^= 1;
                assert_eq!(after_key(&other, &key), None);
            }
        }
    }
}
