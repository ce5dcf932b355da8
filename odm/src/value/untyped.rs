//! `Bson` and `Document`: fields without a declared shape, kept bit for bit.
//!
//! They are walked here and not by `bson` itself: its recursion has no bound and overflows the stack of a
//! tokio worker on documents that the server accepts.

use mongodb::bson::{Bson, Document, JavaScriptCodeWithScope, doc, spec::ElementType};

use super::{Raw, Value, Writer, leaf, map::utf8_key};
use crate::error::codec::{CodecError, CodecResult};

impl Value for Document {
    leaf!();

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.document(|writer| {
            self.iter().try_for_each(|(key, value)| writer.element_with(key, |writer| value.encode(writer)))
        })
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let mut elements = raw.elements()?;
        let mut document = Self::new();
        while let Some((key, value)) = elements.next()? {
            let key = utf8_key(key)?;
            let value = Bson::decode(value).map_err(|error| error.at(key.to_owned()))?;
            if document.insert(key, value).is_some() {
                return Err(CodecError::new("one element of this name", "two").at(key.to_owned()));
            }
        }
        Ok(document)
    }
}

impl Value for Bson {
    leaf!();

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        match self {
            Self::Double(number) => number.encode(writer),
            Self::String(text) => text.encode(writer),
            Self::Array(items) => items.encode(writer),
            Self::Document(document) => document.encode(writer),
            Self::Boolean(yes) => yes.encode(writer),
            Self::Null => Ok(ElementType::Null),
            Self::RegularExpression(regex) => regex.encode(writer),
            Self::JavaScriptCode(code) => writer.put_str(code).map(|_| ElementType::JavaScriptCode),
            Self::JavaScriptCodeWithScope(code) => code.encode(writer),
            Self::Int32(number) => number.encode(writer),
            Self::Int64(number) => number.encode(writer),
            Self::Timestamp(stamp) => stamp.encode(writer),
            Self::Binary(binary) => binary.encode(writer),
            Self::ObjectId(id) => id.encode(writer),
            Self::DateTime(date) => date.encode(writer),
            Self::Symbol(text) => writer.put_str(text).map(|_| ElementType::Symbol),
            Self::Decimal128(number) => number.encode(writer),
            Self::Undefined => Ok(ElementType::Undefined),
            Self::MaxKey => Ok(ElementType::MaxKey),
            Self::MinKey => Ok(ElementType::MinKey),
            pointer @ Self::DbPointer(_) => {
                // Its parts are private to `bson`, which writes it as the one element of a document.
                let document = doc! { "v": pointer.clone() };
                let bytes = document.to_vec().map_err(|_| CodecError::malformed())?;
                writer.put(bytes.get(7..bytes.len() - 1).ok_or_else(CodecError::malformed)?);
                Ok(ElementType::DbPointer)
            }
        }
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        match raw.element_type() {
            Some(ElementType::EmbeddedDocument) => Document::decode(raw).map(Self::Document),
            Some(ElementType::Array) => Vec::decode(raw).map(Self::Array),
            Some(ElementType::String) => String::decode(raw).map(Self::String),
            Some(ElementType::JavaScriptCodeWithScope) => {
                JavaScriptCodeWithScope::decode(raw).map(Self::JavaScriptCodeWithScope)
            }
            Some(_) => raw.flat(),
            None => Err(CodecError::malformed()),
        }
    }

    /// Encoded once for its depth: what the driver is given, it walks without a bound.
    fn to_bson(&self) -> CodecResult<Self> {
        self.encode(&mut Writer::new())?;
        Ok(self.clone())
    }
}

/// Whether the server could read a value as operators where it takes both: a document with a key that begins
/// with `$`.
pub(crate) fn looks_like_operators(value: &Bson) -> bool {
    matches!(value, Bson::Document(document) if document.keys().any(|key| key.starts_with('$')))
}

impl Value for JavaScriptCodeWithScope {
    leaf!();

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.sized(|writer| {
            writer.put_str(&self.code)?;
            self.scope.encode(writer).map(|_| ())
        })?;
        Ok(ElementType::JavaScriptCodeWithScope)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let (code, scope) = raw.code_and_scope()?;
        Ok(Self { code: code.to_owned(), scope: Document::decode(scope)? })
    }
}
