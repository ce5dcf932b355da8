//! Keys: one zero-sized type per stored field, with which a row type records the field that a stage changed.

use std::{fmt, marker::PhantomData, ops::Deref};

use mongodb::bson::spec::ElementType;

use super::{Context, IntoBase};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::{DocumentMeta, TypeMeta, stored_name},
    value::{
        Doc, Raw, Value, Writer,
        meta::{document_meta, one_field_meta},
    },
};

/// One stored field of a document type; the derive makes one type for each, `__Order::lines`.
pub trait Key: 'static {
    /// The first bytes of its element: the place of the type, which is written last, then the stored name and its
    /// terminating zero.
    const HEADER: &'static str;
    /// The stored name.
    const NAME: &'static str = stored_name(Self::HEADER);
    /// The other names that it is read from.
    const ALIASES: &'static [&'static str] = &[];
    /// A fields struct with only the accessor of this field, of type `T`, and the base `B`.
    type Layer<A: Context, B, T: Value>: Layer<A, B>;
}

/// A fields struct with the accessor of one field. The derive makes one type for all keys of a document type, because
/// rustc checks each type and each function of it.
pub trait Layer<A, B> {
    /// Returns the fields struct in the context `at`.
    fn over(at: A, base: B) -> Self;
}

/// The fields struct of a key that no stage changes: it has only the base.
pub struct NoLayer<B>(B);

impl<A, B> Layer<A, B> for NoLayer<B> {
    fn over(_: A, base: B) -> Self {
        Self(base)
    }
}

impl<B> Deref for NoLayer<B> {
    type Target = B;

    fn deref(&self) -> &B {
        &self.0
    }
}

impl<B: IntoBase> IntoBase for NoLayer<B> {
    type Base = B::Base;

    fn into_base(self) -> B::Base {
        self.0.into_base()
    }
}

impl<B> fmt::Debug for NoLayer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoLayer")
    }
}

/// A document with the single field `K` of type `T`. A stage such as `unwind` adds it to a row type.
///
/// Only the type is used: it has no values.
pub struct OneField<K, T>(PhantomData<fn() -> (K, T)>);

impl<K, T> fmt::Debug for OneField<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneField")
    }
}

impl<K: Key, T: Value> Value for OneField<K, T> {
    type Fields<A: Context, B> = K::Layer<A, B, T>;
    type Optional = Option<Self>;
    type NonNull = Self;
    type DistinctItem<W: Value> = W;
    type Lift<U: Value> = U;
    type Replaced<S: Doc> = Self;
    type Added<S: Doc> = Self;

    fn row_field(name: &str) -> Option<&'static TypeMeta> {
        (name == K::NAME).then_some(T::STORED_AS)
    }

    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
        Layer::over(at, base)
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
    const META: &'static DocumentMeta = &document_meta::<Self>("OneField", &[one_field_meta::<K, T>()]);
}

/// Returns the error of a type without values. It cannot occur: a pipeline with such a row type as its result does
/// not compile.
#[cold]
pub fn types_only() -> CodecError {
    CodecError::new("a document that can be stored", "a row type without values")
}
