//! Texts, bytes and documents that a view reads where they lie, in the bytes of the document.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::{self, Document, RawDocument, RawDocumentBuf};

use super::{FromOther, kinds::Like};
use crate::{
    error::codec::CodecResult,
    value::{Binary, Encoded, Raw, plain_bytes},
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

texts!(String, Box<str>, Arc<str>, Rc<str>, Cow<'static, str>);
#[cfg(feature = "url")]
texts!(url::Url);

macro_rules! cows {
    ($($text:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de> FromOther<'de, $text, Like> for Cow<'de, str> {
            #[inline]
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                raw.str().map(Cow::Borrowed)
            }

            fn defaulted(default: $text) -> Option<Self> {
                Some(Cow::Owned((*default).to_owned()))
            }
        }
    )* };
}

// A `Cow<'static, str>` is its own way.
cows!(String, Box<str>, Arc<str>, Rc<str>);

#[diagnostic::do_not_recommend]
impl<'de> FromOther<'de, PathBuf, Like> for &'de Path {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        raw.str().map(Path::new)
    }
}

/// Of every subtype, as a field of this type has it.
#[diagnostic::do_not_recommend]
impl<'de> FromOther<'de, bson::Binary, Like> for &'de [u8] {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        raw.binary().map(|(_, bytes)| bytes)
    }
}

macro_rules! bytes {
    ($($bytes:ty $(, with [$($generics:tt)*])?;)*) => { $(
        /// An array of numbers, which the parent reads too, is nowhere as bytes: it is an error.
        #[diagnostic::do_not_recommend]
        impl<'de, $($($generics)*)?> FromOther<'de, $bytes, Like> for &'de [u8] {
            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                plain_bytes(raw)
            }
        }
    )* };
}

bytes! {
    Encoded<Binary, Vec<u8>>;
    Encoded<Binary, Box<[u8]>>;
    Encoded<Binary, [u8; N]>, with [const N: usize];
}
#[cfg(feature = "bytes")]
bytes! {
    ::bytes::Bytes;
    Encoded<Binary, ::bytes::Bytes>;
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
