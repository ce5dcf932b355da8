//! `Required`: a value that is never null.

use mongodb::bson::Bson;

use crate::value::Value;

/// A value that is never null or missing: required by operators for which the server refuses null.
#[diagnostic::on_unimplemented(
    message = "this value may be null, and the server refuses null here: `{Self}`",
    label = "may be null",
    note = "replace null first: `.if_null(..)`"
)]
pub trait Required: Value {}

#[diagnostic::do_not_recommend]
impl<T: Value<Lift<bool> = bool>> Required for T {}

/// It may be null, and it may be of any other type that the operator refuses: the server returns an error then.
#[diagnostic::do_not_recommend]
impl Required for Bson {}
