//! `url`: stored as a string.

use mongodb::bson::{Bson, spec::ElementType};
use url::Url;

use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    path::{Operand, operands::Like},
    rule::{Length, Matched, Unit},
    value::{Raw, Text, Value, Writer, leaf},
};

fn parse(text: &str) -> CodecResult<Url> {
    Url::parse(text).map_err(|_| CodecError::new("a URL", "another text").with_value(text))
}

/// Stored as its string, normalized as `Url` does.
impl Value for Url {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::String);
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put_str(self.as_str())
    }
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        parse(raw.str()?)
    }
}

impl Text for Url {}

/// Parses the string first, so that it is compared in its stored form.
#[diagnostic::do_not_recommend]
impl Operand<Url, Like> for &str {
    fn operand(self) -> CodecResult<Bson> {
        parse(self)?.to_bson()
    }
}

impl Length for Url {
    const UNIT: Unit = Unit::Character;
    fn length(&self) -> Option<usize> {
        Length::length(self.as_str())
    }
}

impl Matched for Url {
    fn matched(&self) -> Option<&str> {
        Some(self.as_str())
    }
}
