//! `Operand`: a value of a filter, which owns its bytes.

use mongodb::bson::{Document, spec::ElementType};

use crate::{
    error::{Error, ErrorKind, Result, codec::CodecResult},
    value::{Elements, Raw, Value, Writer},
};

#[derive(Debug, Clone)]
pub(super) struct Operand {
    element_type: ElementType,
    bytes: Box<[u8]>,
}

impl Operand {
    /// Copies a value. `None` if its type is unknown.
    pub(super) fn of(value: Raw<'_>) -> Option<Self> {
        Some(Self { element_type: value.element_type()?, bytes: value.bytes().into() })
    }

    pub(super) fn raw(&self) -> Raw<'_> {
        Raw::new(self.element_type, &self.bytes)
    }
}

/// Returns the value of a field of a document, or of an item of an array. The first one of a name counts.
pub(super) fn field<'de>(container: Raw<'de>, name: &[u8]) -> CodecResult<Option<Raw<'de>>> {
    let mut elements = contents(container)?;
    while let Some((key, value)) = elements.next()? {
        if key == name {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Returns the elements of a document or of an array.
pub(super) fn contents(container: Raw<'_>) -> CodecResult<Elements<'_>> {
    if container.is(ElementType::Array) { container.items() } else { container.elements() }
}

/// Returns the bytes of a document of the caller.
pub(super) fn encoded(document: &Document) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    document.encode(&mut writer).map_err(|cause| Error::new(ErrorKind::Encode(cause)))?;
    Ok(writer.into_bytes())
}
