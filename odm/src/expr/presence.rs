//! Whether a value is present: `is_null`, `is_null_or_missing`, `is_present`, `exists`.

use mongodb::bson::Bson;

use super::{
    Expr,
    operators::{Operator, operator},
    rendered::{Rendered, list, one},
};
use crate::{error::codec::CodecResult, value::Value};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$eq", is_null),
    operator!("$eq", is_null_or_missing),
    operator!("$ne", is_present),
    operator!("$ne", exists),
];

impl<R, T: Value, O> Expr<R, T, O> {
    /// Returns whether the value is null. For a missing field it returns false.
    ///
    /// `{ $eq: [value, null] }`
    pub fn is_null(&self) -> Expr<R, bool> {
        Expr::computed(list("$eq", &mut [self.rendered(), Ok(null())]))
    }

    /// Returns whether the value is null or missing, that is, decodes as `None`.
    ///
    /// `{ $eq: [{ $ifNull: [value, null] }, null] }`
    pub fn is_null_or_missing(&self) -> Expr<R, bool> {
        Expr::computed(list("$eq", &mut [self.null_if_missing(), Ok(null())]))
    }

    /// Returns whether the value is neither null nor missing, that is, decodes as `Some`.
    ///
    /// `{ $ne: [{ $ifNull: [value, null] }, null] }`
    pub fn is_present(&self) -> Expr<R, bool> {
        Expr::computed(list("$ne", &mut [self.null_if_missing(), Ok(null())]))
    }

    /// Returns whether the field exists (`true`, null included) or is missing (`false`).
    ///
    /// `{ $ne: [{ $type: value }, "missing"] }`, and `$eq` for `false`
    pub fn exists(&self, exists: bool) -> Expr<R, bool> {
        let operator = if exists { "$ne" } else { "$eq" };
        Expr::computed(list(operator, &mut [one("$type", self.rendered()), Ok(Rendered::leaf("missing"))]))
    }

    fn null_if_missing(&self) -> CodecResult<Rendered> {
        list("$ifNull", &mut [self.rendered(), Ok(null())])
    }
}

fn null() -> Rendered {
    Rendered::leaf(Bson::Null)
}
