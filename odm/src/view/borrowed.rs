//! Strings, bytes and documents that a view borrows from the bytes of the document.

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

// Not for a `Cow<'static, str>`: it is read as itself, with the marker `Own`.
cows!(String, Box<str>, Arc<str>, Rc<str>);

#[diagnostic::do_not_recommend]
impl<'de> FromOther<'de, PathBuf, Like> for &'de Path {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        raw.str().map(Path::new)
    }
}

/// Accepts every subtype, as a field of this type does.
#[diagnostic::do_not_recommend]
impl<'de> FromOther<'de, bson::Binary, Like> for &'de [u8] {
    fn read(raw: Raw<'de>) -> CodecResult<Self> {
        raw.binary().map(|(_, bytes)| bytes)
    }
}

macro_rules! bytes {
    ($($bytes:ty $(, with [$($generics:tt)*])?;)*) => { $(
        /// The parent also reads an array of numbers. Here it is an error, because it cannot be borrowed as bytes.
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
