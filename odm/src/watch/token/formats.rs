//! `ResumeToken` with serde: a document in BSON, extended JSON in human-readable formats, bytes in other formats.

use std::fmt;

use mongodb::bson::{
    Binary, Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, doc, spec::BinarySubtype,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{self, SerializeMap},
};

use super::ResumeToken;
use crate::{
    error::codec::{CodecError, CodecResult},
    extended_json::base64,
};

const DATA: &str = "_data";
const TYPE_BITS: &str = "_typeBits";

/// Serializes the token. In BSON, it is the document that the server sent. In JSON and other human-readable formats,
/// it is canonical extended JSON, `{"_data": "82..", "_typeBits": {"$binary": {"base64": "..", "subType": "00"}}}`.
/// In other formats, it is the bytes of the document.
impl Serialize for ResumeToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.as_raw().serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        for element in self.as_raw() {
            let (key, value) = element.map_err(ser::Error::custom)?;
            match (key.as_str(), value) {
                (DATA, RawBsonRef::String(data)) => map.serialize_entry(DATA, data)?,
                (TYPE_BITS, RawBsonRef::Binary(bits)) => {
                    let body = Body {
                        base64: base64(bits.bytes),
                        sub_type: format!("{:02x}", u8::from(bits.subtype)),
                    };
                    map.serialize_entry(TYPE_BITS, &Extended { binary: body })?;
                }
                (other, _) => {
                    return Err(ser::Error::custom(format!(
                        "a resume token with the field `{other}` has no human-readable format; store it as BSON"
                    )));
                }
            }
        }
        map.end()
    }
}

/// Reads every format that `Serialize` writes, and the numbers that earlier versions wrote for `_typeBits` in JSON.
impl<'de> Deserialize<'de> for ResumeToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let token = Token { is_human_readable: deserializer.is_human_readable() };
        if token.is_human_readable {
            deserializer.deserialize_any(token)
        } else {
            // In BSON the token is a document, so the deserializer calls `visit_map`.
            deserializer.deserialize_byte_buf(token)
        }
    }
}

struct Token {
    is_human_readable: bool,
}

impl<'de> Visitor<'de> for Token {
    type Value = ResumeToken;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resume token")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ResumeToken, A::Error> {
        let (mut data, mut bits, mut others) = (None, None, Document::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                DATA => data = Some(map.next_value::<String>()?),
                TYPE_BITS => bits = Some(map.next_value::<TypeBits>()?.0),
                other if self.is_human_readable => {
                    return Err(de::Error::unknown_field(other, &[DATA, TYPE_BITS]));
                }
                _ => {
                    let value = map.next_value::<Bson>()?;
                    others.insert(key, value);
                }
            }
        }
        let data = data.ok_or_else(|| de::Error::missing_field(DATA))?;
        of_fields(&data, bits, others).map_err(de::Error::custom)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<ResumeToken, E> {
        let document = RawDocument::from_bytes(bytes).map_err(E::custom)?;
        ResumeToken::from_raw(document).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ResumeToken, A::Error> {
        self.visit_bytes(&bytes(seq)?)
    }
}

/// Creates a token from its fields.
fn of_fields(data: &str, bits: Option<Binary>, others: Document) -> CodecResult<ResumeToken> {
    let mut document = doc! { DATA: data };
    if let Some(bits) = bits {
        document.insert(TYPE_BITS, bits);
    }
    document.extend(others);
    let raw = RawDocumentBuf::try_from(document).map_err(|_| CodecError::malformed())?;
    ResumeToken::from_raw(&raw)
}

/// Creates a token whose `_typeBits` lost their BSON type, because extended JSON or an array of numbers was stored as
/// BSON.
pub(super) fn mended(data: &str, bits: RawBsonRef<'_>) -> CodecResult<ResumeToken> {
    let bits = match bits {
        RawBsonRef::Array(numbers) => {
            let byte = |number: RawBsonRef<'_>| match number {
                RawBsonRef::Int32(number) => u8::try_from(number).ok(),
                RawBsonRef::Int64(number) => u8::try_from(number).ok(),
                _ => None,
            };
            let bytes = numbers.into_iter().map(|number| number.ok().and_then(byte)).collect::<Option<_>>();
            bytes.map(generic)
        }
        RawBsonRef::Document(extended) => {
            let body = extended.get_document("$binary").ok();
            body.and_then(|body| Some((body.get_str("base64").ok()?, body.get_str("subType").ok()?)))
                .and_then(|(base64, sub_type)| binary(base64, sub_type))
        }
        _ => None,
    };
    let bits = bits.ok_or_else(|| CodecError::new("binary data", "another type").at(TYPE_BITS))?;
    of_fields(data, Some(bits), Document::new())
}

fn generic(bytes: Vec<u8>) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes }
}

fn binary(base64: &str, sub_type: &str) -> Option<Binary> {
    let sub_type = u8::from_str_radix(sub_type, 16).ok()?;
    Binary::from_base64(base64, BinarySubtype::from(sub_type)).ok()
}

/// `_typeBits` as binary data, as extended JSON, or as numbers.
struct TypeBits(Binary);

/// Binary data in extended JSON.
#[derive(Serialize, Deserialize)]
struct Extended {
    #[serde(rename = "$binary")]
    binary: Body,
}

#[derive(Serialize, Deserialize)]
struct Body {
    base64: String,
    #[serde(rename = "subType")]
    sub_type: String,
}

impl<'de> Deserialize<'de> for TypeBits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Bits).map(Self)
    }
}

struct Bits;

impl<'de> Visitor<'de> for Bits {
    type Value = Binary;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("binary data")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Binary, E> {
        Ok(generic(bytes.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Binary, A::Error> {
        Ok(generic(bytes(seq)?))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Binary, A::Error> {
        let Extended { binary: body } = Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
        binary(&body.base64, &body.sub_type).ok_or_else(|| de::Error::custom("expected base64 and a subtype"))
    }
}

fn bytes<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Vec<u8>, A::Error> {
    let mut bytes = Vec::new();
    while let Some(byte) = seq.next_element()? {
        bytes.push(byte);
    }
    Ok(bytes)
}
