//! Texts, bytes and documents that a view reads where they lie, in the bytes of the document.

use std::borrow::Cow;

use mongodb::bson::{self, Document, RawDocument, RawDocumentBuf};

use super::{FromOther, kinds::Like};
use crate::{
    error::codec::CodecResult,
    value::{Binary, Raw, Via, lend_bytes},
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

/// The data, of whatever subtype.
#[diagnostic::do_not_recommend]
impl<'de> FromOther<'de, bson::Binary, Like> for &'de [u8] {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        raw.binary().map(|(_, data)| data)
    }
}

macro_rules! bytes {
    ($($bytes:ty),*) => { $(
        /// Where an array of numbers stands, which the parent reads as well, there are no bytes to lend.
        #[diagnostic::do_not_recommend]
        impl<'de> FromOther<'de, $bytes, Like> for &'de [u8] {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                lend_bytes(raw)
            }
        }
    )* };
}

bytes!(Via<Binary, Vec<u8>>, Via<Binary, Box<[u8]>>);
#[cfg(feature = "bytes")]
bytes!(::bytes::Bytes, Via<Binary, ::bytes::Bytes>);

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
