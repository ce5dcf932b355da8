//! Strings.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use mongodb::bson::{Bson, spec::ElementType};

use super::{Raw, Value, Writer, leaf};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
};

/// A string, a string that may be absent, or an array of strings: required by `starts_with` and `regex`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a string",
    label = "this operator needs a string field"
)]
pub trait Text: Value {}

/// A string, or a string that may be absent: required by the expressions on strings.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a string",
    label = "this operator needs a string",
    note = "texts are `String` and similar types, and `Option`s of them; `.to_string()` converts numbers and dates",
    note = "in a pipeline, a string below an array is an array of strings until the array is unwound"
)]
pub trait StringValue: Value {}

#[diagnostic::do_not_recommend]
impl<T: StringValue> StringValue for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Text> Text for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Text> Text for Vec<T> {}

macro_rules! texts {
    ($($type:ty),*) => { $(
        impl Text for $type {}
        impl StringValue for $type {}
        impl Value for $type {
            leaf!();
            const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::String);
            const IS_EQUAL_AS_STORED: bool = true;
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
    const IS_EQUAL_AS_STORED: bool = true;
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
