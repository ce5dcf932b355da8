//! Bytes as BSON binary data: `#[odm(binary)]`.

use std::marker::PhantomData;

use mongodb::bson::spec::{BinarySubtype, ElementType};

use super::{Encoded, Encoding};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    value::{Raw, Stores, Writer, binary},
};

/// BSON binary data of subtype 0.
#[derive(Debug)]
pub enum Binary {}

/// A type that `#[odm(binary)]` stores as binary data.
///
/// Subtype 2 is read too, and so is the array of numbers that the field stores without the attribute. A filter
/// matches binary data only, so it does not find values that are still stored as arrays.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as binary data",
    label = "this field is marked `#[odm(binary)]`",
    note = "binary data are `Vec<u8>`, `Box<[u8]>`, `[u8; N]`, and `Option`s of them",
    note = "in an array or a map, use a newtype that derives `odm::Value`: `struct Photo(#[odm(binary)] Vec<u8>);`"
)]
pub trait StoredAsBinary: Sized {
    /// The type of the field in paths.
    type Path: Stores<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: StoredAsBinary> StoredAsBinary for Option<T>
where
    Option<T::Path>: Stores<Self>,
{
    type Path = Option<T::Path>;
}

macro_rules! binary {
    ($([$($generics:tt)*] $type:ty: |$bytes:ident| $from:expr;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Encoding<$type> for Binary {
            const STORED_AS: &'static TypeMeta = &TypeMeta::Binary(Some(BinarySubtype::Generic));
            fn encode(value: &$type, writer: &mut Writer) -> CodecResult<ElementType> {
                binary::put(value, writer)
            }
            fn decode(raw: Raw<'_>) -> CodecResult<$type> {
                let $bytes = binary::read(raw)?;
                $from
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> StoredAsBinary for $type {
            type Path = Encoded<Binary, Self>;
        }
    )* };
}

binary! {
    [] Vec<u8>: |bytes| Ok(bytes);
    [] Box<[u8]>: |bytes| Ok(bytes.into());
    [const N: usize] [u8; N]: |bytes| bytes.try_into().map_err(|bytes: Vec<u8>| {
        CodecError::new(format!("{N} bytes"), format!("{} bytes", bytes.len()))
    });
}

#[cfg(feature = "bytes")]
binary! {
    [] ::bytes::Bytes: |bytes| Ok(bytes.into());
}

/// The type of the slot of a shape literal for a field of type `T` that is marked `#[odm(binary)]`. The slot accepts
/// what can be stored in the path type of the field.
#[derive(Debug)]
pub struct BinarySlot<T>(PhantomData<fn() -> T>);
