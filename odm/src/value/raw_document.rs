//! `RawDocumentBuf` and `RawArrayBuf`: documents and arrays without a declared shape, kept as their bytes.
//!
//! Only the lengths and the depth of their contents are checked here. `bson` checks strings and keys when the caller
//! reads an element.

use mongodb::bson::{RawArray, RawArrayBuf, RawDocument, RawDocumentBuf, spec::ElementType};

use super::{Arrays, Raw, Value, Writer, leaf};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
};

fn copy(bytes: &[u8], element_type: ElementType, writer: &mut Writer) -> CodecResult<ElementType> {
    Raw::new(element_type, bytes).at_depth(writer.depth()).check_depth()?;
    writer.put(bytes);
    Ok(element_type)
}

impl<'de> Raw<'de> {
    /// Returns the document as `bson`'s type, which borrows the bytes and decodes an element when it is read.
    pub(crate) fn undecoded(self) -> CodecResult<&'de RawDocument> {
        self.elements()?;
        self.check_depth()?;
        RawDocument::from_bytes(self.bytes()).map_err(|_| CodecError::malformed())
    }
}

impl Value for RawDocumentBuf {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Map { values: &TypeMeta::Any };

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        copy(self.as_bytes(), ElementType::EmbeddedDocument, writer)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        raw.undecoded().map(RawDocument::to_owned)
    }
}

impl Value for RawArrayBuf {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Array { items: &TypeMeta::Any, length: None };

    const ARRAYS: Arrays = Arrays::ANY;

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        copy(self.as_bytes(), ElementType::Array, writer)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        raw.items()?;
        raw.check_depth()?;
        let wrapped = raw.wrapped()?;
        let document = RawDocument::from_bytes(&wrapped).map_err(|_| CodecError::malformed())?;
        document.get_array("v").map(RawArray::to_owned).map_err(|_| CodecError::malformed())
    }
}
