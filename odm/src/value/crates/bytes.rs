//! `bytes`: stored as BSON binary data.

use bytes::Bytes;
use mongodb::bson::{
    Binary, Bson,
    spec::{BinarySubtype, ElementType},
};

use crate::{
    error::codec::CodecResult,
    meta::TypeMeta,
    path::{Operand, operands::Like},
    rule::{Length, Unit},
    value::{Raw, Value, Writer, binary, leaf},
};

/// Stored as binary data of subtype 0; reads subtype 2 and arrays of numbers too.
impl Value for Bytes {
    leaf!();
    const STORED_AS: &'static TypeMeta = &TypeMeta::Binary(Some(BinarySubtype::Generic));
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        binary::put(self, writer)
    }
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        binary::read(raw).map(Self::from)
    }
}

impl Length for Bytes {
    const UNIT: Unit = Unit::Byte;
    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

macro_rules! same_bytes {
    ($($type:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl Operand<Bytes, Like> for $type {
            fn operand(self) -> CodecResult<Bson> {
                Ok(Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: self.to_vec() }))
            }
        }
    )* };
}

same_bytes!(&[u8], Vec<u8>, &Vec<u8>);

#[diagnostic::do_not_recommend]
impl<const N: usize> Operand<Bytes, Like> for &[u8; N] {
    fn operand(self) -> CodecResult<Bson> {
        Operand::<Bytes, Like>::operand(self.as_slice())
    }
}
