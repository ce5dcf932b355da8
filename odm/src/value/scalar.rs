//! Bools and the scalars of BSON.

use std::borrow::Cow;

use mongodb::bson::{
    Binary, Bson, DateTime, Regex, Timestamp, Uuid,
    oid::ObjectId,
    spec::{BinarySubtype, ElementType},
};

use super::{Arithmetic, Bits, Raw, Value, Writer, leaf};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
};

impl Value for bool {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::Boolean);
    const IS_EQUAL_AS_STORED: bool = true;
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put(&[u8::from(*self)]);
        Ok(ElementType::Boolean)
    }
    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        if !raw.is(ElementType::Boolean) {
            return Err(raw.expected("a bool"));
        }
        match raw.bytes() {
            [0] => Ok(false),
            [1] => Ok(true),
            [_] => Err(CodecError::new("a bool of 0 or 1", "another byte")),
            _ => Err(CodecError::malformed()),
        }
    }
    #[inline]
    fn to_bson(&self) -> CodecResult<Bson> {
        Ok(Bson::Boolean(*self))
    }
}

macro_rules! fixed {
    ($($type:ident as $element:ident, $words:literal: |$value:ident| $encode:expr, |$bytes:ident| $decode:expr;)*) => { $(
        impl Value for $type {
            leaf!();
            const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::$element);
            const IS_EQUAL_AS_STORED: bool = true;
            #[inline]
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                let $value = self;
                writer.put(&$encode);
                Ok(ElementType::$element)
            }
            #[inline]
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                if !raw.is(ElementType::$element) {
                    return Err(raw.expected($words));
                }
                let $bytes = raw.fixed()?;
                Ok($decode)
            }
            #[inline]
            fn to_bson(&self) -> CodecResult<Bson> {
                Ok(Bson::from(*self))
            }
        }
    )* };
}

fixed! {
    ObjectId as ObjectId, "an ObjectId": |id| id.bytes(), |bytes| Self::from_bytes(bytes);
    DateTime as DateTime, "a date": |date| date.timestamp_millis().to_le_bytes(), |bytes| Self::from_millis(i64::from_le_bytes(bytes));
    Timestamp as Timestamp, "a timestamp": |stamp| (u64::from(stamp.time) << 32 | u64::from(stamp.increment)).to_le_bytes(), |bytes| {
        let both = u64::from_le_bytes(bytes);
        #[allow(clippy::cast_possible_truncation)] // the two halves
        Self { time: (both >> 32) as u32, increment: both as u32 }
    };
}
impl Arithmetic for DateTime {
    type Kind = Self;
}

/// Stored as binary data of subtype 4.
impl Value for Uuid {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Binary(Some(BinarySubtype::Uuid));
    const IS_EQUAL_AS_STORED: bool = true;
    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put(&[16, 0, 0, 0, BinarySubtype::Uuid.into()]);
        writer.put(&self.bytes());
        Ok(ElementType::Binary)
    }
    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        const SUBTYPE: u8 = 4;
        if !raw.is(ElementType::Binary) {
            return Err(raw.expected("a UUID (binary subtype 4)"));
        }
        match raw.bytes() {
            [16, 0, 0, 0, SUBTYPE, uuid @ ..] => {
                uuid.try_into().map(Self::from_bytes).map_err(|_| CodecError::malformed())
            }
            _ => Err(CodecError::new("a UUID (binary subtype 4)", "binary data of another kind")),
        }
    }
}

impl Bits for Binary {}

/// Stored with any subtype. The data of subtype 2 repeats its length, which is checked and is not part of `bytes`.
impl Value for Binary {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Binary(None);
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        let subtype = u8::from(self.subtype);
        let old = subtype == u8::from(BinarySubtype::BinaryOld);
        let length = i32::try_from(self.bytes.len() + if old { 4 } else { 0 })
            .map_err(|_| CodecError::new("binary data of at most 2 GiB", "more"))?;
        writer.put(&length.to_le_bytes());
        writer.put(&[subtype]);
        if old {
            writer.put(&(length - 4).to_le_bytes());
        }
        writer.put(&self.bytes);
        Ok(ElementType::Binary)
    }
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let (subtype, bytes) = raw.binary()?;
        Ok(Self { subtype: subtype.into(), bytes: bytes.to_vec() })
    }
}

/// Stored and read with its options in alphabetical order, as BSON requires. For the server, the same options in
/// another order are another regular expression.
impl Value for Regex {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::RegularExpression);
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put_cstr(self.pattern.as_str())?;
        writer.put_cstr(&in_order(self.options.as_str()))?;
        Ok(ElementType::RegularExpression)
    }
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let (pattern, options) = raw.pattern_and_options()?;
        let cstring = |text: String| text.try_into().map_err(|_| CodecError::malformed());
        Ok(Self { pattern: cstring(pattern.to_owned())?, options: cstring(in_order(options).into_owned())? })
    }
}

/// Returns the options of a regular expression, which are single letters, in alphabetical order.
fn in_order(options: &str) -> Cow<'_, str> {
    if options.chars().is_sorted() {
        return Cow::Borrowed(options);
    }
    let mut letters: Vec<char> = options.chars().collect();
    letters.sort_unstable();
    Cow::Owned(letters.into_iter().collect())
}
