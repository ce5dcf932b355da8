//! The context of a view: accessors return the name and the type of a field as types.

use std::{fmt, marker::PhantomData};

use crate::{
    path::{Context, Key},
    value::Value,
};

/// The context of a view: accessors return [`Declared`].
#[derive(Debug, Clone, Copy)]
pub struct InView;

/// A field `K`, declared with the type `T`.
pub struct Declared<T, K>(PhantomData<fn() -> (T, K)>);

impl<T, K> fmt::Debug for Declared<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Declared")
    }
}

/// A flattened field `K` of type `T`. A projection can contain only the names of its fields.
pub struct DeclaredFlattened<T, K>(PhantomData<fn() -> (T, K)>);

impl<T, K> fmt::Debug for DeclaredFlattened<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeclaredFlattened")
    }
}

impl Context for InView {
    type Field<T: Value, K: Key> = Declared<T, K>;
    type Many = Self;
    type Maybe = Self;
    type Flattened<T: Value, K: Key> = DeclaredFlattened<T, K>;
    type InVariant = Self;
    type Whole<T: Value, K: Key> = Self::Field<T, K>;
    type Tag<T: Value, K: Key> = Declared<T, K>;
    type Variant = ();

    fn field<T: Value, K: Key>(&self) -> Declared<T, K> {
        Declared(PhantomData)
    }

    fn tag<T: Value, K: Key>(&self) -> Declared<T, K> {
        Declared(PhantomData)
    }

    fn flattened<T: Value, K: Key>(&self) -> DeclaredFlattened<T, K> {
        DeclaredFlattened(PhantomData)
    }

    fn many(self) -> Self {
        self
    }

    fn maybe(self) -> Self {
        self
    }
}
