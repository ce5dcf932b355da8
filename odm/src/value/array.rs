//! `Vec`: BSON arrays.

use mongodb::bson::{Bson, spec::ElementType};

use super::{Doc, Raw, Value, Writer};
use crate::{error::codec::CodecResult, model::Check, path::At};

/// An array, or an array that may be absent: what `any`, `contains`, `push` and `unwind` take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an array",
    label = "this operator needs an array field (`Vec<_>`)"
)]
pub trait Array: Value {
    /// What the array holds.
    type Item: Value;
}

impl<T: Value> Array for Vec<T> {
    type Item = T;
}
#[diagnostic::do_not_recommend]
impl<A: Array> Array for Option<A> {
    type Item = A::Item;
}
#[diagnostic::do_not_recommend]
impl<T: Array> Array for Box<T> {
    type Item = T::Item;
}

/// Stored as an array.
impl<T: Value> Value for Vec<T> {
    type Fields<A: At, B> = T::Fields<A::Many, B>;
    type Optional = Option<Self>;
    type Bare = Self;
    type Lift<U: Value> = U;
    type Laid<S: Doc> = Vec<T::Laid<S>>;
    type Joined<S: Doc> = Vec<T::Joined<S>>;

    fn under<A: At, B>(at: A, base: B) -> Self::Fields<A, B> {
        T::under(at.many(), base)
    }

    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        writer.array(self)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let mut items = raw.items()?;
        let mut array = Self::new();
        while let Some((_, item)) = items.next()? {
            match T::decode(item) {
                Ok(item) => array.push(item),
                Err(error) => return Err(error.at(array.len().to_string())),
            }
        }
        Ok(array)
    }

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
