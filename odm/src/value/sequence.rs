//! Arrays in other containers than `Vec`: deques, lists, boxed slices, sets, and those of a fixed length.

use std::{
    collections::{BTreeSet, HashSet, LinkedList, VecDeque},
    hash::{BuildHasher, Hash},
};

use mongodb::bson::spec::ElementType;

use super::{AnyLength, Array, Arrays, Doc, FixedLength, Raw, Value, Writer};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    path::Context,
    rule::Check,
};

macro_rules! sequences {
    ($($(#[$about:meta])* $type:ty where [$($generics:tt)*];)*) => { $(
        impl<$($generics)*> Array for $type {
            type Item = T;
            type Length = AnyLength;
        }

        $(#[$about])*
        impl<$($generics)*> Value for $type {
            type Fields<A: Context, B> = T::Fields<A::Many, B>;
            type Optional = Option<Self>;
            type NonNull = Self;
            type DistinctItem<W: Value> = T;
            type Lift<U: Value> = U;
            type Replaced<D: Doc> = Vec<T::Replaced<D>>;
            type Added<D: Doc> = Vec<T::Added<D>>;

            fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
                T::under(at.many(), base)
            }

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.array(self.iter())
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                Vec::decode(raw).map(Self::from_iter)
            }

            const STORED_AS: &'static TypeMeta = &TypeMeta::Array { items: T::STORED_AS, length: None };

            const IS_EQUAL_AS_STORED: bool = T::IS_EQUAL_AS_STORED;

            const ARRAYS: Arrays = Arrays::of(T::ARRAYS);

            const RULES: bool = T::RULES;

            fn check_rules(&self, check: &mut Check) {
                if T::RULES {
                    check.items(self.iter(), T::check_rules);
                }
            }
        }
    )* };
}

sequences! {
    /// Stored as an array.
    VecDeque<T> where [T: Value];
    /// Stored as an array.
    LinkedList<T> where [T: Value];
    /// Stored as an array.
    Box<[T]> where [T: Value];
    /// Stored as an array in the order of the set. Equal elements of a stored array are read as one, as serde does.
    BTreeSet<T> where [T: Value + Ord];
    /// Stored as an array in the iteration order of the set, which differs between processes: compare with `all` and
    /// `size` rather than `eq`. Equal elements of a stored array are read as one, as serde does.
    HashSet<T, S> where [T: Value + Eq + Hash, S: BuildHasher + Default + 'static];
}

impl<T: Value, const N: usize> Array for [T; N] {
    type Item = T;
    type Length = FixedLength;
}

/// Stored as an array; a stored array of another length is an error.
impl<T: Value, const N: usize> Value for [T; N] {
    type Fields<A: Context, B> = T::Fields<A::Many, B>;
    type Optional = Option<Self>;
    type NonNull = Self;
    type DistinctItem<W: Value> = T;
    type Lift<U: Value> = U;
    type Replaced<D: Doc> = [T::Replaced<D>; N];
    type Added<D: Doc> = [T::Added<D>; N];

    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
        T::under(at.many(), base)
    }

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.array(self)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        Vec::decode(raw)?.try_into().map_err(|items: Vec<T>| other_length(N, items.len()))
    }

    const STORED_AS: &'static TypeMeta = &TypeMeta::Array { items: T::STORED_AS, length: Some(N) };

    const IS_EQUAL_AS_STORED: bool = T::IS_EQUAL_AS_STORED;

    const ARRAYS: Arrays = Arrays::of(T::ARRAYS);

    const RULES: bool = T::RULES;

    fn check_rules(&self, check: &mut Check) {
        if T::RULES {
            check.items(self, T::check_rules);
        }
    }
}

/// Returns the error for an array whose length is not that of its type.
#[cold]
pub(crate) fn other_length(expected: usize, found: usize) -> CodecError {
    CodecError::new(format!("an array of {expected}"), format!("an array of {found}"))
}
