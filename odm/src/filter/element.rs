//! Element operators, and the three ways of having no value.

use mongodb::bson::{Bson, spec::ElementType};

use super::Filter;
use crate::{
    error::codec::{CodecError, CodecResult},
    path::{Path, Queried},
    value::{Nullable, Value},
};

/// A BSON type, or a list of types of which one is enough: what `type_` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a BSON type",
    label = "expected an `ElementType`, or an array of them",
    note = "`use odm::bson::spec::ElementType;`"
)]
pub trait BsonTypes {
    /// The types by their numbers.
    fn numbers(self) -> CodecResult<Bson>;
}

impl BsonTypes for ElementType {
    fn numbers(self) -> CodecResult<Bson> {
        // The manual numbers min key -1; as a byte it is 255.
        Ok(i32::from((self as u8).cast_signed()).into())
    }
}

impl BsonTypes for &[ElementType] {
    fn numbers(self) -> CodecResult<Bson> {
        if self.is_empty() {
            return Err(CodecError::new("a type to ask for", "an empty list"));
        }
        self.iter().map(|one| one.numbers()).collect::<CodecResult<_>>().map(Bson::Array)
    }
}

impl<const N: usize> BsonTypes for [ElementType; N] {
    fn numbers(self) -> CodecResult<Bson> {
        self.as_slice().numbers()
    }
}

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents that have the field (`true`, null included) or do not (`false`).
    ///
    /// `{ field: { $exists: true } }`
    pub fn exists(&self, exists: bool) -> Filter<M>
    where
        R: Queried,
    {
        Filter::test(self.location(), "$exists", Ok(exists.into()))
    }

    /// Matches documents whose field is stored as this BSON type, or as one of a list: documents that older code wrote.
    ///
    /// `{ field: { $type: 2 } }`, `{ field: { $type: [16, 18] } }`; an empty list is an error that
    /// [`is_not_sent`](crate::Error::is_not_sent).
    pub fn type_(&self, types: impl BsonTypes) -> Filter<M>
    where
        R: Queried,
    {
        Filter::test(self.location(), "$type", types.numbers())
    }

    /// Matches documents whose field is stored as null. A missing field does not match.
    ///
    /// `{ field: { $type: 10 } }`
    pub fn is_null(&self) -> Filter<M>
    where
        R: Queried,
        V: Nullable,
    {
        self.type_(ElementType::Null)
    }

    /// Matches documents whose field is null or missing: what `None` reads from.
    ///
    /// `{ field: { $eq: null } }`
    pub fn is_null_or_missing(&self) -> Filter<M>
    where
        R: Queried,
        V: Nullable,
    {
        Filter::test(self.location(), "$eq", Ok(Bson::Null))
    }

    /// Matches documents whose field has a value, neither null nor missing: what `Some` reads from.
    ///
    /// `{ field: { $ne: null } }`
    pub fn is_present(&self) -> Filter<M>
    where
        R: Queried,
        V: Nullable,
    {
        Filter::test(self.location(), "$ne", Ok(Bson::Null))
    }
}
