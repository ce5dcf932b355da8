//! `Option`: a value that may be null or missing. A path to it has the accessors of the type inside.

use mongodb::bson::{Bson, spec::ElementType};

use super::{Arrays, Doc, FieldNames, Raw, UnclaimedElements, Value, Writer};
use crate::{error::codec::CodecResult, meta::TypeMeta, path::Context, rule::Check};

/// A field that may be null: required by `is_null` and `set_null`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is never null or missing",
    label = "only an `Option` field can be, or one of type `Bson`",
    note = "declare the field `Option<{Self}>`, or write the filter or update as a raw document"
)]
pub trait Nullable: Value {}

#[diagnostic::do_not_recommend]
impl<T: Value> Nullable for Option<T> {}

/// A field that may be missing: required by `unset` and `rename`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is never null or missing",
    label = "only an `Option` field can be",
    note = "declare the field `Option<{Self}>`, or write the filter or update as a raw document"
)]
pub trait Optional: Value {
    /// The type itself. If a type is not optional, rustc reports that alone, and nothing about the other field of a
    /// `rename`.
    type Itself: Value;
}

impl<T: Value> Optional for Option<T> {
    type Itself = Self;
}

/// `None` is stored as null; a missing element reads as `None`.
impl<T: Value> Value for Option<T> {
    type Fields<A: Context, B> = T::Fields<A::Maybe, B>;
    type Optional = Self;
    type NonNull = T::NonNull;
    type DistinctItem<W: Value> = <T::DistinctItem<W> as Value>::Optional;
    type Lift<U: Value> = U::Optional;
    type Replaced<S: Doc> = Option<T::Replaced<S>>;
    type Added<S: Doc> = Option<T::Added<S>>;

    #[inline]
    fn under<A: Context, B>(at: A, base: B) -> Self::Fields<A, B> {
        T::under(at.maybe(), base)
    }

    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        match self {
            Some(value) => value.encode(writer),
            None => Ok(ElementType::Null),
        }
    }

    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        if raw.is(ElementType::Null) { Ok(None) } else { T::decode(raw).map(Some) }
    }

    #[inline]
    fn missing() -> Option<Self> {
        Some(None)
    }

    const STORED_AS: &'static TypeMeta = &TypeMeta::Nullable(T::STORED_AS);

    const IS_EQUAL_AS_STORED: bool = T::IS_EQUAL_AS_STORED;

    const ARRAYS: Arrays = T::ARRAYS.or_null();

    const DECLARED: FieldNames = T::DECLARED;

    fn claim(value: &Self, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        value.as_ref().map_or(Ok(()), |value| T::claim(value, rest))
    }

    const RULES: bool = T::RULES;

    fn check_rules(&self, check: &mut Check) {
        if let Some(value) = self {
            value.check_rules(check);
        }
    }

    fn to_bson(&self) -> CodecResult<Bson> {
        self.as_ref().map_or(Ok(Bson::Null), T::to_bson)
    }
}
