//! The value inside a pointer or a newtype of the parent, read by a view.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use super::{
    FromField, FromOther, Projection,
    kinds::{Decoded, Entries, Inner, Items, Like, Maybe, Nested, Other, Own, Pointed},
};
use crate::{
    error::codec::CodecResult,
    value::{Raw, Value, Writer},
};

/// A type that is stored as the one value inside it: a pointer or a newtype.
///
/// A view may read the value inside. The derive of [`Value`](macro@crate::Value) implements this for newtypes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not stored as one value inside it",
    label = "expected a pointer or a newtype"
)]
pub trait Transparent: Value {
    /// The type of the value inside.
    type Inner: Value;

    /// Returns the value inside, if possible. A newtype may implement `Drop`, which prevents a move, so by default
    /// the value is encoded and decoded.
    fn into_inner(self) -> Option<Self::Inner> {
        stored_again(&self)
    }
}

macro_rules! transparent {
    ($([$($generics:tt)*] $pointer:ty, |$itself:ident| $inner:expr;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Transparent for $pointer {
            type Inner = T;

            fn into_inner(self) -> Option<T> {
                let $itself = self;
                $inner
            }
        }
    )* };
}

transparent! {
    [T: Value] Box<T>, |inner| Some(*inner);
    [T: Value] Arc<T>, |inner| Arc::try_unwrap(inner).map_or_else(|shared| stored_again(&*shared), Some);
    [T: Value] Rc<T>, |inner| Rc::try_unwrap(inner).map_or_else(|shared| stored_again(&*shared), Some);
    [T: Value + Clone] Cow<'static, T>, |inner| Some(inner.into_owned());
}

/// Encodes and decodes a value that cannot be moved or cloned.
#[cold]
pub(super) fn stored_again<T: Value, U: Value>(value: &T) -> Option<U> {
    let mut writer = Writer::new();
    let element_type = value.encode(&mut writer).ok()?;
    U::decode(Raw::new(element_type, writer.as_bytes())).ok()
}

// One implementation for each marker of the value inside, except `Required`. An `Option` of a required value inside is
// already an `Option` of the whole, so two implementations would apply.
macro_rules! inside {
    ($([$($generics:tt)*] $kind:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromField<'de, F::Inner, $kind>, F: Transparent, $($generics)*> FromOther<'de, F, Decoded<$kind>> for V {
            const NULLABLE: bool = V::NULLABLE;

            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                V::read(raw)
            }

            fn missing() -> Option<Self> {
                // A newtype of an `Option` is required.
                F::missing().and_then(|_| V::missing())
            }

            fn defaulted(default: F) -> Option<Self> {
                default.into_inner().and_then(V::defaulted)
            }

            fn add_names(projection: &mut Projection) {
                V::add_names(projection);
            }
        }
    )* };
}

inside! {
    [] Own;
    [] Other<Like>;
    [] Other<Inner>;
    [] Other<Nested>;
    [K] Other<Maybe<K>>;
    [K] Other<Decoded<K>>;
    [K] Other<Pointed<K>>;
    [K] Other<Items<K>>;
    [K] Other<Entries<K>>;
}

macro_rules! pointers {
    ($($pointer:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromOther<'de, F, K>, F: Value, K> FromOther<'de, $pointer<F>, Pointed<K>> for $pointer<V> {
            const NULLABLE: bool = V::NULLABLE;

            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                V::read(raw).map(Self::new)
            }

            fn missing() -> Option<Self> {
                V::missing().map(Self::new)
            }

            fn defaulted(default: $pointer<F>) -> Option<Self> {
                default.into_inner().and_then(V::defaulted).map(Self::new)
            }

            fn add_names(projection: &mut Projection) {
                V::add_names(projection);
            }
        }
    )* };
}

pointers!(Box Arc Rc);
