//! `Box`, `Arc`, `Rc` and `Cow`: stored as the value inside, and the same as that value in paths.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use mongodb::bson::{Bson, spec::ElementType};

use super::{
    AnyLength, Arithmetic, Array, Arrays, Bits, Dated, Doc, FieldNames, Integer, Map, Number, Ordered, Raw,
    Scalar, Text, UnclaimedElements, Value, Writer,
};
use crate::{error::codec::CodecResult, meta::TypeMeta, path::Context, rule::Check};

macro_rules! pointers {
    ($($type:ty where [$($generics:tt)*], $new:expr;)*) => { $(
        /// Stored as the value inside.
        impl<$($generics)*> Value for $type {
            type Fields<A: Context, B> = T::Fields<A, B>;
            type Optional = Option<Self>;
            type NonNull = T::NonNull;
            type DistinctItem<W: Value> = T::DistinctItem<W>;
            type Lift<U: Value> = T::Lift<U>;
            type Replaced<S: Doc> = T::Replaced<S>;
            type Added<S: Doc> = T::Added<S>;

            fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
                T::under(at, base)
            }

            #[inline]
            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                T::encode(self, writer)
            }

            #[inline]
            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                T::decode(raw).map($new)
            }

            #[inline]
            fn missing() -> Option<Self> {
                T::missing().map($new)
            }

            const STORED_AS: &'static TypeMeta = T::STORED_AS;

            const IS_EQUAL_AS_STORED: bool = T::IS_EQUAL_AS_STORED;

            const ARRAYS: Arrays = T::ARRAYS;

            const DECLARED: FieldNames = T::DECLARED;

            fn claim(value: &Self, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
                T::claim(value, rest)
            }

            const RULES: bool = T::RULES;

            fn check_rules(&self, check: &mut Check) {
                T::check_rules(self, check);
            }

            fn to_bson(&self) -> CodecResult<Bson> {
                T::to_bson(self)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Array for $type where T: Array {
            type Item = T::Item;
            type Length = T::Length;
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Map for $type where T: Map {
            type Key = T::Key;
            type Item = T::Item;
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Number for $type where T: Number {
            type Stored = T::Stored;
            type Step = T::Step;
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Arithmetic for $type where T: Arithmetic {
            type Kind = T::Kind;
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Integer for $type where T: Integer {
            type Mask = <Self as Value>::NonNull;
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Text for $type where T: Text {}
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Bits for $type where T: Bits {}
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Ordered for $type where T: Ordered {}
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Scalar for $type where T: Scalar {
            type BsonType = T::BsonType;
        }
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Dated for $type where T: Dated {}
    )* };
}

pointers! {
    Box<T> where [T: Value], Self::new;
    Arc<T> where [T: Value], Self::new;
    Rc<T> where [T: Value], Self::new;
    Cow<'static, T> where [T: Value + Clone], Self::Owned;
}

macro_rules! slices {
    ($($pointer:ident),*) => { $(
        /// Stored as an array.
        impl<T: Value> Value for $pointer<[T]> {
            type Fields<A: Context, B> = T::Fields<A::Many, B>;
            type Optional = Option<Self>;
            type NonNull = Self;
            type DistinctItem<W: Value> = T;
            type Lift<U: Value> = U;
            type Replaced<S: Doc> = Vec<T::Replaced<S>>;
            type Added<S: Doc> = Vec<T::Added<S>>;

            fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
                T::under(at.many(), base)
            }

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.array(self.iter())
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                Vec::decode(raw).map(Self::from)
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

        impl<T: Value> Array for $pointer<[T]> {
            type Item = T;
            type Length = AnyLength;
        }
    )* };
}

slices!(Arc, Rc);
