//! `Vec`: BSON arrays.

use mongodb::bson::{Bson, spec::ElementType};

use super::{Arrays, Doc, Raw, Value, Writer};
use crate::{error::codec::CodecResult, meta::TypeMeta, path::Context, rule::Check};

/// An array, or an array that may be absent: required by `any`, `contains`, `at` and `unwind`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an array",
    label = "this operator needs an array field (`Vec<_>`)"
)]
pub trait Array: Value {
    /// The type of the elements.
    type Item: Value;
    /// Whether its length may change: `AnyLength` or `FixedLength`.
    type Length;
}

/// Arrays that may have any number of elements.
#[derive(Debug)]
pub enum AnyLength {}

/// Arrays whose length is part of their type.
#[derive(Debug)]
pub enum FixedLength {}

/// A length that may change: required by `push`, `pull` and similar updates.
#[diagnostic::on_unimplemented(
    message = "a `[_; N]` does not grow or shrink",
    label = "an array of another length could not be read",
    note = "set it as a whole, or an element of it: `.at(index).set(..)`",
    note = "an array of any length is a `Vec<_>`"
)]
pub trait VariableLength {}

impl VariableLength for AnyLength {}

impl<T: Value> Array for Vec<T> {
    type Item = T;
    type Length = AnyLength;
}

#[diagnostic::do_not_recommend]
impl<A: Array> Array for Option<A> {
    type Item = A::Item;
    type Length = A::Length;
}

/// Stored as an array.
impl<T: Value> Value for Vec<T> {
    type Fields<A: Context, B> = T::Fields<A::Many, B>;
    type Optional = Option<Self>;
    type NonNull = Self;
    type DistinctItem<W: Value> = T;
    type Lift<U: Value> = U;
    type Replaced<S: Doc> = Vec<T::Replaced<S>>;
    type Added<S: Doc> = Vec<T::Added<S>>;

    #[inline]
    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
        T::under(at.many(), base)
    }

    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.array(self)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let mut items = raw.items()?;
        let mut array = Self::new();
        let all = items.remaining();
        while let Some((_, item)) = items.next()? {
            if array.is_empty() {
                array.reserve_exact(likely_count::<T>(all, all - items.remaining()));
            }
            match T::decode(item) {
                Ok(item) => array.push(item),
                Err(error) => return Err(error.at(array.len().to_string())),
            }
        }
        Ok(array)
    }

    const STORED_AS: &'static TypeMeta = &TypeMeta::Array { items: T::STORED_AS, length: None };

    const IS_EQUAL_AS_STORED: bool = T::IS_EQUAL_AS_STORED;

    const ARRAYS: Arrays = Arrays::of(T::ARRAYS);

    const RULES: bool = T::RULES;

    fn check_rules(&self, check: &mut Check) {
        if T::RULES {
            check.items(self, T::check_rules);
        }
    }

    fn to_bson(&self) -> CodecResult<Bson> {
        self.iter().map(T::to_bson).collect::<CodecResult<_>>().map(Bson::Array)
    }
}

/// Returns the number of elements to reserve memory for, if all are as long as the first. Never reserves more memory
/// than the array has bytes: the length of the first may be untypical, or chosen by an attacker.
fn likely_count<T>(all: usize, first: usize) -> usize {
    let count = all / first.max(1);
    count.min(all / size_of::<T>().max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_reserved_once_for_elements_of_one_size_and_never_beyond_the_bytes() {
        let mut writer = Writer::new();
        assert!(vec!["four".to_owned(); 100].encode(&mut writer).is_ok());
        let raw = Raw::new(ElementType::Array, writer.as_bytes());
        let texts = Vec::<String>::decode(raw).unwrap();
        assert!((100..140).contains(&texts.capacity()), "{}", texts.capacity());

        // Three bytes each in the array, many more in Rust.
        assert_eq!(likely_count::<[u64; 100]>(3_000, 3), 3);
        assert_eq!(likely_count::<[u64; 100]>(3, 3), 1);
        assert_eq!(likely_count::<()>(300, 3), 100);
    }
}
