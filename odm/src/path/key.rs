//! Keys: one zero-sized type per stored field, so that a row type can say which field a stage changed.

use std::{fmt, marker::PhantomData};

use mongodb::bson::spec::ElementType;

use super::Context;
use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Doc, Raw, Value, Writer},
};

/// One stored field of a document type; the derive makes one type for each, `__Order::lines`.
pub trait Key: 'static {
    /// The stored name.
    const NAME: &'static str;
    /// The names it is read from besides.
    const ALIASES: &'static [&'static str] = &[];
    /// The accessor of this field alone, as a `T`, laid over `B`.
    type Layer<A: Context, B, T: Value>;

    /// That accessor at the place `at`.
    fn layer<A: Context, B, T: Value>(at: A, base: B) -> Self::Layer<A, B, T>;
}

/// A document with the one field `K`, of type `T`: what a stage such as `unwind` lays over a row.
///
/// It exists in types only.
pub struct OneField<K, T>(PhantomData<fn() -> (K, T)>);

impl<K, T> fmt::Debug for OneField<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Just")
    }
}

impl<K: Key, T: Value> Value for OneField<K, T> {
    type Fields<A: Context, B> = K::Layer<A, B, T>;
    type Optional = Option<Self>;
    type Bare = Self;
    type Spread<W: Value> = W;
    type Lift<U: Value> = U;
    type Laid<S: Doc> = Self;
    type Joined<S: Doc> = Self;

    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
        K::layer(at, base)
    }

    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
        Err(types_only())
    }

    fn decode(_: Raw<'_>) -> CodecResult<Self> {
        Err(types_only())
    }
}

impl<K: Key, T: Value> Doc for OneField<K, T> {
    const NAMES: &'static [&'static str] = &[K::NAME];
}

/// No value of such a type can be made, and a pipeline that ends in one does not compile.
#[cold]
pub fn types_only() -> CodecError {
    CodecError::new("a document that can be stored", "a row that only types describe")
}
