//! Strings.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use mongodb::bson::{Bson, spec::ElementType};

use super::{Raw, Value, Writer, leaf};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
};

/// A text, a text that may be absent, or an array of texts: required by `starts_with` and `regex`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not text", label = "this operator needs a text field")]
pub trait Text: Value {}

impl Text for String {}
impl Text for Cow<'static, str> {}
impl Text for Box<str> {}
impl Text for Arc<str> {}
impl Text for Rc<str> {}
#[diagnostic::do_not_recommend]
impl<T: Text> Text for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Text> Text for Vec<T> {}

macro_rules! texts {
    ($($type:ty),*) => { $(
        impl Value for $type {
            leaf!();
            const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::String);
            #[inline]
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.put_str(self)
            }
            #[inline]
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                raw.str().map(|text| Self::from(text.to_owned()))
            }
            #[inline]
            fn to_bson(&self) -> CodecResult<Bson> {
                Ok(Bson::String(self.to_string()))
            }
        }
    )* };
}

texts!(String, Cow<'static, str>, Box<str>, Arc<str>, Rc<str>);

/// Stored as a string of one character.
impl Value for char {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::String);
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.put_str(self.encode_utf8(&mut [0; 4]))
    }
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let mut characters = raw.str()?.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(CodecError::new("a string of one character", "a string of another length")),
        }
    }
}
