//! `ResumeToken`: a position in a change stream.

mod formats;

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use mongodb::{
    bson::{
        Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, Timestamp, deserialize_from_slice, rawdoc,
        serialize_to_bson, spec::ElementType,
    },
    change_stream::event::ResumeToken as DriverToken,
};
use serde::Deserialize;

use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    value::{Raw, Value, Writer, leaf},
};

/// A position in a change stream. A stream that resumes from it returns the changes after it.
///
/// Every [`Change`](super::Change) has a token, and [`ChangeStream::resume_token`](super::ChangeStream::resume_token)
/// returns the stream's position. Store the token together with the results of processing the change. Pass it to
/// [`Watch::resume_after`](crate::action::Watch::resume_after) to continue from there, in another process or at any
/// later time, as long as the oplog contains the position.
///
/// The content of a token is defined by the server. A token can be stored (by serde in any format, or as a field of a
/// model), compared and ordered. Within one deployment a later change has a greater token, so the text of
/// [`data`](Self::data) can be used to recognise a change that was already processed.
#[derive(Clone)]
pub struct ResumeToken(Arc<RawDocumentBuf>);

impl ResumeToken {
    /// Reads the token of a change event as the server sends it.
    ///
    /// # Errors
    ///
    /// Returns an error if the event has no `_id`, or if the `_id` is not a resume token.
    pub fn of_event(event: &RawDocument) -> CodecResult<Self> {
        match event.get("_id") {
            Ok(Some(RawBsonRef::Document(token))) => Self::from_raw(token).map_err(|error| error.at("_id")),
            Ok(Some(other)) => {
                Err(CodecError::new("a resume token", format!("{:?}", other.element_type())).at("_id"))
            }
            Ok(None) => Err(CodecError::missing("_id")),
            Err(_) => Err(CodecError::malformed().at("_id")),
        }
    }

    /// Reads a token as the server sends it.
    pub(crate) fn from_raw(token: &RawDocument) -> CodecResult<Self> {
        match token.get("_data") {
            Ok(Some(RawBsonRef::String(data))) if !data.is_empty() => match token.get("_typeBits") {
                Ok(None | Some(RawBsonRef::Binary(_))) => Ok(Self(Arc::new(token.to_owned()))),
                Ok(Some(bits)) => formats::mended(data, bits),
                Err(_) => Err(CodecError::malformed()),
            },
            Ok(Some(RawBsonRef::String(_))) => {
                Err(CodecError::new("a position", "an empty string").at("_data"))
            }
            Ok(Some(_)) => Err(CodecError::new("a string", "another type").at("_data")),
            Ok(None) => Err(CodecError::missing("_data")),
            Err(_) => Err(CodecError::malformed()),
        }
    }

    /// Returns the position as text. Within one deployment it increases with time, and it is the same for the same
    /// change.
    pub fn data(&self) -> &str {
        self.0.get_str("_data").unwrap_or_default()
    }

    /// Returns the cluster time of the position, if the token has the format that servers have written since 4.0: the
    /// type of a timestamp, then its seconds and its increment.
    pub(crate) fn cluster_time(&self) -> Option<Timestamp> {
        let digits = self.data().strip_prefix("82")?;
        let part = |range| digits.get(range).and_then(|part| u32::from_str_radix(part, 16).ok());
        Some(Timestamp { time: part(0..8)?, increment: part(8..16)? })
    }

    /// Returns the token as the document that the server sent.
    pub fn as_raw(&self) -> &RawDocument {
        &self.0
    }

    pub(crate) fn to_document(&self) -> CodecResult<Document> {
        Document::decode(Raw::document(self.0.as_bytes()))
    }

    /// Converts the token into the driver's type.
    pub fn to_driver(&self) -> CodecResult<DriverToken> {
        let wrapped = rawdoc! { "token": RawDocumentBuf::clone(&self.0) };
        let Wrapped { token } =
            deserialize_from_slice(wrapped.as_bytes()).map_err(|_| CodecError::malformed())?;
        Ok(token)
    }
}

/// A document around the driver's token, from which the token is read directly, without recursion.
#[derive(Deserialize)]
struct Wrapped {
    token: DriverToken,
}

/// Converts a token that the driver returned, or that was stored as the driver's type.
impl TryFrom<&DriverToken> for ResumeToken {
    type Error = CodecError;

    fn try_from(token: &DriverToken) -> CodecResult<Self> {
        let Ok(Bson::Document(document)) = serialize_to_bson(token) else {
            return Err(CodecError::new("a resume token", "something else"));
        };
        Self::try_from(document)
    }
}

/// Converts a token that was stored as a document.
impl TryFrom<Document> for ResumeToken {
    type Error = CodecError;

    fn try_from(document: Document) -> CodecResult<Self> {
        let mut writer = Writer::new();
        document.encode(&mut writer)?;
        Self::decode(Raw::document(writer.as_bytes()))
    }
}

/// Encodes the token as the document that the server sent.
impl Value for ResumeToken {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::EmbeddedDocument);

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put(self.0.as_bytes());
        Ok(ElementType::EmbeddedDocument)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        raw.elements()?;
        Self::from_raw(RawDocument::from_bytes(raw.bytes()).map_err(|_| CodecError::malformed())?)
    }
}

impl PartialEq for ResumeToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes() == other.0.as_bytes()
    }
}

impl Eq for ResumeToken {}

impl PartialOrd for ResumeToken {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Orders tokens by position, the earlier change first.
impl Ord for ResumeToken {
    fn cmp(&self, other: &Self) -> Ordering {
        self.data().cmp(other.data()).then_with(|| self.0.as_bytes().cmp(other.0.as_bytes()))
    }
}

impl Hash for ResumeToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_bytes().hash(state);
    }
}

impl fmt::Debug for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResumeToken({})", self.data())
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Binary, doc, serialize_to_vec, spec::BinarySubtype};
    use serde::Serialize;

    use super::*;

    fn token(data: &str) -> ResumeToken {
        ResumeToken::try_from(doc! { "_data": data }).unwrap()
    }

    #[test]
    fn a_later_position_is_greater() {
        assert!(token("826B03E2A300000003") > token("826B03E2A300000002"));
        assert_eq!(token("82"), token("82"));
    }

    #[test]
    fn a_token_contains_its_cluster_time() {
        let time = Timestamp { time: 0x6B03_E2A3, increment: 3 };
        assert_eq!(token("826B03E2A3000000032B022C").cluster_time(), Some(time));
        for other in ["82", "836B03E2A300000003", "82zzzzzzzz00000003", "826B03E2A30000000\u{e9}"] {
            assert_eq!(token(other).cluster_time(), None, "{other}");
        }
    }

    #[test]
    fn a_token_survives_being_stored() {
        #[derive(Serialize, Deserialize)]
        struct Stored {
            at: ResumeToken,
        }
        let type_bits = Binary { subtype: BinarySubtype::Generic, bytes: vec![1] };
        let at = ResumeToken::try_from(doc! { "_data": "82AB", "_typeBits": type_bits }).unwrap();
        let bytes = serialize_to_vec(&Stored { at: at.clone() }).unwrap();
        let back: Stored = deserialize_from_slice(&bytes).unwrap();
        assert_eq!(back.at, at);
        assert_eq!(Value::to_bson(&at).unwrap(), Bson::Document(at.to_document().unwrap()));
        assert_eq!(ResumeToken::try_from(&at.to_driver().unwrap()).unwrap(), at);
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for (document, message) in [
            (doc! {}, "`_data`: expected a value, found nothing: the field is missing"),
            (doc! { "_data": 1 }, "`_data`: expected a string, found another type"),
            (doc! { "_data": "" }, "`_data`: expected a position, found an empty string"),
        ] {
            assert_eq!(ResumeToken::try_from(document).unwrap_err().to_string(), message);
        }
        let event = rawdoc! { "_id": 7 };
        assert_eq!(
            ResumeToken::of_event(&event).unwrap_err().to_string(),
            "`_id`: expected a resume token, found Int32"
        );
    }
}
