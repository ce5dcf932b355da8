//! Texts, bytes and documents that a view reads where they lie, in the bytes of the document.

use std::borrow::Cow;

use mongodb::bson::{
    Binary, Document, RawDocument, RawDocumentBuf,
    spec::{BinarySubtype, ElementType},
};

use super::{FromOther, kinds::Like};
use crate::{
    error::codec::{CodecError, CodecResult},
    value::Raw,
};

macro_rules! texts {
    ($($text:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de> FromOther<'de, $text, Like> for &'de str {
            #[inline]
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                raw.str()
            }
        }
    )* };
}

texts!(String, Box<str>, Cow<'static, str>);

macro_rules! cows {
    ($($text:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de> FromOther<'de, $text, Like> for Cow<'de, str> {
            #[inline]
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                raw.str().map(Cow::Borrowed)
            }

            fn defaulted(default: $text) -> Option<Self> {
                Some(Cow::Owned(default.into()))
            }
        }
    )* };
}

// A `Cow<'static, str>` is its own way.
cows!(String, Box<str>);

#[diagnostic::do_not_recommend]
impl<'de> FromOther<'de, Binary, Like> for &'de [u8] {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        if !raw.is(ElementType::Binary) {
            return Err(raw.expected("binary data"));
        }
        let old: u8 = BinarySubtype::BinaryOld.into();
        match raw.bytes() {
            // Subtype 2 repeats the length of the data inside the data.
            [_, _, _, _, subtype, _, _, _, _, data @ ..] if *subtype == old => Ok(data),
            [_, _, _, _, subtype, data @ ..] if *subtype != old => Ok(data),
            _ => Err(CodecError::malformed()),
        }
    }
}

macro_rules! documents {
    ($($document:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de> FromOther<'de, $document, Like> for &'de RawDocument {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                raw.undecoded()
            }
        }
    )* };
}

documents!(Document, RawDocumentBuf);
