//! What a view reads from inside a pointer or a newtype of its parent.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use super::{
    FromField, FromOther, Projection,
    kinds::{Entries, Inner, Items, Like, Maybe, Nested, Opened, Other, Own, Pointed},
};
use crate::{
    error::codec::CodecResult,
    value::{Raw, Value, Writer},
};

/// A type that is stored as the one value inside it: a pointer, a newtype.
///
/// A view may read what is inside. The derive of [`Value`](macro@crate::Value) says it of newtypes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not stored as one value inside it",
    label = "expected a pointer or a newtype"
)]
pub trait Opens: Value {
    /// What is inside.
    type Inner: Value;
}

macro_rules! opens {
    ($([$($generics:tt)*] $pointer:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Opens for $pointer {
            type Inner = T;
        }
    )* };
}

opens! {
    [T: Value] Box<T>;
    [T: Value] Arc<T>;
    [T: Value] Rc<T>;
    [T: Value + Clone] Cow<'static, T>;
}

/// What is inside. It may be shared, or have a `Drop`: so it is not taken out, but read as it is stored.
#[cold]
fn open<F: Opens>(of: &F) -> Option<F::Inner> {
    let mut writer = Writer::new();
    let element_type = of.encode(&mut writer).ok()?;
    F::Inner::decode(Raw::new(element_type, writer.as_bytes())).ok()
}

// One for each way of reading what is inside but as an `Option` of what is always there: that is an `Option` of the
// whole, and would be a second way.
macro_rules! inside {
    ($([$($generics:tt)*] $way:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<'de, V: FromField<'de, F::Inner, $way>, F: Opens, $($generics)*> FromOther<'de, F, Opened<$way>> for V {
            const NULLABLE: bool = V::NULLABLE;

            fn read(raw: Raw<'de>) -> CodecResult<Self> {
                V::read(raw)
            }

            fn missing() -> Option<Self> {
                // A newtype of an `Option` has to be there.
                F::missing().and_then(|_| V::missing())
            }

            fn defaulted(default: F) -> Option<Self> {
                open(&default).and_then(V::defaulted)
            }

            fn project(projection: &mut Projection) {
                V::project(projection);
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
    [K] Other<Opened<K>>;
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
                open(&default).and_then(V::defaulted).map(Self::new)
            }

            fn project(projection: &mut Projection) {
                V::project(projection);
            }
        }
    )* };
}

pointers!(Box Arc Rc);
