//! Element operators, and the three ways of having no value.

use mongodb::bson::{Bson, spec::ElementType};

use super::Filter;
use crate::{
    path::{Path, Queried},
    value::{Optional, Value},
};

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

    /// Matches documents whose field is stored as this BSON type: documents that older code wrote.
    ///
    /// `{ field: { $type: 2 } }`
    pub fn type_(&self, element_type: ElementType) -> Filter<M>
    where
        R: Queried,
    {
        // The manual numbers min key -1; as a byte it is 255.
        let number = i32::from((element_type as u8).cast_signed());
        Filter::test(self.location(), "$type", Ok(number.into()))
    }

    /// Matches documents whose field is stored as null. A missing field does not match.
    ///
    /// `{ field: { $type: 10 } }`
    pub fn is_null(&self) -> Filter<M>
    where
        R: Queried,
        V: Optional,
    {
        self.type_(ElementType::Null)
    }

    /// Matches documents whose field is null or missing: what `None` reads from.
    ///
    /// `{ field: { $eq: null } }`
    pub fn is_null_or_missing(&self) -> Filter<M>
    where
        R: Queried,
        V: Optional,
    {
        Filter::test(self.location(), "$eq", Ok(Bson::Null))
    }

    /// Matches documents whose field has a value, neither null nor missing: what `Some` reads from.
    ///
    /// `{ field: { $ne: null } }`
    pub fn is_present(&self) -> Filter<M>
    where
        R: Queried,
        V: Optional,
    {
        Filter::test(self.location(), "$ne", Ok(Bson::Null))
    }
}
