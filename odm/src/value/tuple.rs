//! Tuples: arrays in which each element has its own type.

use mongodb::bson::spec::ElementType;

use super::{Arrays, Raw, Value, Writer, field::check_inside, leaf, sequence::other_length};
use crate::{
    error::codec::CodecResult,
    meta::{Deferred, TypeMeta},
    rule::Check,
};

/// Reads the next element of an array, which must not be missing.
fn item<V: Value>(items: &mut super::Elements<'_>, index: &'static str, length: usize) -> CodecResult<V> {
    match items.next()? {
        Some((_, item)) => V::decode(item).map_err(|error| error.at(index)),
        None => Err(other_length(length, index.parse().unwrap_or_default())),
    }
}

macro_rules! tuples {
    ($($length:literal: $($name:ident $index:tt)*;)*) => { $(
        /// Stored as an array; a stored array of another length is an error.
        #[diagnostic::do_not_recommend]
        impl<$($name: Value),*> Value for ($($name,)*) {
            leaf!();

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.tuple(|writer| {
                    $(writer.element(stringify!($index), &self.$index)?;)*
                    Ok(())
                })
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                let mut items = raw.items()?;
                let tuple = ($(item::<$name>(&mut items, stringify!($index), $length)?,)*);
                let mut length = $length;
                while items.next()?.is_some() {
                    length += 1;
                }
                if length == $length { Ok(tuple) } else { Err(other_length($length, length)) }
            }

            const STORED_AS: &'static TypeMeta =
                &TypeMeta::Tuple(Deferred::new(|| const { &[$($name::STORED_AS),*] }));

            const ARRAYS: Arrays = Arrays::TUPLE;

            const RULES: bool = $($name::RULES)||*;

            fn check_rules(&self, check: &mut Check) {
                $(check_inside(stringify!($index), &self.$index, check);)*
            }
        }
    )* };
}

tuples! {
    1: A 0;
    2: A 0 B 1;
    3: A 0 B 1 C 2;
    4: A 0 B 1 C 2 D 3;
    5: A 0 B 1 C 2 D 3 E 4;
    6: A 0 B 1 C 2 D 3 E 4 F 5;
    7: A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}
