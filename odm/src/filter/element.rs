//! Element operators `$exists` and `$type`, and tests for null and missing fields.

use mongodb::bson::{Bson, doc, spec::ElementType};

use super::{Clauses, Filter};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::{Location, Path, Queried},
    value::{Nullable, Value},
};

/// One BSON type: an [`ElementType`], the manual's name for one (`"string"`, or `"number"` for all of them), or its
/// number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a BSON type",
    label = "expected an `ElementType`, a name such as `\"number\"`, or the number of a type"
)]
pub trait BsonType {
    /// Renders the type for a filter.
    fn bson_type(&self) -> CodecResult<Bson>;
}

impl BsonType for ElementType {
    fn bson_type(&self) -> CodecResult<Bson> {
        // The manual numbers min key -1; as a byte it is 255.
        Ok(i32::from((*self as u8).cast_signed()).into())
    }
}

/// The type names of the manual.
const NAMES: [&str; 22] = [
    "double",
    "string",
    "object",
    "array",
    "binData",
    "undefined",
    "objectId",
    "bool",
    "date",
    "null",
    "regex",
    "dbPointer",
    "javascript",
    "symbol",
    "javascriptWithScope",
    "int",
    "timestamp",
    "long",
    "decimal",
    "minKey",
    "maxKey",
    "number",
];

impl BsonType for str {
    fn bson_type(&self) -> CodecResult<Bson> {
        if NAMES.contains(&self) {
            return Ok(self.into());
        }
        Err(CodecError::new("the name of a BSON type", "another text").with_value(self).in_value())
    }
}

impl BsonType for String {
    fn bson_type(&self) -> CodecResult<Bson> {
        self.as_str().bson_type()
    }
}

impl BsonType for i32 {
    fn bson_type(&self) -> CodecResult<Bson> {
        if matches!(self, -1 | 1..=19 | 127) {
            return Ok((*self).into());
        }
        Err(CodecError::new("the number of a BSON type", "another number").in_value())
    }
}

#[diagnostic::do_not_recommend]
impl<T: BsonType + ?Sized> BsonType for &T {
    fn bson_type(&self) -> CodecResult<Bson> {
        (*self).bson_type()
    }
}

/// A [BSON type](BsonType), or a list of types, of which one has to match: the argument of `type_`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a BSON type",
    label = "expected an `ElementType`, a name such as `\"number\"`, or a list of them",
    note = "`use odm::bson::spec::ElementType;`"
)]
pub trait BsonTypes {
    /// Renders the types for a filter.
    fn bson_types(self) -> CodecResult<Bson>;
}

#[diagnostic::do_not_recommend]
impl<T: BsonType> BsonTypes for T {
    fn bson_types(self) -> CodecResult<Bson> {
        self.bson_type()
    }
}

fn list<T: BsonType>(types: &[T]) -> CodecResult<Bson> {
    if types.is_empty() {
        return Err(CodecError::new("at least one BSON type", "an empty list"));
    }
    types.iter().map(BsonType::bson_type).collect::<CodecResult<_>>().map(Bson::Array)
}

macro_rules! lists {
    ($($list:ty $(, $length:ident)?;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T: BsonType $(, const $length: usize)?> BsonTypes for $list {
            fn bson_types(self) -> CodecResult<Bson> {
                list(&self[..])
            }
        }
    )* };
}

lists! {
    &[T];
    [T; N], N;
    &[T; N], N;
    Vec<T>;
    &Vec<T>;
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

    /// Matches documents whose field is stored as this BSON type, or as one of a list of types. Use it, for example,
    /// to find documents that older code wrote.
    ///
    /// `{ field: { $type: 2 } }`, `{ field: { $type: "number" } }`, `{ field: { $type: [16, 18] } }`
    ///
    /// An array has its own type and the types of its elements. An empty list, or an unknown name or number, is an
    /// error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn type_(&self, types: impl BsonTypes) -> Filter<M>
    where
        R: Queried,
    {
        Filter::test(self.location(), "$type", types.bson_types())
    }

    /// Matches documents whose field is stored as null. A missing field does not match.
    ///
    /// `{ field: { $type: 10 } }`; for an array that may contain null,
    /// `{ field: { $type: 10, $not: { $type: 4 } } }`.
    pub fn is_null(&self) -> Filter<M>
    where
        R: Queried,
        V: Nullable,
    {
        Filter::of(absent(self.location(), V::ARRAYS.holds_null(), "$type", ElementType::Null.bson_type()))
    }

    /// Matches documents whose field is null or missing, that is, decodes as `None`.
    ///
    /// `{ field: { $eq: null } }`; for an array that may contain null,
    /// `{ field: { $eq: null, $not: { $type: 4 } } }`.
    pub fn is_null_or_missing(&self) -> Filter<M>
    where
        R: Queried,
        V: Nullable,
    {
        Filter::of(null_or_missing(self.location(), V::ARRAYS.holds_null()))
    }

    /// Matches documents whose field is neither null nor missing, that is, decodes as `Some`.
    ///
    /// `{ field: { $ne: null } }`; for an array that may contain null,
    /// `{ field: { $not: { $eq: null, $not: { $type: 4 } } } }`.
    pub fn is_present(&self) -> Filter<M>
    where
        R: Queried,
        V: Nullable,
    {
        Filter::of(present(self.location(), V::ARRAYS.holds_null()))
    }
}

/// Returns the condition that a value is null or missing. Pass `holds_null` if the value may be an array that
/// contains null.
pub(crate) fn null_or_missing(at: &Location, holds_null: bool) -> Clauses {
    absent(at, holds_null, "$eq", Ok(Bson::Null))
}

/// Returns the condition that a value is neither null nor missing.
pub(crate) fn present(at: &Location, holds_null: bool) -> Clauses {
    if holds_null { null_or_missing(at, true).not() } else { Clauses::test(at, "$ne", Ok(Bson::Null)) }
}

/// Returns the condition that a value is absent. The server also applies the test to the elements of an array, but an
/// array that contains null is a value: the condition excludes arrays.
fn absent(at: &Location, holds_null: bool, operator: &'static str, value: CodecResult<Bson>) -> Clauses {
    if !holds_null {
        return Clauses::test(at, operator, value);
    }
    let array = ElementType::Array.bson_type();
    let test = value.and_then(|value| Ok(doc! { operator: value, "$not": { "$type": array? } }));
    Clauses::together(at, test)
}
