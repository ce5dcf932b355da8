//! Fields with another encoding than that of their type: through serde, as binary data, as a number of a unit.

pub(crate) mod binary;
pub(crate) mod serde_with;
pub(crate) mod unit;

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, spec::ElementType};

use super::{Arrays, FieldNames, Raw, Stores, UnclaimedElements, Value, Writer, leaf};
use crate::{
    error::codec::CodecResult,
    meta::TypeMeta,
    path::{
        Operand,
        operands::{Inner, InnerRef},
    },
};

/// An encoding of `T`.
pub trait Encoding<T>: 'static {
    /// How an encoded value is stored.
    const STORED_AS: &'static TypeMeta = &TypeMeta::Any;

    /// Whether an encoded value may be an array, and what is in it.
    const ARRAYS: Arrays = Arrays::NONE;

    /// Appends the value's bytes and returns their BSON type.
    fn encode(value: &T, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Reads the value from one encoded element.
    fn decode(raw: Raw<'_>) -> CodecResult<T>;

    /// Returns the value of a field that is missing in the document; `None` makes the field required.
    fn missing() -> Option<T> {
        None
    }

    /// Returns the names of the elements that a `T` is read from, if it is a document and the encoding knows them.
    fn fields() -> Option<&'static [&'static str]> {
        None
    }
}

/// Returns the names that a `T` declares if it is flattened.
fn declared<W: Encoding<T>, T>() -> FieldNames {
    FieldNames::new(W::fields().unwrap_or_default(), &[])
}

/// Removes the elements that belong to a `T`: those that it is read from or, if the encoding does not know them,
/// those that it writes.
pub(super) fn claim_encoded<W: Encoding<T>, T>(
    value: &T,
    rest: &mut UnclaimedElements<'_>,
) -> CodecResult<()> {
    if W::fields().is_some() {
        rest.take(&declared::<W, T>());
        return Ok(());
    }
    let mut writer = Writer::new();
    match W::encode(value, &mut writer)? {
        ElementType::EmbeddedDocument => rest.take_written(Raw::document(writer.as_bytes())),
        _ => Ok(()),
    }
}

/// The type of a path to a field with the encoding `W`: filters and updates take a `T` and encode it as the field is
/// stored.
pub struct Encoded<W, T>(PhantomData<fn() -> W>, T);

impl<W, T: fmt::Debug> fmt::Debug for Encoded<W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.fmt(f)
    }
}

impl<W, T> Encoded<W, T> {
    /// Wraps a value, which is stored with this encoding.
    pub fn new(value: T) -> Self {
        Self(PhantomData, value)
    }

    /// Returns the value inside.
    pub fn into_inner(self) -> T {
        self.1
    }
}

impl<W: Encoding<T>, T: 'static> Value for Encoded<W, T> {
    leaf!();

    const STORED_AS: &'static TypeMeta = W::STORED_AS;

    const ARRAYS: Arrays = W::ARRAYS;

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        W::encode(&self.1, writer)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        W::decode(raw).map(Self::new)
    }

    fn missing() -> Option<Self> {
        W::missing().map(Self::new)
    }

    const DECLARED: FieldNames = FieldNames::new(&[], &[declared::<W, T>]);

    fn claim(value: &Self, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        claim_encoded::<W, T>(&value.1, rest)
    }
}

#[diagnostic::do_not_recommend]
impl<W: Encoding<T>, T: 'static> Stores<T> for Encoded<W, T> {
    fn write(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
        W::encode(value, writer)
    }

    fn claim(value: &T, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        claim_encoded::<W, T>(value, rest)
    }

    fn from_rust(value: T) -> Self {
        Self::new(value)
    }

    fn into_rust(self) -> T {
        self.1
    }
}

#[diagnostic::do_not_recommend]
impl<W: Encoding<T>, T: 'static> Stores<Option<T>> for Option<Encoded<W, T>> {
    fn write(value: &Option<T>, writer: &mut Writer) -> CodecResult<ElementType> {
        match value {
            Some(value) => W::encode(value, writer),
            None => Ok(ElementType::Null),
        }
    }

    fn claim(value: &Option<T>, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        value.as_ref().map_or(Ok(()), |value| claim_encoded::<W, T>(value, rest))
    }

    fn from_rust(value: Option<T>) -> Self {
        value.map(Encoded::new)
    }

    fn into_rust(self) -> Option<T> {
        self.map(Encoded::into_inner)
    }
}

#[diagnostic::do_not_recommend]
impl<W: Encoding<T>, T: 'static> Operand<Encoded<W, T>, Inner> for T {
    fn operand(self) -> CodecResult<Bson> {
        Encoded::<W, T>::new(self).to_bson()
    }
}

#[diagnostic::do_not_recommend]
impl<W: Encoding<T>, T: Clone + 'static> Operand<Encoded<W, T>, InnerRef> for &T {
    fn operand(self) -> CodecResult<Bson> {
        Encoded::<W, T>::new(self.clone()).to_bson()
    }
}
