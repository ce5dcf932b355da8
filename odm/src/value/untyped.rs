//! `Bson` and `Document`: fields without a declared shape, kept bit for bit.
//!
//! This module encodes and decodes them itself, because the recursion of `bson` has no bound: it overflows the stack
//! of a tokio worker on documents that the server accepts.
//!
//! A `Document` cannot represent two things that BSON's syntax allows. A repeated key is an error here (`bson` keeps
//! the last element and loses the others). The keys of an array's elements are not kept: they are written as
//! positions, which is how every server and driver reads them.

use mongodb::bson::{
    Binary, Bson, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc,
    oid::ObjectId, spec::ElementType,
};

use super::{
    AnyLength, Arithmetic, Array, Arrays, Bits, DateValue, Doc, Integer, Map, Nullable, Number, Raw,
    StringValue, Text, UnclaimedElements, Value, Writer, bounded, leaf, map::utf8_key,
};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    path::Context,
    stack::MAX_DEPTH,
};

impl Value for Document {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Map { values: &TypeMeta::Any };

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
            let value = Bson::decode(value).map_err(|error| error.at_key(key))?;
            if document.insert(key, value).is_some() {
                return Err(CodecError::new("one element of this name", "two").at_key(key));
            }
        }
        Ok(document)
    }

    fn into_bson(self) -> CodecResult<Bson> {
        Bson::Document(self).into_bson()
    }

    fn claim(_: &Self, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        rest.take_all();
        Ok(())
    }
}

/// Its values are of any type.
impl Map for Document {
    type Key = String;
    type Item = Bson;
}

impl Value for Bson {
    type Fields<A: Context, B> = B;
    type Optional = Option<Self>;
    type NonNull = Self;
    type DistinctItem<W: Value> = W;
    // It may be null.
    type Lift<U: Value> = U::Optional;
    type Replaced<D: Doc> = Self;
    type Added<D: Doc> = Self;

    #[inline]
    fn under<A: Context, B>(_: A, base: B) -> B {
        base
    }

    const ARRAYS: Arrays = Arrays::ANY;

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        match self {
            Self::Double(number) => number.encode(writer),
            Self::String(text) => text.encode(writer),
            Self::Array(items) => writer.level(items, Vec::encode),
            Self::Document(document) => writer.level(document, Document::encode),
            Self::Boolean(yes) => yes.encode(writer),
            Self::Null => Ok(ElementType::Null),
            Self::RegularExpression(regex) => regex.encode(writer),
            Self::JavaScriptCode(code) => writer.put_str(code).map(|_| ElementType::JavaScriptCode),
            Self::JavaScriptCodeWithScope(code) => writer.level(code, JavaScriptCodeWithScope::encode),
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
                // Its fields are private to `bson`, which writes it as the one element of a document.
                let document = doc! { "v": pointer.clone() };
                let bytes = document.to_vec().map_err(|_| CodecError::malformed())?;
                writer.put(bytes.get(7..bytes.len() - 1).ok_or_else(CodecError::malformed)?);
                Ok(ElementType::DbPointer)
            }
        }
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let Some(element_type) = raw.element_type() else { return Err(raw.expected("a BSON type")) };
        match element_type {
            ElementType::Double => f64::decode(raw).map(Self::Double),
            ElementType::String => String::decode(raw).map(Self::String),
            ElementType::EmbeddedDocument => raw.level(Document::decode).map(Self::Document),
            ElementType::Array => raw.level(Vec::decode).map(Self::Array),
            ElementType::Binary => Binary::decode(raw).map(Self::Binary),
            ElementType::Undefined => Ok(Self::Undefined),
            ElementType::ObjectId => ObjectId::decode(raw).map(Self::ObjectId),
            ElementType::Boolean => bool::decode(raw).map(Self::Boolean),
            ElementType::DateTime => DateTime::decode(raw).map(Self::DateTime),
            ElementType::Null => Ok(Self::Null),
            ElementType::RegularExpression => Regex::decode(raw).map(Self::RegularExpression),
            ElementType::DbPointer => raw.pointer(),
            ElementType::JavaScriptCode => raw.text().map(|code| Self::JavaScriptCode(code.to_owned())),
            ElementType::Symbol => raw.text().map(|text| Self::Symbol(text.to_owned())),
            ElementType::JavaScriptCodeWithScope => {
                raw.level(JavaScriptCodeWithScope::decode).map(Self::JavaScriptCodeWithScope)
            }
            ElementType::Int32 => i32::decode(raw).map(Self::Int32),
            ElementType::Timestamp => Timestamp::decode(raw).map(Self::Timestamp),
            ElementType::Int64 => i64::decode(raw).map(Self::Int64),
            ElementType::Decimal128 => Decimal128::decode(raw).map(Self::Decimal128),
            ElementType::MaxKey => Ok(Self::MaxKey),
            ElementType::MinKey => Ok(Self::MinKey),
        }
    }

    /// Refuses a value that is too deep and drops it without recursion: the usual drop recurses through every level.
    fn into_bson(self) -> CodecResult<Self> {
        let value = bounded(self, MAX_DEPTH)?;
        value.to_bson()
    }
}

// A `Bson` may be of any type, so it has the operators of every type.
#[diagnostic::do_not_recommend]
impl Nullable for Bson {}
#[diagnostic::do_not_recommend]
impl Text for Bson {}
#[diagnostic::do_not_recommend]
impl StringValue for Bson {}
#[diagnostic::do_not_recommend]
impl DateValue for Bson {}
#[diagnostic::do_not_recommend]
impl DateValue for Option<Bson> {}
#[diagnostic::do_not_recommend]
impl Integer for Bson {
    type Mask = <Self as Value>::NonNull;
}
#[diagnostic::do_not_recommend]
impl Bits for Bson {}

/// The result of arithmetic in a pipeline is a double.
#[diagnostic::do_not_recommend]
impl Number for Bson {
    type Stored = f64;
    type Step = Self;
}

#[diagnostic::do_not_recommend]
impl Arithmetic for Bson {
    type Kind = f64;
}

#[diagnostic::do_not_recommend]
impl Array for Bson {
    type Item = Self;
    type Length = AnyLength;
}

#[diagnostic::do_not_recommend]
impl Map for Bson {
    type Key = String;
    type Item = Self;
}

/// Returns whether the server could read the value as operators where it accepts both: whether it is a document with
/// a key that begins with `$`.
pub(crate) fn looks_like_operators(value: &Bson) -> bool {
    matches!(value, Bson::Document(document) if document.keys().any(|key| key.starts_with('$')))
}

impl Value for JavaScriptCodeWithScope {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::JavaScriptCodeWithScope);

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
